"""Bank profiles: how a bank's bulk transfer file looks, and how its results come back, as data (ours).

Corporate banking differs from bank to bank and changes now and then, so a layout is a document (data/bank_profiles/),
read here into frozen values with every fault and its path. What cells say is in `bank_cells`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compensation import limits
from compensation.policy.checking import DocumentFaults, Fault, Table

NEEDED = ("account_number", "amount_won", "holder", "reference")  # a file without one of them pays nobody we know
FIELDS = ("bank_code", "bank_name", *NEEDED, "printed_text", "memo", "sequence", "constant", "blank")
RESULT_NEEDED = ("reference", "amount_won", "outcome")
RESULT_FIELDS = (*RESULT_NEEDED, "day", "reason_code", "reason_text")
OUTCOMES = ("paid", "returned", "unknown")
KINDS = ("xlsx", "csv", "txt")
ENCODINGS = ("cp949", "euc_kr", "utf-8", "utf-8-sig")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "none": ""}
LINE_ENDINGS = {"crlf": "\r\n", "lf": "\n"}
PADS = ("spaces_after", "spaces_before", "zeros_before")
FORMULA_STARTS = "=+-@"
# What a cell of fixed width must hold at least, in bytes: cut, the money would go elsewhere.
LEAST_WIDTHS = {"reference": 14, "amount_won": 10, "account_number": 14, "bank_code": 3, "sequence": 6}


class ProfileFaults(DocumentFaults):
    """A profile cannot be used; `faults` has everything that is wrong with it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file for the bank. `text` is that of a constant; `width` (bytes) and `pad` are of fixed width."""

    field: str
    title: str
    text: str = ""
    width: int = 0
    pad: str = ""


@dataclass(frozen=True, slots=True)
class FileLayout:
    """The file for the bank. A text file without a `delimiter` has columns of fixed width."""

    kind: str
    delimiter: str
    encoding: str
    line_ending: str
    has_header: bool
    rows_per_file: int
    amount_as_number: bool
    columns: tuple[Column, ...]

    @property
    def is_fixed_width(self) -> bool:
        return self.kind == "txt" and not self.delimiter


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """Where a field stands in a result: under a title, at a position from 1, or from a byte (from 1) on."""

    field: str
    title: str = ""
    position: int = 0
    starts_at: int = 0
    width: int = 0


@dataclass(frozen=True, slots=True)
class ResultLayout:
    """The bank's result file. `outcomes`: the bank's word -> ours. `reasons`: the bank's code -> ours."""

    kind: str
    delimiter: str
    encoding: str
    has_header: bool
    has_separators: bool
    columns: tuple[ResultColumn, ...]
    outcomes: Mapping[str, str]
    reasons: Mapping[str, str]

    @property
    def is_fixed_width(self) -> bool:
        return self.kind == "txt" and not self.delimiter


@dataclass(frozen=True, slots=True)
class BankLayout:
    """A whole profile. The text printed in a merchant's statement is cut after `printed_text_length`."""

    code: str
    name_ko: str
    name_en: str
    printed_text_length: int
    printed_text_in_bytes: bool
    file: FileLayout
    result: ResultLayout


def parse_profile(document: Mapping[str, Any], *, reasons: Collection[str]) -> BankLayout:
    """The profile of a document; `reasons` are our codes of why money comes back. Raises ProfileFaults."""
    faults: list[Fault] = []
    table = Table(document, "", faults)
    layout = BankLayout(
        code=_code(table),
        name_ko=table.text("name_ko"),
        name_en=table.text("name_en"),
        printed_text_length=table.whole("printed_text_length", least=1, most=limits.BANK_CELL_BYTES_MAX),
        printed_text_in_bytes=table.choice("printed_text_in", ("bytes", "characters")) == "bytes",
        file=_file(table.table("file")),
        result=_result(table.table("result"), reasons),
    )
    table.close()
    if faults:
        raise ProfileFaults(faults)
    return layout


def _code(table: Table) -> str:
    code = table.text("code", length_max=30)
    if code and (not code.isascii() or not code.replace("-", "").replace("_", "").isalnum() or code != code.lower()):
        table.fault(
            "code",
            "영문 소문자, 숫자, 붙임표(-)로 적어 주세요.",
            "Must be of small letters, digits and dashes.",
        )
        return ""
    return code


def _file(table: Table) -> FileLayout:
    kind = table.choice("kind", KINDS)
    delimiter = _delimiter(table, kind)
    is_fixed = kind == "txt" and delimiter == ""
    is_text = kind in ("csv", "txt")
    layout = FileLayout(
        kind=kind,
        delimiter=delimiter,
        encoding=table.choice("encoding", ENCODINGS) if is_text else "",
        line_ending=LINE_ENDINGS.get(table.choice("line_ending", LINE_ENDINGS), "") if is_text else "",
        has_header=table.flag("header"),
        rows_per_file=table.whole("rows_per_file", least=1, most=limits.BATCH_PAYOUTS_MAX),
        amount_as_number=table.choice("amount_as", ("number", "text")) == "number" if kind == "xlsx" else False,
        columns=tuple(_column(row, is_fixed) for row in table.tables("columns")),
    )
    _check_columns(table, layout)
    table.close()
    return layout


