"""The bands that an assessed loss falls into, and what each pays (announced)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compensation.policy.checking import Fault

FAST, COUNCIL, NO_SUPPORT = "fast", "council", "no_support"
ROUTES = (FAST, COUNCIL, NO_SUPPORT)


@dataclass(frozen=True, slots=True)
class Tier:
    """The assessed losses over `above_won` up to and including `up_to_won`; None leaves that side open.

    `route`: 'fast' pays `payout_won` without papers, 'council' waits for the council, 'no_support' pays nothing. Only
    'fast' has a payout; what the council grants is its own decision.
    """

    code: str
    name_ko: str
    name_en: str
    above_won: int | None
    up_to_won: int | None
    payout_won: int
    route: str


class AssessedLossRefused(ValueError):
    """The assessed loss is no whole number of won from 0 up."""


class NoTierFits(LookupError):
    """The tiers leave a gap at this loss; `faults_in_tiers` would have said so."""


def tier_for(*, assessed_won: int, tiers: Sequence[Tier]) -> Tier:
    """The tier of an assessed loss in whole won. Exactly the upper bound still belongs to a tier (ours).

    Raises AssessedLossRefused, NoTierFits.
    """
    if type(assessed_won) is not int or assessed_won < 0:
        raise AssessedLossRefused(assessed_won)
    for tier in tiers:
        if (tier.up_to_won is None or assessed_won <= tier.up_to_won) and (
            tier.above_won is None or assessed_won > tier.above_won
        ):
            return tier
    raise NoTierFits(assessed_won)


def faults_in_tiers(tiers: Sequence[Tier | None]) -> list[Fault]:
    """Everything that is wrong with these tiers, lowest first; paths start at `tiers`.

    None stands for a tier that could not be read: what touches it is not judged.
    """
    if not tiers:
        return [Fault("tiers", "지원 구간이 하나도 없습니다.", "There is no tier.")]
    faults = [fault for place, tier in enumerate(tiers) if tier for fault in _faults_of(tier, f"tiers[{place}]")]
    faults += _faults_at_the_ends(tiers)
    for place, (lower, upper) in enumerate(pairwise(tiers), start=1):
        if lower and upper:
            faults += _faults_between(lower, upper, f"tiers[{place}]")
    return faults + list(_repeated_codes(tiers))


def _faults_of(tier: Tier, path: str) -> Iterator[Fault]:
    for key, amount in (("above_won", tier.above_won), ("up_to_won", tier.up_to_won), ("payout_won", tier.payout_won)):
        if amount is not None and amount < 0:
            yield Fault(f"{path}.{key}", "금액은 0원 이상이어야 합니다.", "An amount must not be negative.")
    if tier.route not in ROUTES:
        yield Fault(f"{path}.route", f"{', '.join(ROUTES)} 중 하나여야 합니다.", f"Must be one of {', '.join(ROUTES)}.")
    elif (tier.route == FAST) != (tier.payout_won > 0):
        yield Fault(
            f"{path}.payout_won",
            "서류 없이 지급하는 구간(fast)만, 그리고 반드시 지원금이 있어야 합니다.",
            "A tier on the fast route has a payout, and no other tier has one.",
        )


def _faults_at_the_ends(tiers: Sequence[Tier | None]) -> Iterator[Fault]:
    first, last = tiers[0], tiers[-1]
    if first and first.above_won is not None:
        yield Fault(
            "tiers[0].above_won",
            "첫 구간은 0원부터 시작하므로 하한을 적지 않습니다.",
            "The first tier starts at 0 won and has no lower bound.",
        )
    if last and last.up_to_won is not None:
        yield Fault(
            f"tiers[{len(tiers) - 1}].up_to_won",
            "마지막 구간은 상한이 없어야 합니다.",
            "The last tier must have no upper bound.",
        )


def _faults_between(lower: Tier, upper: Tier, path: str) -> Iterator[Fault]:
    """`path` is the upper one's."""
    bottom, top, reached = upper.above_won, upper.up_to_won, lower.up_to_won
    if reached is None:
        yield Fault(
            path, "상한이 없는 구간 다음에는 구간이 올 수 없습니다.", "No tier can follow one without an upper bound."
        )
    elif bottom is None:
        yield Fault(f"{path}.above_won", "구간의 하한이 필요합니다.", "The lower bound is missing.")
    elif bottom > reached:
        yield Fault(
            f"{path}.above_won",
            f"앞 구간의 상한 {reached:,}원과 사이가 비어 있습니다.",
            f"There is a gap after the upper bound {reached:,} won of the tier before.",
        )
    elif bottom < reached:
        yield Fault(
            f"{path}.above_won",
            f"앞 구간의 상한 {reached:,}원과 겹칩니다.",
            f"Overlaps the tier before, which reaches up to {reached:,} won.",
        )
    if bottom is not None and top is not None and top <= bottom:
        yield Fault(f"{path}.up_to_won", "상한은 하한보다 커야 합니다.", "The upper bound must exceed the lower one.")
    if upper.route == FAST and upper.payout_won < lower.payout_won:
        yield Fault(
            f"{path}.payout_won",
            "피해액이 더 큰 구간의 지원금이 앞 구간보다 적습니다.",
            "A higher loss must not get less than the tier before.",
        )


def _repeated_codes(tiers: Sequence[Tier | None]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, tier in enumerate(tiers):
        if tier and tier.code in seen:
            yield Fault(
                f"tiers[{place}].code", f"코드 {tier.code}이(가) 되풀이됩니다.", f"The code {tier.code} is repeated."
            )
        if tier:
            seen.add(tier.code)
