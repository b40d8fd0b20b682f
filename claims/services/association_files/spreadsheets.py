"""The first sheet of an XLSX file, row by row, with its values as a person sees them."""

import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_datetime
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from claims.services.association_files.kinds import damaged
from claims.services.association_files.rows import AssociationFileRefused, Cell, SourceRow, UnreadableCell
from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.spreadsheets import DAMAGE

# As exact as the longest number of a cell, of thousands of digits, and the decimals that a format can ask for.
_EXACT = Context(prec=5_000, rounding=ROUND_HALF_UP)
_DECIMALS_MAX = 30
_PERCENT_DECIMALS = re.compile(r"(?:\.([0#?]+))?[ _]*%")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')

warnings.filterwarnings("ignore", module="openpyxl")


class Spreadsheet:
    """An XLSX file of bearable size. Raises AssociationFileRefused (damaged, zip_bomb), also while it is read."""

    kind = "xlsx"
    encoding = ""
    delimiter = ""

    def __init__(self, path: Path) -> None:
        try:
            _refuse_bombs(path)
            # As an open file: openpyxl refuses a path by its ending, and uploads have none.
            self._file = path.open("rb")
            self._workbook: Any = load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
            self._sheet: Any = self._workbook.worksheets[0]
        except DAMAGE as error:
            raise damaged() from error
        self.row_count_hint: int = self._sheet.max_row or 0

    def rows(self) -> Iterator[SourceRow]:
        """The rows that are there; a row that the file leaves out is left out here too, but counted."""
        shapes = _CellShapes(self._workbook)
        try:
            with self._sheet._get_source() as source:
                for number, cells in self._parser(source).parse():
                    if number > limits.XLSX_ROW_NUMBER_MAX:
                        raise damaged()
                    yield SourceRow(number, _in_columns(cells, shapes))
        except DAMAGE as error:
            raise damaged() from error
        finally:
            self._workbook.close()
            self._file.close()

    def _parser(self, source: Any) -> "_Parser":
        return _Parser(
            source,
            self._sheet._shared_strings,
            data_only=True,
            epoch=self._workbook.epoch,
            date_formats=self._workbook._date_formats,
            timedelta_formats=self._workbook._timedelta_formats,
        )


class _Parser(WorkSheetParser):
    """openpyxl's own parser, which also says of an empty cell that it holds a formula that was never calculated.

    Used without its ReadOnlyWorksheet: that fills gaps between rows, up to any row number that a file chooses to name.
    """

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and (formula := element.find(FORMULA_TAG)) is not None:
            cell["data_type"], cell["value"] = "f", f"={formula.text or ''}"
        return cell


class _CellShapes:
    """Which number format a cell style has: decides whether a number is seen as a percentage or a date."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._formats: dict[int, str] = {}

    def format_of(self, style_id: int) -> str:
        if style_id not in self._formats:
            format_id = self._workbook._cell_styles[style_id].numFmtId
            custom = self._custom_formats.get(format_id)
            self._formats[style_id] = _QUOTED.sub("", custom or BUILTIN_FORMATS.get(format_id, "General"))
        return self._formats[style_id]

    @cached_property
    def _custom_formats(self) -> dict[int, str]:
        first_custom_id = 164
        return dict(enumerate(self._workbook._number_formats, start=first_custom_id))


def _refuse_bombs(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    too_large = sum(part.file_size for part in parts) > limits.XLSX_UNPACKED_BYTES_MAX
    if too_large or any(
        part.file_size > limits.XLSX_MEMBER_BYTES_CHECKED
        and part.file_size > limits.XLSX_MEMBER_RATIO_MAX * part.compress_size
        for part in parts
    ):
        raise AssociationFileRefused(
            "zip_bomb",
            "압축을 풀면 지나치게 커지는 파일이라 열지 않았습니다. 필요한 행만 새 파일에 옮겨 보내 주세요.",
            "Unpacked, the file would be far too large; it was not opened. Please copy its rows into a new file.",
        )


def _in_columns(cells: list[dict[str, Any]], shapes: _CellShapes) -> list[Cell]:
    """The cells of a row by their columns, gaps filled; columns to the right of the last value are left out."""
    row: list[Cell] = []
    for cell in cells:
        if cell["value"] is not None:
            row += [None] * (cell["column"] - 1 - len(row))
            row.append(_as_seen(cell, shapes))
    return row


def _as_seen(cell: dict[str, Any], shapes: _CellShapes) -> Cell:
    value, kind = cell["value"], cell["data_type"]
    if kind == "f":
        return UnreadableCell(value, _never_calculated())
    if kind == "e":
        return UnreadableCell(str(value), _formula_failed())
    if isinstance(value, (date, datetime)):
        return _date_as_seen(value, shapes.format_of(cell["style_id"]))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number_as_seen(value, shapes.format_of(cell["style_id"]))
    return value if isinstance(value, (str, bool)) else str(value)


def _date_as_seen(value: date, number_format: str) -> str:
    if isinstance(value, datetime) and is_datetime(number_format) != "date":
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat()[:10]


def _number_as_seen(value: int | float, number_format: str) -> Cell:
    percent = _PERCENT_DECIMALS.search(number_format)
    if percent and abs(value) < math.inf:
        step = Decimal(1).scaleb(-min(len(percent[1] or ""), _DECIMALS_MAX))
        seen = _EXACT.quantize(_EXACT.multiply(Decimal(repr(value)), Decimal(100)), step)
        return f"{seen.normalize(_EXACT):f}%"
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _never_calculated() -> ValueRefused:
    return ValueRefused(
        "formula_without_value",
        "수식의 계산 결과가 파일에 없습니다. Excel에서 열어 저장하거나 값을 직접 적어 주세요.",
        "The formula has no calculated value in the file. Please open and save it in Excel, or write the value itself.",
    )


def _formula_failed() -> ValueRefused:
    return ValueRefused(
        "formula_error",
        "수식의 계산 결과가 오류입니다. 값을 직접 적어 주세요.",
        "The formula results in an error. Please write the value itself.",
    )
