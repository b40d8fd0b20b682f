"""Names of businesses and people."""

import re
import unicodedata
from decimal import Decimal

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.text import whole_number

# Letters, digits and the marks that are part of letters; spaces; and the punctuation that names here are written with.
_CATEGORIES = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl"}
_PUNCTUATION = frozenset(" .,·ㆍ・:;&+-‐–—_/()[]《》〈〉「」'’‘\"“”!?#@*%~㈜№")
# Characters of those categories that show nothing, fill, or turn their neighbour into an emoji.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2139\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SPACES = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def parse_name(value: object, *, length_max: int = limits.NAME_LENGTH_MAX) -> str:
    """A name in NFC with single spaces, 1 to `length_max` characters. Raises ValueRefused.

    A whole number is taken as text: a spreadsheet has the number 1984 for a shop of that name.
    """
    if isinstance(value, (int, float, Decimal)):
        number = whole_number(value)
        value = "" if number is None else str(number)
    if not isinstance(value, str):
        raise _blank()
    if len(value) > limits.NAME_TEXT_LENGTH_MAX:
        raise _too_long(length_max)
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", value)).strip(" \t\r\n")
    if not name:
        raise _blank()
    if len(name) > length_max:
        raise _too_long(length_max)
    if _INVISIBLE.search(name) or not all(map(_is_allowed, name)) or not any(map(str.isalnum, name)):
        raise ValueRefused(
            "name_characters",
            "이름에는 글자, 숫자, 띄어쓰기, 문장 부호만 쓸 수 있습니다. 이모지나 보이지 않는 문자를 지워 주세요.",
            "A name has letters, digits, spaces and common punctuation only: no emoji and no invisible characters.",
        )
    return name


def _is_allowed(character: str) -> bool:
    return character in _PUNCTUATION or unicodedata.category(character) in _CATEGORIES


def _blank() -> ValueRefused:
    return ValueRefused("name_blank", "이름을 적어 주세요.", "Please write a name.")


def _too_long(length_max: int) -> ValueRefused:
    return ValueRefused(
        "name_too_long",
        f"이름은 {length_max}자 이하로 적어 주세요.",
        f"Please write a name of at most {length_max} characters.",
    )