def _delimiter(table: Table, kind: str) -> str:
    """Only a txt file may have none; an xlsx file is not asked."""
    if kind not in ("csv", "txt"):
        return ""
    names = DELIMITERS if kind == "txt" else [name for name in DELIMITERS if name != "none"]
    return DELIMITERS.get(table.choice("delimiter", names), "")


def _column(row: Table, is_fixed: bool) -> Column:
    field = row.choice("field", FIELDS)
    column = Column(
        field=field,
        title=row.text("title"),
        text=row.text("text") if field == "constant" else "",
        width=row.whole("width", least=1, most=limits.BANK_CELL_BYTES_MAX) if is_fixed else 0,
        pad=row.choice("pad", PADS) if is_fixed else "",
    )
    for key, text in (("title", column.title), ("text", column.text)):
        if text.startswith(tuple(FORMULA_STARTS)):
            row.fault(
                key, "=, +, -, @로 시작할 수 없습니다.", "Must not begin with =, +, - or @: a spreadsheet would run it."
            )
    least = LEAST_WIDTHS.get(field, 1)
    if column.width and column.width < least:
        row.fault("width", f"{least}바이트 이상이어야 합니다.", f"Must be at least {least} bytes.")
    if column.pad == "zeros_before" and field in ("holder", "printed_text", "memo", "account_number", "reference"):
        row.fault("pad", "0으로 채울 수 없는 항목입니다.", "This field cannot be filled with zeros.")
    row.close()
    return column


def _check_columns(table: Table, layout: FileLayout) -> None:
    fields = [column.field for column in layout.columns]
    for field in NEEDED:
        if fields.count(field) != 1:
            table.fault("columns", f"{field} 열이 하나 있어야 합니다.", f"There must be one column {field}.")
    if fields.count("bank_code") + fields.count("bank_name") == 0:
        table.fault("columns", "bank_code 또는 bank_name 열이 있어야 합니다.", "bank_code or bank_name is missing.")
    if len(fields) > limits.BANK_COLUMNS_MAX:
        most = limits.BANK_COLUMNS_MAX
        table.fault("columns", f"열은 {most}개 이하여야 합니다.", f"At most {most} columns.")
    if layout.is_fixed_width and layout.has_header:
        table.fault("header", "고정 길이 파일에는 제목 줄이 없습니다.", "A file of fixed width has no header.")


def _result(table: Table, reasons: Collection[str]) -> ResultLayout:
    kind = table.choice("kind", KINDS)
    delimiter = _delimiter(table, kind)
    encoding = table.choice("encoding", ENCODINGS) if kind in ("csv", "txt") else ""
    has_header = table.flag("header")
    is_fixed = kind == "txt" and delimiter == ""
    layout = ResultLayout(
        kind=kind,
        delimiter=delimiter,
        encoding=encoding,
        has_header=has_header,
        has_separators=table.flag("amount_separators"),
        columns=tuple(_result_column(row, is_fixed, has_header) for row in table.tables("columns")),
        outcomes=dict(_outcomes(table)),
        reasons=dict(_reasons(table, reasons)),
    )
    _check_result_columns(table, layout)
    table.close()
    return layout


def _result_column(row: Table, is_fixed: bool, has_header: bool) -> ResultColumn:
    is_titled = has_header and not is_fixed
    column = ResultColumn(
        field=row.choice("field", RESULT_FIELDS),
        title=row.text("title") if is_titled else "",
        position=0 if is_titled or is_fixed else row.whole("position", least=1, most=limits.BANK_COLUMNS_MAX),
        starts_at=row.whole("starts_at", least=1, most=10 * limits.BANK_CELL_BYTES_MAX) if is_fixed else 0,
        width=row.whole("width", least=1, most=limits.BANK_CELL_BYTES_MAX) if is_fixed else 0,
    )
    row.close()
    return column


def _check_result_columns(table: Table, layout: ResultLayout) -> None:
    fields = [column.field for column in layout.columns]
    for field in RESULT_FIELDS:
        if fields.count(field) > 1 or (field in RESULT_NEEDED and field not in fields):
            table.fault("columns", f"{field} 열이 하나 있어야 합니다.", f"There must be one column {field}.")
    places = [(column.title, column.position, column.starts_at) for column in layout.columns]
    if table.is_faultless and len(set(places)) != len(places):
        table.fault("columns", "서로 다른 자리의 열이어야 합니다.", "Two columns stand in the same place.")


def _outcomes(table: Table) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for outcome in OUTCOMES:
        if outcome == "unknown" and not table.holds_texts(outcome):
            continue  # this bank always knows
        words = table.texts(outcome)
        if len(words) > limits.BANK_TEXTS_MAX or not seen.isdisjoint(words):
            table.fault(
                outcome,
                "다른 결과와 겹치지 않는 말이어야 합니다.",
                "Few words, none of another outcome.",
            )
        seen.update(words)
        yield from ((word, outcome) for word in words)


def _reasons(table: Table, known: Collection[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for row in table.tables_if_given("reasons"):
        code, reason = row.text("code", length_max=20), row.choice("reason", known)
        row.refuse_repeated(code, seen)
        row.close()
        seen.add(code)
        yield code, reason
