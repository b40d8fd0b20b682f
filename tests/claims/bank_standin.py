"""A bank of the tests' own: reads a bulk transfer file by its profile, and answers with a result file of the same."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from openpyxl import load_workbook
from xlsxwriter import Workbook

from compensation.policy.bank_profiles import BankLayout, ResultLayout

Order = dict[str, str]
NO_ACCOUNT = {"code": "0101", "text": "계좌번호 오류"}


def orders_of(content: bytes, layout: BankLayout) -> list[Order]:
    """What the bank is told to do: the cells of every row by the field of their column."""
    fields = [column.field for column in layout.file.columns]
    rows = [dict(zip(fields, cells, strict=True)) for cells in _cells(content, layout)]
    return rows[1:] if layout.file.has_header else rows


def answer_to(
    orders: Iterable[Order],
    layout: BankLayout,
    *,
    day: date,
    returned: Mapping[str, Mapping[str, str]] | None = None,
    unknown: Sequence[str] = (),
) -> list[dict[str, str]]:
    """What became of each order: paid, unless its reference is in `returned` (why) or `unknown`."""
    words = {outcome: word for word, outcome in reversed(layout.result.outcomes.items())}
    lines = []
    for order in orders:
        reference = order["reference"]
        why = (returned or {}).get(reference)
        outcome = "returned" if why else "unknown" if reference in unknown else "paid"
        lines.append(
            {
                "reference": reference,
                "amount_won": f"{int(order['amount_won']):,}" if layout.result.has_separators else order["amount_won"],
                "day": f"{day:%Y%m%d}",
                "outcome": words[outcome],
                "reason_code": (why or {}).get("code", ""),
                "reason_text": (why or {}).get("text", ""),
            }
        )
    return lines


def result_file(lines: Iterable[Mapping[str, str]], layout: ResultLayout) -> bytes:
    """The lines as the bank sends them."""
    if layout.is_fixed_width:
        return b"".join(_fixed_line(line, layout) for line in lines)
    titles = [[column.title for column in layout.columns]] if layout.has_header else []
    rows = titles + [[line[column.field] for column in layout.columns] for line in lines]
    if layout.kind == "xlsx":
        return _sheet(rows)
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter).writerows(rows)
    return text.getvalue().encode(layout.encoding)


def _sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """As spreadsheet programs write it: with shared strings and its size."""
    out = io.BytesIO()
    with Workbook(out, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def _fixed_line(line: Mapping[str, str], layout: ResultLayout) -> bytes:
    width = max(column.starts_at + column.width - 1 for column in layout.columns)
    content = bytearray(b"D".ljust(width))
    for column in layout.columns:
        cell = line[column.field].encode(layout.encoding)
        cell = cell.rjust(column.width, b"0") if column.field == "amount_won" else cell.ljust(column.width)
        content[column.starts_at - 1 : column.starts_at - 1 + column.width] = cell
    return bytes(content) + b"\r\n"


def _cells(content: bytes, layout: BankLayout) -> Iterable[list[str]]:
    if layout.file.kind == "xlsx":
        sheet = load_workbook(io.BytesIO(content), read_only=True).active
        return [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    if not layout.file.is_fixed_width:
        text = io.StringIO(content.decode(layout.file.encoding), newline="")
        return list(csv.reader(text, delimiter=layout.file.delimiter))
    return [_cut(line, layout) for line in content.splitlines()]


def _cut(line: bytes, layout: BankLayout) -> list[str]:
    cells, start = [], 0
    for column in layout.file.columns:
        cells.append(line[start : start + column.width].decode(layout.file.encoding).strip())
        start += column.width
    assert start == len(line)
    return cells
