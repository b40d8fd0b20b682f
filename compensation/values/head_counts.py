"""Numbers of people."""

import re

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_COUNT = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+) ?명?")


def parse_head_count(value: object, *, most: int = limits.HEAD_COUNT_MAX) -> int:
    """A number of people from 0 to `most`: 3000000, '3,000,000', '3,000,000명'. Raises ValueRefused."""
    match = _COUNT.fullmatch(plain_text(value))
    if match is None:
        raise ValueRefused(
            "head_count_malformed",
            "인원은 3000000 또는 3,000,000명처럼 적어 주세요. 소수점, 빼기 기호(-), 300만은 쓸 수 없습니다.",
            "Please write a number of people such as 3000000 or 3,000,000; no fractions, minus sign or 300만.",
        )
    people = int(match[1].replace(",", ""))
    if people > most:
        raise ValueRefused(
            "head_count_too_large",
            f"인원은 {most:,}명 이하로 적어 주세요.",
            f"Please write a number of at most {most:,} people.",
        )
    return people
