"""The columns of an association file: their headers, which must be there, and the parser of their cells."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from compensation import limits
from compensation.values.bank_accounts import parse_account_number, parse_bank
from compensation.values.business_numbers import parse_business_number
from compensation.values.dates import parse_date
from compensation.values.emails import parse_email
from compensation.values.names import parse_name
from compensation.values.percent import parse_percent
from compensation.values.phones import parse_phone
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text
from compensation.values.won import parse_won
from compensation.values.yes_no import parse_yes_no

REPORT_HEADER = "오류"  # the column that a report adds; ignored when the report is sent again
_UNSEEN = re.compile("[\\s\u00a0\u200b\u200c\u200d\u2060\ufeff]+")
_REFERENCE = re.compile(r"[^\W_](?:[\w\-./#:() ]*[\w)])?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is understood. `parse` takes a cell that is not blank and raises ValueRefused."""

    key: str
    header: str
    required: bool
    parse: Callable[[object], Any]


def parse_external_reference(value: object) -> str:
    """The association's own number (접수번호): letters, digits and `-./#:_()`, up to 60. Raises ValueRefused."""
    text = unicodedata.normalize("NFC", plain_text(value))
    if len(text) > limits.EXTERNAL_REFERENCE_LENGTH_MAX or not _REFERENCE.fullmatch(text):
        raise ValueRefused(
            "external_reference_malformed",
            f"접수번호는 A-2022-00123처럼 글자와 숫자로 {limits.EXTERNAL_REFERENCE_LENGTH_MAX}자까지 적어 주세요.",
            "Please write the association's number in letters and digits, such as A-2022-00123, up to "
            f"{limits.EXTERNAL_REFERENCE_LENGTH_MAX} characters.",
        )
    return text


def _remembered(parse: Callable[[object], Any]) -> Callable[[object], Any]:
    """For columns in which the same few cells come again and again."""
    return lru_cache(maxsize=limits.CELLS_REMEMBERED, typed=True)(parse)


COLUMNS = (
    Column("external_reference", "접수번호", True, parse_external_reference),
    Column("business_number", "사업자등록번호", True, parse_business_number),
    Column("trade_name", "상호", True, parse_name),
    Column("representative_name", "대표자명", True, parse_name),
    Column("phone", "연락처", True, partial(parse_phone, lost_zero=True)),
    Column("email", "이메일", False, parse_email),
    Column("industry", "업종코드", False, plain_text),
    Column("service", "서비스", False, plain_text),
    Column("began", "피해 시작일시", True, _remembered(parse_date)),
    Column("ended", "피해 종료일시", True, _remembered(parse_date)),
    Column("lost_sales_won", "매출 손실액", True, parse_won),
    Column("margin_bp", "영업이익률", False, _remembered(partial(parse_percent, allow_negative=True))),
    Column("has_alternative", "대체 서비스 유무", True, _remembered(parse_yes_no)),
    Column("on_channel", "채널 가입", False, _remembered(parse_yes_no)),
    Column("bank", "은행", False, _remembered(parse_bank)),
    Column("account_number", "계좌번호", False, parse_account_number),
    Column("account_holder", "예금주", False, parse_name),
    Column("received", "접수일시", False, _remembered(parse_date)),
)
HEADERS = {column.key: column.header for column in COLUMNS}


def header_key(cell: object) -> str:
    """A header without anything that people do not see: spaces of all kinds and the difference of NFC and NFD."""
    return _UNSEEN.sub("", unicodedata.normalize("NFC", cell)) if isinstance(cell, str) else ""


_BY_HEADER = {header_key(column.header): column for column in COLUMNS}


def column_of(cell: object) -> Column | None:
    """The column that a header cell names."""
    return _BY_HEADER.get(header_key(cell))


def count_known_headers(cells: Iterable[object]) -> int:
    return sum(column_of(cell) is not None for cell in cells)
