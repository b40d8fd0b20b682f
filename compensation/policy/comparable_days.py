"""Lost sales from comparable days: what the same weekdays of the weeks before brought, less what the outage's days did.

Ours, offered to merchants who do not know what they lost. The same weekdays, because a restaurant's Saturday says
nothing of its Tuesday; the weeks just before, because sales change with the season. The merchant may leave out a week
that was not usual (closed, a holiday): the average is that of the weeks that are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from compensation.policy.money import floor_won
from compensation.policy.wording import pick, won_text

WEEKS = 4  # before the outage: enough to even out one odd day, and still the same season
WEEK = timedelta(days=7)


class NothingToCompare(ValueError):
    """No usual week was given, or an amount is negative."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Comparison:
    """Usual sales of each week that was given, their average (below a won cut off), and what was lost. Won."""

    usual_won: tuple[int, ...]
    outage_won: int
    average_won: int
    lost_sales_won: int

    def working(self, language: str) -> tuple[str, ...]:
        """The calculation as sentences in 'ko' or 'en'."""
        weeks, average = len(self.usual_won), won_text(self.average_won, language)
        added = " + ".join(won_text(amount_won, language) for amount_won in self.usual_won)
        outage, lost = won_text(self.outage_won, language), won_text(self.lost_sales_won, language)
        result = pick(
            language,
            f"매출 손실액은 {average} - {outage} = {lost}입니다.",
            f"The loss of sales is {average} - {outage} = {lost}.",
        )
        if not self.lost_sales_won:
            result = pick(
                language,
                f"장애 기간의 매출 {outage}이 평소보다 적지 않아 매출 손실액은 {lost}입니다.",
                f"Sales during the outage, {outage}, were not below the usual ones: the loss of sales is {lost}.",
            )
        return (
            pick(
                language,
                f"평소 매출은 ({added}) ÷ {weeks} = {average}입니다.",
                f"Usual sales are ({added}) ÷ {weeks} = {average}.",
            ),
            result,
        )


def comparable_weeks(*, days: Days, weeks: int = WEEKS) -> tuple[Days, ...]:
    """The same weekdays before, nearest first, none of which lies within `days` itself."""
    nearest = (days.last - days.first).days // 7 + 1
    shifts = [number * WEEK for number in range(nearest, nearest + weeks)]
    return tuple(Days(days.first - shift, days.last - shift) for shift in shifts)


def compare(*, usual_won: Sequence[int | None], outage_won: int) -> Comparison:
    """What was lost: the average of the usual weeks that are given, less the outage's days; never below 0.

    Raises NothingToCompare.
    """
    given = tuple(amount_won for amount_won in usual_won if amount_won is not None)
    if not given or outage_won < 0 or min(given) < 0:
        raise NothingToCompare(f"{len(given)} weeks")
    average_won = floor_won(numerator=sum(given), denominator=len(given))
    return Comparison(given, outage_won, average_won, max(average_won - outage_won, 0))
