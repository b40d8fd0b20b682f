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
    recompute,
)
from compensation.policy.factors import Loss, ServiceUnknown
from compensation.policy.working import Step

MESSENGER = Loss(service="messenger", lost_sales_won=2_400_000, has_alternative=True)
TAXI = Loss(service="taxi", lost_sales_won=1_000_000, has_alternative=False)
FACTS = ClaimFacts(losses=(MESSENGER, TAXI), reported_margin_bp=1_250, industry_code="5611")
MARGINS = st.one_of(st.none(), st.integers(-300, 10_000))
SERVICES = st.sampled_from(["messenger", "map", "channel", "taxi", "mail"])
MANY_LOSSES = st.lists(st.builds(Loss, SERVICES, st.integers(0, 300_000_000), st.booleans()), min_size=1, max_size=30)


def test_several_losses_are_added_up_and_rounded_once(policy):
    nearly = Loss(service="messenger", lost_sales_won=333, has_alternative=True)  # 289.71 won count, at 33.33 % 96.56
    result = assess_claim(facts=FACTS._replace(losses=(nearly, nearly), reported_margin_bp=3_333), policy=policy)
    assert (result.assessed_won, result.lost_sales_won) == (193, 666)  # 193.12; each by itself would make 192


def test_the_working_of_several_losses_reads_as_korean_sentences(policy):
    steps = assess_claim(facts=FACTS, policy=policy).steps
    assert [Step.from_json(json.loads(json.dumps(step.as_json()))).sentence("ko") for step in steps] == [
        "신고한 영업이익률 12.5%를 적용합니다.",
        "피해 1(카카오톡): 신고한 매출 손실액은 2,400,000원입니다.",
        "피해 1(카카오톡): 대체 서비스가 있었으므로 카카오톡의 플랫폼 점유율 87%를 반영합니다.",
        "피해 2(카카오 T): 신고한 매출 손실액은 1,000,000원입니다.",
        "피해 2(카카오 T): 대체 서비스가 없었으므로 손실 전부(100%)를 반영합니다.",
        "반영하는 매출 손실액 = 2,400,000원 × 87% + 1,000,000원 × 100% = 3,088,000원",
        "피해액 = 3,088,000원 × 12.5% = 386,000원 (원 미만은 버림)",
        "피해액 386,000원은 ‘30만 원 초과 50만 원 이하’ 구간에 해당하여 50,000원을 지원합니다.",
    ]


def test_the_working_of_several_losses_reads_as_english_sentences(policy):
    steps = assess_claim(facts=FACTS, policy=policy).steps
    assert [step.sentence("en") for step in steps][3:7] == [
        "Loss 2 (Kakao T): The reported loss of sales is 1,000,000 won.",
        "Loss 2 (Kakao T): No alternative service existed, so the whole loss (100%) counts.",
        "Loss of sales that counts = 2,400,000 won × 87% + 1,000,000 won × 100% = 3,088,000 won",
        "Assessed loss = 3,088,000 won × 12.5% = 386,000 won (rounded down to whole won)",
    ]


@given(losses=MANY_LOSSES, reported_margin_bp=MARGINS)
def test_stored_steps_of_any_claim_recompute_to_the_result(policy, losses, reported_margin_bp):
    result = assess_claim(facts=ClaimFacts(tuple(losses), reported_margin_bp, "5611"), policy=policy)
    stored = json.dumps([step.as_json() for step in result.steps])
    assert recompute([Step.from_json(step) for step in json.loads(stored)]) == result.assessed_won
    assert 0 <= result.assessed_won <= result.lost_sales_won == sum(loss.lost_sales_won for loss in losses)


@given(losses=MANY_LOSSES, reported_margin_bp=MARGINS)
def test_splitting_a_claim_never_brings_more_than_one_won_a_part(policy, losses, reported_margin_bp):
    together = assess_claim(facts=ClaimFacts(tuple(losses), reported_margin_bp, ""), policy=policy).assessed_won
    alone = [assess_claim(facts=ClaimFacts((loss,), reported_margin_bp, ""), policy=policy) for loss in losses]
    assert 0 <= together - sum(part.assessed_won for part in alone) < len(losses)


@given(losses=MANY_LOSSES, data=st.data())
def test_the_order_of_losses_does_not_matter(policy, losses, data):
    shuffled = data.draw(st.permutations(losses))
    first, second = (assess_claim(facts=ClaimFacts(tuple(each), 900, ""), policy=policy) for each in (losses, shuffled))
    assert (first.assessed_won, first.attribution_bp) == (second.assessed_won, second.attribution_bp)


@pytest.mark.parametrize(
    ("won", "average_bp"), [((1_000, 1_000), 9_350), ((3_000, 1_000), 9_025), ((0, 0), 9_350), ((0, 5), 10_000)]
)
def test_the_average_attribution_goes_by_lost_sales(policy, won, average_bp):
    losses = tuple(loss._replace(lost_sales_won=lost) for loss, lost in zip((MESSENGER, TAXI), won, strict=True))
    assert assess_claim(facts=FACTS._replace(losses=losses), policy=policy).attribution_bp == average_bp


@pytest.mark.parametrize(
    "losses",
    [
        (),
        (TAXI,) * (limits.LOSSES_PER_CLAIM_MAX + 1),
        (TAXI, TAXI._replace(lost_sales_won=limits.LOST_SALES_WON_MAX)),
        (TAXI, TAXI._replace(lost_sales_won=-1)),
        (TAXI, TAXI._replace(lost_sales_won=1.5)),
        (TAXI, TAXI._replace(lost_sales_won=True)),
    ],
)
def test_no_losses_too_many_and_too_high_ones_are_refused(policy, losses):
    with pytest.raises(AssessmentInputRefused, match="lost_sales_won"):
        assess_claim(facts=FACTS._replace(losses=losses), policy=policy)


def test_each_service_must_be_one_of_the_policys(policy):
    with pytest.raises(ServiceUnknown, match="telegraph"):
        assess_claim(facts=FACTS._replace(losses=(TAXI, TAXI._replace(service="telegraph"))), policy=policy)


@pytest.mark.parametrize("spoilt", [0, 1, 2, 5, 6])
def test_steps_that_contradict_each_other_or_miss_are_refused(policy, spoilt):
    steps = list(assess_claim(facts=FACTS, policy=policy).steps)
    changed = steps[spoilt]._replace(value=steps[spoilt].value - 1)
    for broken in ([*steps[:spoilt], *steps[spoilt + 1 :]], [*steps[:spoilt], changed, *steps[spoilt + 1 :]]):
        with pytest.raises(StepsDoNotAddUp):
            recompute(broken)
