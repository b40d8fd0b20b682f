"""The table inside a file: where its header is, what stands above and below it, and its rows of data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, takewhile
from pathlib import Path

from claims.services.association_files.columns import (
    COLUMNS,
    HEADERS,
    REPORT_HEADER,
    Column,
    column_of,
    count_known_headers,
    header_key,
)
from claims.services.association_files.kinds import kind_of
from claims.services.association_files.rows import AssociationFileRefused, Cell, Source, SourceRow, shown
from claims.services.association_files.spreadsheets import Spreadsheet
from claims.services.association_files.text_files import TextFile
from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.text import has_surplus, is_blank

_HEADERS_LEAST = 2  # a row with fewer known headers is a title
_TOTAL = re.compile(r"(총?합계|총계|누계|소계|계|total|sum)(\(.*\))?:?", re.IGNORECASE)
_MADE_HARMLESS = re.compile(r"^'(?=[=+\-@\t\r\n])")  # what a report puts before a cell that a spreadsheet would run


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row that is no data: a title above or a total below."""

    number: int
    text: str


@dataclass(slots=True)
class ClaimTable:
    """A file that was recognised as a table of claims. `total_rows` fills while the rows are read."""

    source: Source
    header: list[str]
    columns: list[tuple[int, Column]]
    title_rows: list[NamedRow]
    total_rows: list[NamedRow] = field(default_factory=list)
    _unread: Iterator[SourceRow] = field(default_factory=lambda: iter(()))

    @property
    def extra_columns(self) -> list[str]:
        known = {index for index, _ in self.columns}
        return [name for index, name in enumerate(self.header) if name and index not in known]

    def has(self, key: str) -> bool:
        return any(column.key == key for _, column in self.columns)

    def rows(self) -> Iterator[SourceRow]:
        """The rows of data, once. Blank rows are skipped, total rows are noted."""
        for row in self._unread:
            if all(map(is_blank, row.cells)):
                continue
            if self._is_total(row):
                self.total_rows.append(_named(row))
                continue
            yield self._checked(row)

    def _is_total(self, row: SourceRow) -> bool:
        first = next(cell for cell in row.cells if not is_blank(cell))
        if not isinstance(first, str) or not _TOTAL.fullmatch(header_key(first)):
            return False
        business_number = next(index for index, column in self.columns if column.key == "business_number")
        return is_blank(_cell_at(row.cells, business_number)) or row.cells[business_number] is first

    def _checked(self, row: SourceRow) -> SourceRow:
        """The row as wide as the header; refused where a text file has more: an unquoted 1,000,000 shifts the rest."""
        cells = [_MADE_HARMLESS.sub("", cell, count=1) if isinstance(cell, str) else cell for cell in row.cells]
        width = len(self.header)
        refusal = row.refusal
        if self.source.kind == "csv" and has_surplus(cells, width):
            refusal = refusal or _too_many_cells(len(cells), width)
        else:
            del cells[width:]
        return SourceRow(row.number, cells + [None] * (width - len(cells)), refusal)


def open_table(path: Path) -> ClaimTable:
    """The table of claims in a file. Raises AssociationFileRefused, also later while its rows are read."""
    source: Source = Spreadsheet(path) if kind_of(path) == "xlsx" else TextFile(path)
    rows = source.rows()
    first_rows = _first_rows(rows)
    if not first_rows:
        raise AssociationFileRefused("empty", "첫 번째 시트가 비어 있습니다.", "The first sheet is empty.")
    header_row = max(first_rows, key=lambda row: count_known_headers(row.cells))
    if count_known_headers(header_row.cells) < _HEADERS_LEAST:
        raise _columns_missing(column.header for column in COLUMNS if column.required)
    header = [" ".join(shown(cell).split()) for cell in header_row.cells]
    return ClaimTable(
        source=source,
        header=header,
        columns=_columns_of(header),
        title_rows=[_named(row) for row in takewhile(lambda row: row is not header_row, first_rows)],
        _unread=chain((row for row in first_rows if row.number > header_row.number), rows),
    )


def without_report_column(header: list[str], cells: list[Cell]) -> list[Cell]:
    """The cells (or the header itself) without the 오류 column of an earlier report."""
    return [
        cell
        for index, cell in enumerate(cells)
        if index >= len(header) or header_key(header[index]) != header_key(REPORT_HEADER)
    ]


def _first_rows(rows: Iterator[SourceRow]) -> list[SourceRow]:
    found: list[SourceRow] = []
    for row in rows:
        if not all(map(is_blank, row.cells)):
            found.append(row)
        if len(found) == limits.HEADER_SEARCH_ROWS:
            break
    return found


def _columns_of(header: list[str]) -> list[tuple[int, Column]]:
    columns = [(index, column) for index, cell in enumerate(header) if (column := column_of(cell))]
    keys = [column.key for _, column in columns]
    repeated = sorted({HEADERS[key] for key in keys if keys.count(key) > 1})
    if repeated:
        names = ", ".join(repeated)
        raise AssociationFileRefused(
            "columns_repeated",
            f"같은 제목의 열이 두 번 이상 있습니다: {names}. 하나만 남겨 주세요.",
            f"Columns are there more than once: {names}. Please keep one of each.",
        )
    missing = [column.header for column in COLUMNS if column.required and column.key not in keys]
    if missing:
        raise _columns_missing(missing)
    return columns


def _columns_missing(headers: Iterator[str] | list[str]) -> AssociationFileRefused:
    names = ", ".join(headers)
    return AssociationFileRefused(
        "columns_missing",
        f"필요한 열이 없습니다: {names}. 제목 행에 이 이름으로 적어 주세요.",
        f"Columns are missing: {names}. Please give the header row these names.",
    )


def _too_many_cells(count: int, width: int) -> ValueRefused:
    return ValueRefused(
        "too_many_cells",
        f"제목은 {width}칸인데 이 행은 {count}칸입니다. 1,000,000처럼 쉼표가 든 값은 큰따옴표로 감싸 주세요.",
        f'This row has {count} cells, the header {width}. Please put values like "1,000,000" in quotes.',
    )


def _named(row: SourceRow) -> NamedRow:
    return NamedRow(row.number, " ".join(shown(cell) for cell in row.cells if not is_blank(cell))[:200])


def _cell_at(cells: list[Cell], index: int) -> Cell:
    return cells[index] if index < len(cells) else None
