"""Lists of the API, a page at a time. A cursor is where the last page ended; nothing is counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from compensation import limits
from compensation.runtime.api_errors import FieldProblem, of_field, refused_fields
from compensation.runtime.cursors import open_position, seal_position


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor that leads on from the last of them; None where no more follow."""

    rows: Sequence[Any]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """By a column of times or whole numbers, then by id in the same direction.

    `nullable` (ascending only): rows without a value come last.
    """

    column: str
    is_descending: bool = True
    nullable: bool = False

    @property
    def columns(self) -> tuple[str, str]:
        sign = "-" if self.is_descending else ""
        return f"{sign}{self.column}", f"{sign}id"


def page_of(*, rows: QuerySet[Any], moment: str, asked: Any) -> Page:
    """The page that the query parameters `cursor` and `limit` in `asked` ask for, newest by the field `moment` first.

    Rows that arrive while somebody pages neither repeat nor hide others. Raises ApiProblem (422).
    """
    return ordered_page_of(rows=rows, order=Order(moment), asked=asked)


def ordered_page_of(*, rows: QuerySet[Any], order: Order, asked: Any) -> Page:
    """The same in another order. Two queries at most. Raises ApiProblem (422)."""
    limit, place = rows_asked(asked), _place(rows, order)
    ordered = rows.order_by(*order.columns)
    found: list[Any] = []
    position = _position(cursor, place, rows, order) if (cursor := asked.get("cursor")) else None
    for part in _parts(ordered, order, position):
        found += part[: limit + 1 - len(found)]
        if len(found) > limit:
            break
    shown = found[:limit]
    return Page(shown, _cursor(shown[-1], order, place) if len(found) > limit else None)


def _parts(
    ordered: QuerySet[Any], order: Order, position: tuple[datetime | int | None, int] | None
) -> Iterator[QuerySet[Any]]:
    """What follows the position, piece by piece: each starts at its place in an index."""
    if position is None:
        yield ordered
        return
    (value, row_id), column, way = position, order.column, "lt" if order.is_descending else "gt"
    if value is None:
        yield ordered.filter(**{f"{column}__isnull": True, f"id__{way}": row_id})
        return
    after = Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": row_id})
    yield ordered.filter(after, **{f"{column}__{way}e": value})
    if order.nullable:
        yield ordered.filter(**{f"{column}__isnull": True})


def rows_asked(asked: Any) -> int:
    """How many rows the query parameter `limit` in `asked` asks for. Raises ApiProblem (422)."""
    text = asked.get("limit")
    if text is None:
        return limits.API_PAGE_ROWS
    most = limits.API_PAGE_ROWS_MAX
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= most:
        return int(text)
    raise refused_fields(
        FieldProblem(
            "limit",
            "limit_out_of_range",
            f"limit은 1에서 {most} 사이의 숫자로 적어 주세요.",
            f"Please write limit as a number from 1 to {most}.",
        )
    )


def _place(rows: QuerySet[Any], order: Order) -> str:
    return f"{rows.model._meta.db_table}.{order.column}{'' if order.is_descending else ' up'}"


def _cursor(row: Any, order: Order, place: str) -> str:
    value = getattr(row, order.column)
    return seal_position([value.isoformat() if isinstance(value, datetime) else value, row.pk], of=place)


def _position(cursor: str, place: str, rows: QuerySet[Any], order: Order) -> tuple[Any, int]:
    """Raises ApiProblem (422)."""
    with of_field("cursor"):
        written, row_id = open_position(cursor, of=place)
    return rows.model._meta.get_field(order.column).to_python(written), int(row_id)
