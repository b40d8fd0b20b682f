"""Business registration numbers: ten digits, the last of which checks the others.

The check says nothing about whether the business exists.
"""

import re

from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_BETWEEN = re.compile(r"(?<=[0-9])[\-‐‑‒–—− ]+(?=[0-9])")


def parse_business_number(value: object) -> str:
    """Ten ASCII digits, from text with or without dashes and spaces, or a spreadsheet's number. Raises ValueRefused."""
    digits = _BETWEEN.sub("", plain_text(value))
    if not re.fullmatch(r"[0-9]{10}", digits) or digits == "0" * 10:
        raise ValueRefused(
            "business_number_malformed",
            "사업자등록번호는 123-45-67891처럼 숫자 10자리로 적어 주세요.",
            "Please write the business registration number as 10 digits, such as 123-45-67891.",
        )
    if _check_digit(digits) != int(digits[9]):
        raise ValueRefused(
            "business_number_wrong_check",
            "사업자등록번호에 잘못 적힌 숫자가 있습니다. 사업자등록증을 보고 다시 확인해 주세요.",
            "A digit of the business registration number is wrong. Please check it against the certificate.",
        )
    return digits


def format_business_number(digits: str) -> str:
    """'1234567891' as '123-45-67891'."""
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def _check_digit(digits: str) -> int:
    weighted = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return -(weighted + int(digits[8]) * 5 // 10) % 10
