"""Money over time as bars that stand on each other: where the merchants' money was at the end of each stretch of days.

x and widths in percent of the chart, y and heights in pixels from its top.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from compensation.ledger.models import Account
from compensation.ledger.selectors import Day
from compensation.runtime.charts import HEIGHT

BARS_MAX = 60  # more would be thinner than a finger can follow; days are put together then
PLACES_MIN = 12  # a few days are narrow bars at the left, not walls
GAP = 0.15  # of a bar's width

# From the ground up: what has arrived stands lowest.
STACKED = (Account.PAYOUTS_PAID, Account.PAYOUTS_RELEASED, Account.PAYOUTS_RETURNED, Account.MERCHANT_PAYABLE)


@dataclass(frozen=True, slots=True)
class Part:
    """One account's share of a bar. Below nothing it is not drawn; the table says so."""

    account: Account
    amount_won: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days from `first` to `last`, as they stood at the end of the last."""

    first: date
    last: date
    x: str
    width: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class MoneyPlot:
    """The bars, oldest first; the highest stands for `highest_won`."""

    bars: tuple[Stretch, ...]
    highest_won: int
    height: int = HEIGHT

    @property
    def middle(self) -> float:
        return self.height / 2 + 0.5


def money_plot(*, days: Sequence[Day]) -> MoneyPlot | None:
    """The plot of these days with something booked, oldest first; None where there is none.

    Days on which nothing was booked have no bar of their own: the bars are in order, not to scale of time.
    """
    if not days:
        return None
    each = -(-len(days) // BARS_MAX)
    stretches = [days[start : start + each] for start in range(0, len(days), each)]
    highest_won = max(_total_won(stretch[-1]) for stretch in stretches) or 1
    width = 100 / max(len(stretches), PLACES_MIN)
    bars = tuple(_bar(place, stretch, width, highest_won) for place, stretch in enumerate(stretches))
    return MoneyPlot(bars, highest_won)


def _bar(place: int, stretch: Sequence[Day], width: float, highest_won: int) -> Stretch:
    gap, ground, parts = width * GAP, float(HEIGHT), []
    for account in STACKED:
        amount_won = stretch[-1].balances[account]
        height = round(max(amount_won, 0) / highest_won * HEIGHT, 1)
        ground -= height
        parts.append(Part(account, amount_won, round(ground, 1), height))
    x, wide = f"{place * width + gap / 2:.2f}%", f"{width - gap:.2f}%"
    return Stretch(stretch[0].day, stretch[-1].day, x, wide, tuple(parts))


def _total_won(day: Day) -> int:
    return sum(max(day.balances[account], 0) for account in STACKED)
