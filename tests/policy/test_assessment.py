import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation import limits
from compensation.policy.assessment import (
    AssessmentInputRefused,
    ClaimFacts,
    StepsDoNotAddUp,
    assess_claim,
    assess_loss,
    recompute,
)
from compensation.policy.factors import Loss, ServiceUnknown
from compensation.policy.working import Step

LOSSES = st.integers(0, limits.LOST_SALES_WON_MAX)
RATIOS = st.integers(0, 10_000)
LOSS = Loss(service="messenger", lost_sales_won=2_400_000, has_alternative=True)
FACTS = ClaimFacts(losses=(LOSS,), reported_margin_bp=1_250, industry_code="5611")


def of_loss(**changed):
    return FACTS._replace(losses=(LOSS._replace(**changed),))


@pytest.mark.parametrize(
    ("lost_sales_won", "margin_bp", "attribution_bp", "assessed_won"),
    [
        (2_400_000, 1_250, 8_700, 261_000),
        (1, 9_999, 10_000, 0),
        (0, 10_000, 10_000, 0),
        (300_000, 10_000, 10_000, 300_000),
        (333, 3_333, 3_333, 36),  # 36.99...: cut off once, at the end
        (99, 5_050, 10_000, 49),  # 49.995
        (10_000_000_000, 10_000, 10_000, 10_000_000_000),
        (100, 5_700, 10_000, 57),  # 100 * 0.57 is 56.99999999999999 in floats
    ],
)
def test_the_assessed_loss_is_rounded_down_once(lost_sales_won, margin_bp, attribution_bp, assessed_won):
    result = assess_loss(lost_sales_won=lost_sales_won, margin_bp=margin_bp, attribution_bp=attribution_bp)
    assert result.assessed_won == assessed_won


@pytest.mark.parametrize(
    "wrong",
    [
        {"lost_sales_won": -1},
        {"lost_sales_won": limits.LOST_SALES_WON_MAX + 1},
        {"lost_sales_won": True},
        {"lost_sales_won": 1.0},
        {"margin_bp": -1},
        {"margin_bp": 10_001},
        {"margin_bp": False},
        {"attribution_bp": 10_001},
        {"attribution_bp": -1},
        {"attribution_bp": "8700"},
    ],
)
def test_inputs_out_of_bounds_are_refused(wrong):
    with pytest.raises(AssessmentInputRefused, match=next(iter(wrong))):
        assess_loss(**{"lost_sales_won": 1, "margin_bp": 1, "attribution_bp": 1, **wrong})


@given(LOSSES, LOSSES, RATIOS, RATIOS, RATIOS, RATIOS)
def test_more_of_any_factor_never_lowers_the_assessed_loss(loss, loss_2, margin, margin_2, share, share_2):
    low = assess_loss(
        lost_sales_won=min(loss, loss_2), margin_bp=min(margin, margin_2), attribution_bp=min(share, share_2)
    )
    high = assess_loss(
        lost_sales_won=max(loss, loss_2), margin_bp=max(margin, margin_2), attribution_bp=max(share, share_2)
    )
    assert 0 <= low.assessed_won <= high.assessed_won <= max(loss, loss_2)


@given(LOSSES, RATIOS, RATIOS)
def test_stored_steps_recompute_to_the_result(lost_sales_won, margin_bp, attribution_bp):
    result = assess_loss(lost_sales_won=lost_sales_won, margin_bp=margin_bp, attribution_bp=attribution_bp)
    stored = json.dumps([step.as_json() for step in result.steps])
    assert recompute([Step.from_json(step) for step in json.loads(stored)]) == result.assessed_won


def test_steps_that_contradict_each_other_are_refused(policy):
    steps = list(assess_claim(facts=FACTS, policy=policy).steps)
    steps[0] = steps[0]._replace(value=9_999_999)
    with pytest.raises(StepsDoNotAddUp):
        recompute(steps)


def test_incomplete_steps_are_refused(policy):
    with pytest.raises(StepsDoNotAddUp):
        recompute(assess_claim(facts=FACTS, policy=policy).steps[1:])


@pytest.mark.parametrize(
    ("reported_margin_bp", "industry_code", "margin"),
    [
        (1_250, "5611", (1_250, "reported")),
        (1, "", (1, "reported")),
        (None, "5611", (1_240, "industry")),
        (0, "5611", (1_240, "industry")),
        (-300, "5611", (1_240, "industry")),
        (None, "", (1_000, "general")),
        (0, "99999", (1_000, "general")),
    ],
)
def test_the_margin_is_the_reported_one_else_the_industrys_else_the_general_one(
    policy, reported_margin_bp, industry_code, margin
):
    facts = FACTS._replace(reported_margin_bp=reported_margin_bp, industry_code=industry_code)
    result = assess_claim(facts=facts, policy=policy)
    assert (result.margin_bp, result.margin_source) == margin


@pytest.mark.parametrize(
    ("service", "reported", "attribution"),
    [
        ("messenger", True, (True, "reported", 8_700)),
        ("messenger", False, (False, "reported", 10_000)),
        ("map", False, (True, "policy", 3_000)),
        ("map", True, (True, "policy", 3_000)),
        ("channel", True, (False, "policy", 10_000)),
    ],
)
def test_the_platforms_share_counts_where_an_alternative_existed(policy, service, reported, attribution):
    result = assess_claim(facts=of_loss(service=service, has_alternative=reported), policy=policy)
    inputs = result.steps[2].inputs
    assert (inputs["alternative"], inputs["source"], result.attribution_bp) == attribution


@pytest.mark.parametrize(
    ("assessed_won", "outcome"),
    [
        (0, ("no_support", "no_support", 0)),
        (1, ("tier_1", "fast", 30_000)),
        (299_999, ("tier_1", "fast", 30_000)),
        (300_000, ("tier_1", "fast", 30_000)),
        (300_001, ("tier_2", "fast", 50_000)),
        (500_000, ("tier_2", "fast", 50_000)),
        (500_001, ("council", "council", 0)),
    ],
)
def test_a_claim_ends_in_the_tier_of_its_assessed_loss(policy, assessed_won, outcome):
    facts = of_loss(lost_sales_won=assessed_won, has_alternative=False)._replace(reported_margin_bp=10_000)
    result = assess_claim(facts=facts, policy=policy)
    assert result.assessed_won == assessed_won
    assert (result.tier_code, result.route, result.payout_won) == outcome


def test_a_service_that_the_policy_does_not_have_is_refused(policy):
    with pytest.raises(ServiceUnknown):
        assess_claim(facts=of_loss(service="telegraph"), policy=policy)


def test_a_reported_margin_over_the_whole_is_refused(policy):
    with pytest.raises(AssessmentInputRefused, match="margin_bp"):
        assess_claim(facts=FACTS._replace(reported_margin_bp=10_001), policy=policy)
