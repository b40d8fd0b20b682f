from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.policy.tiers import AssessedLossRefused, NoTierFits, Tier, faults_in_tiers, tier_for

NOTHING = Tier("nothing", "없음", "none", None, 0, 0, "no_support")
LOW = Tier("low", "낮음", "low", 0, 100, 10, "fast")
HIGH = Tier("high", "높음", "high", 100, 200, 20, "fast")
COUNCIL = Tier("council", "협의체", "council", 200, None, 0, "council")
TIERS = (NOTHING, LOW, HIGH, COUNCIL)


@pytest.mark.parametrize(
    ("assessed_won", "payout_won", "route"),
    [
        (0, 0, "no_support"),
        (1, 30_000, "fast"),
        (299_999, 30_000, "fast"),
        (300_000, 30_000, "fast"),
        (300_001, 50_000, "fast"),
        (500_000, 50_000, "fast"),
        (500_001, 0, "council"),
        (10_000_000_000, 0, "council"),
    ],
)
def test_the_shipped_tiers_at_every_bound(policy, assessed_won, payout_won, route):
    tier = tier_for(assessed_won=assessed_won, tiers=policy.tiers)
    assert (tier.payout_won, tier.route) == (payout_won, route)


@pytest.mark.parametrize("assessed_won", [-1, True, 300_000.0, "300000", None])
def test_what_is_no_amount_is_refused(policy, assessed_won):
    with pytest.raises(AssessedLossRefused):
        tier_for(assessed_won=assessed_won, tiers=policy.tiers)


def test_a_loss_in_a_gap_is_refused():
    with pytest.raises(NoTierFits):
        tier_for(assessed_won=150, tiers=(NOTHING, LOW, COUNCIL))


@given(loss=st.integers(0, 500_000), more=st.integers(0, 500_000))
def test_a_higher_loss_below_the_council_never_gets_less(policy, loss, more):
    least, most = sorted((loss, more))
    lower, higher = (tier_for(assessed_won=won, tiers=policy.tiers) for won in (least, most))
    assert lower.payout_won <= higher.payout_won


@pytest.mark.parametrize(
    ("tiers", "paths"),
    [
        (TIERS, []),
        ((), ["tiers"]),
        ((NOTHING, LOW, replace(HIGH, above_won=120), COUNCIL), ["tiers[2].above_won"]),  # a gap
        ((NOTHING, LOW, replace(HIGH, above_won=80), COUNCIL), ["tiers[2].above_won"]),  # an overlap
        ((NOTHING, LOW, replace(HIGH, above_won=None), COUNCIL), ["tiers[2].above_won"]),
        ((NOTHING, LOW, replace(HIGH, up_to_won=90), COUNCIL), ["tiers[2].up_to_won", "tiers[3].above_won"]),
        (
            (NOTHING, HIGH, LOW, COUNCIL),
            ["tiers[1].above_won", "tiers[2].above_won", "tiers[2].payout_won", "tiers[3].above_won"],
        ),
        ((NOTHING, LOW, replace(HIGH, up_to_won=None), COUNCIL), ["tiers[3]"]),
        ((LOW, HIGH, COUNCIL), ["tiers[0].above_won"]),
        ((NOTHING, LOW, HIGH), ["tiers[2].up_to_won"]),
        ((NOTHING, replace(LOW, payout_won=-5), HIGH, COUNCIL), ["tiers[1].payout_won"]),
        ((NOTHING, replace(LOW, payout_won=0), HIGH, COUNCIL), ["tiers[1].payout_won"]),
        ((NOTHING, LOW, HIGH, replace(COUNCIL, payout_won=9)), ["tiers[3].payout_won"]),
        ((NOTHING, LOW, replace(HIGH, payout_won=5), COUNCIL), ["tiers[2].payout_won"]),
        ((NOTHING, LOW, replace(HIGH, route="slow"), COUNCIL), ["tiers[2].route"]),
        ((NOTHING, LOW, replace(HIGH, code="low"), COUNCIL), ["tiers[2].code"]),
        ((NOTHING, None, HIGH, COUNCIL), []),  # an unreadable tier hides what touches it
        ((None, LOW, replace(HIGH, above_won=80), None), ["tiers[2].above_won"]),
    ],
)
def test_faults_in_tiers_are_listed_with_their_paths(tiers, paths):
    assert list(dict.fromkeys(fault.path for fault in faults_in_tiers(tiers))) == paths
