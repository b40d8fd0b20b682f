"""Yes or no, in the ways people here write it."""

from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_YES = frozenset({"유", "있음", "예", "네", "y", "yes", "o", "○", "true", "1"})
_NO = frozenset({"무", "없음", "아니오", "아니요", "n", "no", "x", "×", "false", "0"})


def parse_yes_no(value: object) -> bool:
    """유/무, 있음/없음, 예/아니오, Y/N, O/X, 1/0, and True or False themselves. Raises ValueRefused."""
    if isinstance(value, bool):
        return value
    word = plain_text(value).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueRefused(
        "yes_no_malformed",
        "유 또는 무, 예 또는 아니오로 적어 주세요.",
        "Please write 유 or 무, 예 or 아니오 (yes or no).",
    )
