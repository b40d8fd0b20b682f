"""Lists of the API, a page at a time, newest first. A cursor is where the last page ended; nothing is counted."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from compensation import limits
from compensation.runtime.api_errors import FieldProblem, refused_fields
from compensation.runtime.encryption import DecryptionFailed, decrypt, encrypt


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor that leads on from the last of them; None where no more follow."""

    rows: Sequence[Any]
    next_cursor: str | None


def page_of(*, rows: QuerySet[Any], moment: str, asked: Any) -> Page:
    """The page that the query parameters `cursor` and `limit` in `asked` ask for, newest by the field `moment` first.

    Rows that arrive while somebody pages neither repeat nor hide others. Raises ApiProblem (422).
    """
    limit, place = _limit(asked.get("limit")), f"{rows.model._meta.db_table}.{moment}"
    rows = rows.order_by(f"-{moment}", "-id")
    if cursor := asked.get("cursor"):
        at, row_id = _position(cursor, place)
        rows = rows.filter(Q(**{f"{moment}__lt": at}) | Q(**{moment: at, "id__lt": row_id}))
    found = list(rows[: limit + 1])
    shown = found[:limit]
    return Page(shown, _cursor(shown[-1], moment, place) if len(found) > limit else None)


def _limit(text: str | None) -> int:
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


def _cursor(row: Any, moment: str, place: str) -> str:
    """Sealed: it shows no row numbers, and nobody makes up one."""
    sealed = encrypt(json.dumps([getattr(row, moment).isoformat(), row.pk]), context=place)
    return base64.urlsafe_b64encode(sealed.encode()).decode().rstrip("=")


def _position(cursor: str, place: str) -> tuple[datetime, int]:
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, row_id = json.loads(decrypt(sealed, context=place))
        return datetime.fromisoformat(at), int(row_id)
    except (DecryptionFailed, ValueError) as error:
        raise refused_fields(
            FieldProblem(
                "cursor",
                "cursor_unknown",
                "앞에서 받은 next_cursor를 그대로 보내 주세요.",
                "Please send the next_cursor of the page before as it is.",
            )
        ) from error
