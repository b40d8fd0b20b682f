"""Amounts of money in whole won."""

import re

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_WON = re.compile(r"(?:₩|\\)? ?([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0+)? ?원?")  # the ₩ key of some keyboards types \


def parse_won(value: object, *, most: int = limits.LOST_SALES_WON_MAX) -> int:
    """An amount from 0 to `most` won: 350000, '350,000', '350,000원', '₩350,000', '350000.0'. Raises ValueRefused."""
    text = plain_text(value)
    match = _WON.fullmatch(text)
    if match is None:
        if text.startswith("-"):
            raise _negative()
        raise _malformed()
    amount_won = int(match[1].replace(",", ""))
    if amount_won > most:
        raise ValueRefused(
            "won_too_large",
            f"금액은 {most:,}원 이하로 적어 주세요.",
            f"Please write an amount of at most {most:,} won.",
        )
    return amount_won


def _negative() -> ValueRefused:
    return ValueRefused(
        "won_negative",
        "금액은 0원 이상으로 적어 주세요. 빼기 기호(-)는 쓸 수 없습니다.",
        "Please write an amount of 0 won or more, without a minus sign.",
    )


def _malformed() -> ValueRefused:
    return ValueRefused(
        "won_malformed",
        "금액은 350000 또는 350,000원처럼 원 단위 숫자로 적어 주세요. 소수점, 35만, 1e5, 1_000은 쓸 수 없습니다.",
        "Please write the amount in whole won, such as 350000 or 350,000원; no fractions, 35만, 1e5 or 1_000.",
    )
