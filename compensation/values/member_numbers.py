"""Numbers by which the platform knows its members."""

import re

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_NUMBER = re.compile(rf"0*([1-9][0-9]{{0,{limits.MEMBER_NUMBER_DIGITS_MAX - 1}}})(?:\.0+)?")  # a spreadsheet's 42.0


def parse_member_number(value: object) -> int:
    """A member's number: 4800123, '4800123', ' 0004800123 ', 4800123.0. Raises ValueRefused."""
    match = _NUMBER.fullmatch(plain_text(value))
    if match is None:
        raise ValueRefused(
            "member_number_malformed",
            "회원번호는 4800123처럼 숫자로만 적어 주세요.",
            "Please write the member number in digits only, such as 4800123.",
        )
    return int(match[1])
