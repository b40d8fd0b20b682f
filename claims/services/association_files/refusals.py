"""The rows that come back: kept on disk while a file is read, then written as a report to be corrected and sent."""

import csv
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import Any

from xlsxwriter import Workbook

from claims.services.association_files.columns import REPORT_HEADER, header_key
from claims.services.association_files.rows import Cell, Fault, RefusedRow, UnreadableCell, shown
from claims.services.association_files.tables import without_report_column
from compensation import limits

_RUNS_IN_A_SPREADSHEET = re.compile(r"[=+\-@\t\r\n]")
_CELL_LENGTH_MAX = 32_767  # characters: what an XLSX cell holds
_DIGITS_MAX = 15  # digits: what an XLSX number keeps


class Refusals:
    """Refused rows in the order in which they were found; the first ones in memory, all of them in a temporary file."""

    def __init__(self) -> None:
        self.by_code: Counter[str] = Counter()
        self.first: list[RefusedRow] = []
        self._spool = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (closed by __exit__)

    def __enter__(self) -> "Refusals":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._spool.close()

    def __len__(self) -> int:
        return self.by_code.total()

    def add(self, row: RefusedRow) -> None:
        self.by_code[row.faults[0].code] += 1
        if len(self.first) < limits.REFUSED_ROWS_LISTED:
            self.first.append(row)
        cells = [cell.shown if isinstance(cell, UnreadableCell) else cell for cell in row.cells]
        json.dump([row.number, cells, [astuple(fault) for fault in row.faults]], self._spool, ensure_ascii=False)
        self._spool.write("\n")

    def __iter__(self) -> Iterator[RefusedRow]:
        self._spool.seek(0)
        for line in self._spool:
            number, cells, faults = json.loads(line)
            yield RefusedRow(number, cells, [Fault(*fault) for fault in faults])

    def write_report(self, *, header: list[str], path: Path) -> tuple[Path, Path]:
        """Writes `path`.xlsx and `path`.csv (UTF-8 with BOM): the file's own columns and 오류, a line per refused row.

        Either both files are there in full or the ones that were there before. A sheet ends after XLSX_ROW_NUMBER_MAX
        rows, the CSV has them all. Raises OSError.
        """
        base = path.with_suffix("") if path.suffix.lower() in (".xlsx", ".csv") else path
        base.parent.mkdir(parents=True, exist_ok=True)
        xlsx, text = base.with_name(f"{base.name}.xlsx"), base.with_name(f"{base.name}.csv")
        unfinished = {target: target.with_name(f".{target.name}.{os.getpid()}") for target in (xlsx, text)}
        try:
            self._write_xlsx(unfinished[xlsx], header)
            self._write_csv(unfinished[text], header)
            for target, file in unfinished.items():
                file.replace(target)
        finally:
            for file in unfinished.values():
                file.unlink(missing_ok=True)
        return xlsx, text

    def _write_csv(self, path: Path, header: list[str]) -> None:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(map(_harmless, _report_header(header)))
            writer.writerows(map(_harmless, _report_cells(header, row)) for row in self)

    def _write_xlsx(self, path: Path, header: list[str]) -> None:
        # The options keep text that begins with = or http as text: nothing in a report is ever run or followed.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(str(path), options) as workbook:
            sheet = workbook.add_worksheet("오류")
            bold, wrong = workbook.add_format({"bold": True}), workbook.add_format({"bg_color": "#FFE3E3"})
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(header), 16)
            titles = _report_header(header)
            title_keys = list(map(header_key, titles))
            sheet.write_row(0, 0, titles, bold)
            for line, row in enumerate(self, start=1):
                if line == limits.XLSX_ROW_NUMBER_MAX:
                    break
                keys_at_fault = {header_key(fault.column) for fault in row.faults if fault.column}
                for column, cell in enumerate(_report_cells(header, row)):
                    at_fault = column < len(titles) and title_keys[column] in keys_at_fault
                    _write_cell(sheet, line, column, cell, wrong if at_fault else None)


def describe(row: RefusedRow) -> str:
    """What is wrong with a row, as a person reads it: '12행 · 매출 손실액 「35만」: 금액은 …'."""
    faults = " / ".join(
        f"{fault.column} 「{fault.value}」: {fault.message_ko}" if fault.column else fault.message_ko
        for fault in row.faults
    )
    return f"{row.number}행 · {faults}"


def _report_header(header: list[str]) -> list[Cell]:
    return [*without_report_column(header, list(header)), REPORT_HEADER]


def _report_cells(header: list[str], row: RefusedRow) -> list[Cell]:
    """A row that has more cells than the header keeps them all: those that are over stand after 오류."""
    own = without_report_column(header, row.cells[: len(header)])
    return [*own, describe(row), *row.cells[len(header) :]]


def _harmless(cell: Cell) -> str:
    """A leading apostrophe keeps a spreadsheet from running the cell. It is taken off on the way in."""
    text = "" if cell is None else cell if isinstance(cell, str) else shown(cell)
    return f"'{text}" if _RUNS_IN_A_SPREADSHEET.match(text) else text


def _write_cell(sheet: Any, line: int, column: int, cell: Cell, cell_format: Any) -> None:
    if isinstance(cell, bool) or cell is None:
        sheet.write(line, column, cell, cell_format)
    elif isinstance(cell, (int, float)) and abs(cell) < 10**_DIGITS_MAX:
        sheet.write_number(line, column, cell, cell_format)
    else:
        sheet.write_string(line, column, str(cell)[:_CELL_LENGTH_MAX], cell_format)
