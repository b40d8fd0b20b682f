"""What all parsers do first: length before anything else, full-width forms as ASCII, numbers of cells as text."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from compensation import limits

# Only the forms that Korean keyboards and spreadsheets write: NFKC would also turn ², ① or 𝟏 into digits.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE6: "₩", 0x00A0: " "}
_CUT_NUMBER = re.compile(r"[-+₩\s]*\d{1,3}\s*,\s*\d{3}(\.\d*)?\s*원?\s*")
_NUMBER_BOUND = 10**limits.VALUE_TEXT_LENGTH_MAX


def is_blank(value: object) -> bool:
    """Nothing was written: None, or text of spaces only."""
    return value is None or (isinstance(value, str) and len(value) <= limits.NAME_TEXT_LENGTH_MAX and not value.strip())


def has_surplus(cells: Sequence[object], width: int) -> bool:
    """Whether a row is wider than `width` for a reason: something stands there, or an unquoted 1,000 has shifted it.

    Blank cells alone are none: spreadsheets write them by themselves.
    """
    return len(cells) > width and (not all(map(is_blank, cells[width:])) or any(map(_is_cut_number, cells, cells[1:])))


def _is_cut_number(cell: object, following: object) -> bool:
    return bool(_CUT_NUMBER.fullmatch(f"{cell},{following}"))


def plain_text(value: object) -> str:
    """The value as trimmed text in NFC with full-width forms in ASCII; '' for what is no text of a bearable length.

    A whole number is taken as its digits, as a spreadsheet has numbers where people wrote digits. True, fractions and
    NaN are no such numbers.
    """
    if isinstance(value, (int, float, Decimal)):
        number = whole_number(value)
        return "" if number is None else str(number)
    if not isinstance(value, str) or len(value) > limits.VALUE_TEXT_LENGTH_MAX:
        return ""
    return unicodedata.normalize("NFC", value).translate(_FULL_WIDTH).strip()


def whole_number(value: int | float | Decimal) -> int | None:
    """A number without a fraction as int; None for True, fractions, NaN, infinity and what no column could hold."""
    if isinstance(value, bool) or (isinstance(value, Decimal) and not value.is_finite()):
        return None
    # The size is looked at before the digits: making text of a huge integer takes long, or fails.
    if not -_NUMBER_BOUND < value < _NUMBER_BOUND or value != int(value):
        return None
    return int(value)
