"""Reads a list of members: CSV or XLSX, member numbers in the first column, reasons (to leave out) in the second.

Row by row, so that a list of two million takes no more memory than one of two.
"""

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.spreadsheets import DAMAGE

_ENCODINGS = ("utf-8-sig", "cp949")  # what spreadsheet programs of the country write


def read_rows(path: Path) -> Iterator[tuple[int, object, object]]:
    """Row number (from 1), first and second cell of each row that is not blank; a title row is passed over.

    Raises ValueRefused, also in the middle.
    """
    rows = _of_spreadsheet(path) if _is_archive(path) else _of_text(path)
    for number, cells in enumerate(rows, start=1):
        if number > limits.AUDIENCE_ROWS_MAX:
            raise ValueRefused(
                "audience_too_long",
                f"명단은 {limits.AUDIENCE_ROWS_MAX:,}행까지 올릴 수 있습니다. 조건으로 대상자를 정해 주세요.",
                f"A list may have {limits.AUDIENCE_ROWS_MAX:,} rows at most. Please use conditions instead.",
            )
        first, second, *_rest = *cells, None, None
        if first in (None, "") or (number == 1 and not any(character.isdigit() for character in str(first))):
            continue
        yield number, first, second


def _is_archive(path: Path) -> bool:
    """Also the beginning of one, as of an upload that broke off: it is no text, even where it could be read as such."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04" or zipfile.is_zipfile(file)


def _of_text(path: Path) -> Iterator[list[Any]]:
    with path.open(encoding=_encoding(path), newline="") as lines:
        try:
            yield from csv.reader(lines)
        except csv.Error as fault:
            raise _unreadable() from fault


def _encoding(path: Path) -> str:
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding) as lines:
                while lines.read(1_000_000):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise _unreadable()


def _of_spreadsheet(path: Path) -> Iterator[tuple[Any, ...]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > limits.XLSX_UNPACKED_BYTES_MAX:
                raise _unreadable()
        with path.open("rb") as file:  # a file without an ending is one, too
            sheet = load_workbook(file, read_only=True, data_only=True, keep_links=False).active
            yield from sheet.iter_rows(max_col=2, values_only=True)
    except DAMAGE as fault:
        raise _unreadable() from fault


def _unreadable() -> ValueRefused:
    return ValueRefused(
        "audience_unreadable",
        "명단을 읽을 수 없습니다. 첫 칸에 회원번호를 적은 CSV 또는 XLSX 파일로 올려 주세요.",
        "The list cannot be read. Please upload a CSV or XLSX file with member numbers in the first column.",
    )
