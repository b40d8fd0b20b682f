"""Which decided cases are like a case (ours): by service, size of the loss, industry and how long the service was down.

Likeness is given up step by step until there are enough cases to speak of what is usual.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from compensation.policy.agenda import SIZES_WON
from compensation.policy.wording import pick

# Losses of up to and including so many hours are alike; the last band is open.
DURATIONS_HOURS = (12, 24, 48, 96)
INDUSTRY_GROUP_LENGTH = 2  # characters of a code of the industry classification: its divisions (중분류)
# What is alike at each step, from everything to nothing but the council.
STEPS: tuple[tuple[str, str], ...] = (
    ("서비스, 피해액 규모, 업종, 피해 기간이 비슷한 건", "cases alike in service, size, industry and duration"),
    ("서비스, 피해액 규모, 업종이 비슷한 건", "cases alike in service, size and industry"),
    ("서비스와 피해액 규모가 비슷한 건", "cases alike in service and size"),
    ("피해액 규모가 비슷한 건", "cases alike in size"),
    ("협의체가 결정한 모든 건", "all cases that the council decided"),
)
_WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class Range:
    """What is usual: from the 10th to the 90th percentile, and the middle, in basis points of the assessed loss."""

    low_bp: int
    middle_bp: int
    high_bp: int

    def holds(self, ratio_bp: int) -> bool:
        return self.low_bp <= ratio_bp <= self.high_bp


def size_band(assessed_won: int) -> int:
    return bisect_left(SIZES_WON, assessed_won)


def duration_band(hours: float) -> int:
    return bisect_left(DURATIONS_HOURS, hours)


def industry_group(industry_code: str) -> str:
    return industry_code[:INDUSTRY_GROUP_LENGTH]


def step_name(step: int, language: str) -> str:
    return pick(language, *STEPS[step])


def step_with_enough(*, steps: Sequence[int], least: int) -> int:
    """The first step at which at least `least` cases are alike; the last where there never are so many.

    `steps`: for each decided case, the first step at which it is alike.
    """
    enough = (step for step in range(len(STEPS)) if sum(found <= step for found in steps) >= least)
    return next(enough, len(STEPS) - 1)


def ratio_bp(*, amount_won: int, assessed_won: int) -> int:
    """What was granted of the assessed loss, in basis points, rounded down; at most the whole."""
    return min(amount_won * _WHOLE_BP // assessed_won, _WHOLE_BP) if assessed_won else 0


def usual_range(*, ratios_bp: Sequence[int], least: int) -> Range | None:
    """The range outside of which a proposal is unusual; None of fewer than `least` cases.

    Both ends are cases that were decided: between two of them the outer one, so that nobody is warned too early.
    """
    if len(ratios_bp) < least:
        return None
    ordered, last = sorted(ratios_bp), len(ratios_bp) - 1
    return Range(ordered[last // 10], ordered[last // 2], ordered[-(-9 * last // 10)])
