"""Two offices that write the same table: one keeps a spreadsheet with titles and formats, one exports CP949 CSV."""

import csv
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from claims.services.association_files.columns import HEADERS
from claims.services.association_samples.faults import Cells
from compensation.values.business_numbers import format_business_number

_HEADERS = list(HEADERS.values())
_EVERY_SEVENTH = 7  # phones of the spreadsheet that lost their leading 0, as a number does


def write_xlsx(path: Path, rows: Iterable[Cells], *, title: str, created: datetime) -> None:
    """A title above, a total below, real dates and percent cells. `created` keeps the bytes the same each time."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as book:
        book.set_properties({"created": created.replace(tzinfo=None)})
        sheet = book.add_worksheet("접수")
        formats = {
            kind: book.add_format({"num_format": number_format})
            for kind, number_format in (("date", "yyyy-mm-dd hh:mm"), ("percent", "0.0#%"), ("won", "#,##0"))
        }
        sheet.set_column(0, len(_HEADERS), 18)
        sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 16}))
        sheet.write_row(2, 0, _HEADERS, book.add_format({"bold": True, "bottom": 1}))
        line, total_won = 2, 0
        for line, row in enumerate(rows, start=3):
            _write_row(sheet, line, row, formats)
            total_won += row["매출 손실액"] if isinstance(row["매출 손실액"], int) else 0
        sheet.write_string(line + 1, 0, "합계")
        sheet.write_number(line + 1, _HEADERS.index("매출 손실액"), total_won, formats["won"])


def _write_row(sheet: Any, line: int, row: Cells, formats: dict[str, Any]) -> None:
    for column, header in enumerate(_HEADERS):
        value = row[header]
        if isinstance(value, bool):
            sheet.write_string(line, column, "유" if value else "무")
        elif isinstance(value, datetime):
            sheet.write_datetime(line, column, value.replace(tzinfo=None), formats["date"])
        elif isinstance(value, Decimal):
            sheet.write_number(line, column, float(value / 100), formats["percent"])
        elif isinstance(value, int):
            sheet.write_number(line, column, value, formats["won"])
        elif header == "연락처" and line % _EVERY_SEVENTH == 0 and value.startswith("010"):
            sheet.write_number(line, column, int(value.replace("-", "")))
        elif value:
            sheet.write_string(line, column, value)


def write_csv(path: Path, rows: Iterable[Cells]) -> None:
    """As Excel on Korean Windows saves it: CP949, CRLF; dates with dots, amounts with commas, and a column of notes."""
    with path.open("w", encoding="cp949", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(header.replace(" ", "") for header in _HEADERS), "비고"])
        writer.writerows([*(_in_words(header, row[header]) for header in _HEADERS), ""] for row in rows)


def _in_words(header: str, value: Any) -> str:
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, datetime):
        return f"{value:%Y.%m.%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}%"
    if isinstance(value, int):
        return f"{value:,}원"
    if header == "사업자등록번호" and value.isdigit():
        return format_business_number(value)
    return value or ""
