"""What the charts of the overview show: bins and marks that follow the policy's tiers."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claims.selectors.losses import Distribution
from compensation.policy.tiers import COUNCIL, FAST, NO_SUPPORT, Tier, tier_for
from compensation.runtime.charts import Bin, Histogram, histogram

BINS_MIN = 16
# Reported losses span from a day's takings to a month's and more: the bins widen with the amount.
REPORTED_EDGES_WON = tuple(step * 10**power for power in (4, 5, 6) for step in (10, 15, 20, 30, 50, 70))
REPORTED_TICKS_WON = (10**5, 10**6, 10**7)
STATE_SERIES = {"received": "received", "awaiting_council": "council", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class End:
    """Where claims stand: a state, for determined ones with the tier. `x` and `width` place it in the bar."""

    state: str
    tier: Tier | None
    count: int
    series: str
    share: float
    x: str
    width: str


def ends_of_claims(counts: Counter[tuple[str, str]], tiers: Sequence[Tier]) -> list[End]:
    """Every state that a claim can be in, determined ones by tier, those without any claim too."""
    decided = sorted((tier for tier in tiers if tier.route != COUNCIL), key=lambda tier: tier.route == NO_SUPPORT)
    by_council = [tier for tier in tiers if tier.route == COUNCIL and counts["determined", tier.code]]
    known = {tier.code for tier in (*decided, *by_council)}
    rows: list[tuple[str, Tier | None, int]] = [("received", None, _of_state(counts, "received"))]
    rows += [("determined", tier, counts["determined", tier.code]) for tier in (*decided, *by_council)]
    former = sum(count for (state, code), count in counts.items() if state == "determined" and code not in known)
    rows += [("determined", None, former)] if former else []  # by tiers that the policy no longer has
    rows += [(state, None, _of_state(counts, state)) for state in ("awaiting_council", "withdrawn")]
    return list(_placed(rows, tiers))


def _of_state(counts: Counter[tuple[str, str]], state: str) -> int:
    return sum(count for (its_state, _), count in counts.items() if its_state == state)


def _placed(rows: Sequence[tuple[str, Tier | None, int]], tiers: Sequence[Tier]) -> Iterator[End]:
    total, before = sum(count for *_, count in rows) or 1, 0
    for state, tier, count in rows:
        series = tier_series(tier, tiers) if tier else STATE_SERIES.get(state, "plain")
        share, start = 100 * count / total, 100 * before / total
        yield End(state, tier, count, series, share, f"{start:.2f}%", f"{share:.2f}%")
        before += count


def assessed_edges(tiers: Sequence[Tier]) -> list[int]:
    """Bins as wide as the bounds allow, so that every bound is an edge; nothing assessed (0) has a bin of its own."""
    bounds = _bounds(tiers)
    step = math.gcd(*bounds)
    reach = 2 * bounds[-1]
    while reach // step < BINS_MIN and step % 2 == 0:
        step //= 2
    step = max(step, -(-reach // (3 * BINS_MIN)))
    return sorted({0, *range(step, reach + 1, step), *bounds})


def assessed_chart(losses: Distribution, tiers: Sequence[Tier]) -> Histogram:
    """Coloured by tier, with the bounds between tiers and the median."""
    edges = losses.edges
    bins = [Bin(-1, 0, losses.counts[0], tier_series(tier_for(assessed_won=0, tiers=tiers), tiers))]
    for above, up_to, count in zip(edges, (*edges[1:], None), losses.counts[1:], strict=True):
        tier = tier_for(assessed_won=above + 1, tiers=tiers)
        bins.append(Bin(above, up_to, count, tier_series(tier, tiers)))
    bounds = _bounds(tiers)
    return histogram(bins=bins, median=losses.median_won, bounds=bounds, ticks=[0, *bounds, edges[-1]])


def reported_chart(losses: Distribution) -> Histogram:
    edges = losses.edges
    places = zip((0, *edges), (*edges, None), losses.counts, strict=True)
    bins = [Bin(above, up_to, count, "plain") for above, up_to, count in places]
    return histogram(bins=bins, median=losses.median_won, ticks=REPORTED_TICKS_WON)


def tier_series(tier: Tier, tiers: Sequence[Tier]) -> str:
    """The CSS name of a tier's colour: paid tiers are numbered from the lowest."""
    if tier.route != FAST:
        return tier.route
    return f"tier-{[other.code for other in tiers if other.route == 'fast'].index(tier.code) + 1}"


def _bounds(tiers: Sequence[Tier]) -> list[int]:
    """Where one tier ends and the next begins, without the zero of those who get nothing."""
    return [tier.up_to_won for tier in tiers if tier.up_to_won]
