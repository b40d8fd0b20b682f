"""The lines of a result file as values: reference, amount, day and outcome, with what is wrong with each line."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TypeVar

from claims.selectors.bank_returns import reason_of_bank
from claims.services.association_files.rows import Cell, UnreadableCell
from claims.services.bank_files.result_faults import Faults, ResultUnreadable
from claims.services.bank_files.result_sources import Row, open_rows, width_of
from compensation import limits
from compensation.policy.bank_profiles import ResultLayout
from compensation.policy.references import ALPHABET, ReferenceRefused, normalise_reference
from compensation.values.dates import parse_date
from compensation.values.refused import ValueRefused
from compensation.values.text import has_surplus, is_blank
from compensation.values.won import parse_won

_REFERENCE = re.compile(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")
_TOTAL = re.compile(r"(총?합계|총계|소계|계|total|sum).*", re.IGNORECASE)
_AMOUNT_MAX = 2**31 - 1  # won: the width of the column
_VALUES_KEPT = 10_000

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What the bank says of one payout. What could not be read is None, and a fault."""

    number: int
    reference: str
    amount_won: int | None
    day: date | None
    outcome: str | None
    return_code: str
    words: str


class ResultLines:
    """The lines of a file by its layout; what is wrong with them goes to `faults`."""

    def __init__(self, *, path: Path, layout: ResultLayout, faults: Faults, today: date) -> None:
        self._layout, self._faults, self._today = layout, faults, today
        self._rows = open_rows(path=path, layout=layout)
        self._width = 0

    def __iter__(self) -> Iterator[ResultLine]:
        """Raises ResultUnreadable."""
        places, rows = self._places()
        read = 0
        for row in rows:
            if self._is_no_line(row, places):
                continue
            read += 1
            if read > limits.RESULT_LINES_MAX:
                raise ResultUnreadable("too_many_lines", line=row.number, known=limits.RESULT_LINES_MAX)
            if self._fits(row, places):
                yield self._line(row, places)
        if not read:
            raise ResultUnreadable("no_lines")

    def _places(self) -> tuple[Mapping[str, int], Iterator[Row]]:
        """In which cell each field stands, and the rows below the header."""
        if self._layout.is_fixed_width:
            return {column.field: place for place, column in enumerate(self._layout.columns)}, self._rows
        if not self._layout.has_header:
            return {column.field: column.position - 1 for column in self._layout.columns}, self._rows
        return self._titled()

    def _titled(self) -> tuple[Mapping[str, int], Iterator[Row]]:
        """By the row with the most of the titles: what stands above is a title of the whole sheet."""
        first: list[Row] = []
        for row in self._rows:
            first.append(row)
            if len(first) == limits.HEADER_SEARCH_ROWS:
                break
        wanted = [_key(column.title) for column in self._layout.columns]
        header = max(first, key=lambda row: len(set(wanted) & set(map(_key, row.cells))), default=Row(0, []))
        titles = list(map(_key, header.cells))
        missing = [column.title for column in self._layout.columns if _key(column.title) not in titles]
        if missing:
            raise ResultUnreadable("columns_missing", line=header.number, value=", ".join(missing))
        if repeated := [column.title for column in self._layout.columns if titles.count(_key(column.title)) > 1]:
            raise ResultUnreadable("columns_repeated", line=header.number, value=", ".join(repeated))
        self._width = len(titles)
        below = (row for row in first if row.number > header.number)
        return {column.field: titles.index(_key(column.title)) for column in self._layout.columns}, chain(
            below, self._rows
        )

    def _is_no_line(self, row: Row, places: Mapping[str, int]) -> bool:
        """A blank row, or a total: no reference, and the first word says so."""
        if row.size_bytes:
            return False
        if all(map(is_blank, row.cells)):
            return True
        place = places["reference"]
        if place < len(row.cells) and not is_blank(row.cells[place]):
            return bool(_TOTAL.fullmatch(_text(row.cells[place])))
        first = next(cell for cell in row.cells if not is_blank(cell))
        return bool(_TOTAL.fullmatch(_text(first)))

    def _fits(self, row: Row, places: Mapping[str, int]) -> bool:
        """Whether the line has the cells that it should; a text file's lines all have the same number."""
        if self._layout.is_fixed_width:
            if not row.cells:
                self._faults.add(row.number, "line_too_short", value=row.size_bytes, known=width_of(self._layout))
            return bool(row.cells)
        if self._layout.kind == "xlsx":
            return True
        self._width = self._width or max(len(row.cells), *(place + 1 for place in places.values()))
        if len(row.cells) >= self._width and not has_surplus(row.cells, self._width):
            return True
        code = "cells_missing" if len(row.cells) < self._width else "cells_too_many"
        self._faults.add(row.number, code, value=len(row.cells), known=self._width)
        return False

    def _line(self, row: Row, places: Mapping[str, int]) -> ResultLine:
        cells = {field: row.cells[place] if place < len(row.cells) else None for field, place in places.items()}
        for cell in cells.values():
            if isinstance(cell, UnreadableCell):
                self._faults.add(row.number, "cell_unreadable", value=cell.shown)
        said = _text(cells["outcome"])
        outcome = self._layout.outcomes.get(said)
        if outcome is None:
            self._faults.add(row.number, "outcome_unknown", value=said)
        code, text = _text(cells.get("reason_code")), _text(cells.get("reason_text"))
        is_returned = outcome == "returned"
        return ResultLine(
            number=row.number,
            reference=self._reference(row, cells["reference"]),
            amount_won=self._amount(row, cells["amount_won"]),
            day=self._day(row, cells["day"], outcome) if "day" in cells else self._today,
            outcome=outcome,
            return_code=reason_of_bank(code=code, text=text, codes=self._layout.reasons) if is_returned else "",
            words=" ".join(part for part in (code, text) if part)[: limits.RESULT_TEXT_LENGTH_MAX],
        )

    def _reference(self, row: Row, cell: Cell) -> str:
        text = _text(cell)
        if not text:
            self._faults.add(row.number, "reference_missing")
        if _REFERENCE.fullmatch(text):
            return text
        try:
            return normalise_reference(text)
        except ReferenceRefused:
            return text[: limits.RESULT_TEXT_LENGTH_MAX]  # found to be unknown, with its line

    def _amount(self, row: Row, cell: Cell) -> int | None:
        return self._parsed(row, "amount_unreadable", cell, _won_with if self._layout.has_separators else _won_without)

    def _day(self, row: Row, cell: Cell, outcome: str | None) -> date | None:
        """What is not settled has no day yet."""
        if is_blank(cell) and outcome == "unknown":
            return None
        return self._parsed(row, "day_unreadable", cell, _parsed_day)

    def _parsed(self, row: Row, code: str, cell: Cell, parse: Callable[[object], Value]) -> Value | None:
        try:
            return parse(cell)
        except (ValueRefused, TypeError):
            self._faults.add(row.number, code, value=_text(cell))
            return None


def _key(cell: object) -> str:
    """A title without the spaces and capitals in which files differ."""
    return "".join(_text(cell).split()).casefold()


def _text(cell: object) -> str:
    if isinstance(cell, UnreadableCell):
        return cell.shown
    return "" if cell is None else str(cell).strip()


@lru_cache(maxsize=_VALUES_KEPT, typed=True)
def _won_with(cell: object) -> int:
    return parse_won(cell, most=_AMOUNT_MAX)


@lru_cache(maxsize=_VALUES_KEPT, typed=True)
def _won_without(cell: object) -> int:
    if isinstance(cell, str) and "," in cell:
        raise ValueRefused("won_separators", "쉼표를 쓸 수 없습니다.", "No separators.")
    return parse_won(cell, most=_AMOUNT_MAX)


@lru_cache(maxsize=_VALUES_KEPT, typed=True)
def _parsed_day(cell: object) -> date:
    return parse_date(cell).day
