"""Percentages, as basis points (1/100 of a percent)."""

import math
import re
from decimal import Decimal

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_PERCENT = re.compile(r"(-?)([0-9]{1,9})(?:\.([0-9]{1,2}))? ?%?")
_NOISE_BP = 1e-6  # a spreadsheet's 7 % arrives as 7.000000000000001


def parse_percent(value: object, *, allow_negative: bool = False) -> int:
    """A percentage in basis points: 12.5, '12.5' and '12.5%' are 1250. Numbers mean what is seen: 0.125 is refused.

    From 0 to 100; with `allow_negative` (an operating margin) from MARGIN_BP_MIN. At most two decimals.
    Raises ValueRefused.
    """
    ratio_bp = _from_number(value) if isinstance(value, (int, float, Decimal)) else _from_text(plain_text(value))
    if ratio_bp is None:
        raise ValueRefused(
            "percent_malformed",
            "비율은 12.5 또는 12.5%처럼 소수점 아래 두 자리까지의 숫자로 적어 주세요.",
            "Please write the percentage with at most two decimals, such as 12.5 or 12.5%.",
        )
    least = limits.MARGIN_BP_MIN if allow_negative else 0
    if not least <= ratio_bp <= limits.RATIO_BP_MAX:
        raise ValueRefused(
            "percent_out_of_range",
            f"비율은 {least // 100}%에서 100% 사이로 적어 주세요.",
            f"Please write a percentage from {least // 100}% to 100%.",
        )
    return ratio_bp


def _from_text(text: str) -> int | None:
    match = _PERCENT.fullmatch(text)
    if match is None:
        return None
    minus, whole, hundredths = match.groups()
    ratio_bp = int(whole) * 100 + int((hundredths or "").ljust(2, "0"))
    return -ratio_bp if minus else ratio_bp


def _from_number(value: int | float | Decimal) -> int | None:
    if isinstance(value, bool) or (isinstance(value, Decimal) and not value.is_finite()):
        return None
    if not -limits.HEAD_COUNT_MAX < value < limits.HEAD_COUNT_MAX:  # NaN and infinity as well
        return None
    ratio_bp = float(value) * 100
    nearest_bp = round(ratio_bp)
    return nearest_bp if math.isclose(ratio_bp, nearest_bp, abs_tol=_NOISE_BP, rel_tol=0) else None
