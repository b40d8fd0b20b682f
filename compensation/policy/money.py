"""Money is whole won in integers. This is the only place where anything is rounded, and each rounding has a name."""


class RoundingRefused(ValueError):
    """The amount is negative or the divisor is not positive."""


def floor_won(*, numerator: int, denominator: int) -> int:
    """`numerator / denominator` in whole won, what is below a won cut off (ours). Raises RoundingRefused."""
    if numerator < 0 or denominator <= 0:
        raise RoundingRefused(f"{numerator} / {denominator}")
    return numerator // denominator
