import pytest

from compensation.policy.assessment import ClaimFacts, assess_claim, assess_loss
from compensation.policy.factors import Loss
from compensation.policy.wording import percent_text, won_bp_text
from compensation.policy.working import Step


def sentences(policy, language, *, reported_margin_bp=1_250, industry_code="5611", **changed):
    """By name of the step; read from storage, as pages read them."""
    loss = Loss(**{"service": "messenger", "lost_sales_won": 2_400_000, "has_alternative": True} | changed)
    facts = ClaimFacts((loss,), reported_margin_bp, industry_code)
    steps = assess_claim(facts=facts, policy=policy).steps
    return {step.name: Step.from_json(step.as_json()).sentence(language) for step in steps}


def test_the_working_reads_as_korean_sentences(policy):
    assert list(sentences(policy, "ko").values()) == [
        "신고한 매출 손실액은 2,400,000원입니다.",
        "신고한 영업이익률 12.5%를 적용합니다.",
        "대체 서비스가 있었으므로 카카오톡의 플랫폼 점유율 87%를 반영합니다.",
        "피해액 = 2,400,000원 × 12.5% × 87% = 261,000원 (원 미만은 버림)",
        "피해액 261,000원은 ‘30만 원 이하’ 구간에 해당하여 30,000원을 지원합니다.",
    ]


def test_the_working_reads_as_english_sentences(policy):
    assert list(sentences(policy, "en").values()) == [
        "The reported loss of sales is 2,400,000 won.",
        "The reported operating margin of 12.5% applies.",
        "An alternative service existed, so the platform's share of KakaoTalk, 87%, counts.",
        "Assessed loss = 2,400,000 won × 12.5% × 87% = 261,000 won (rounded down to whole won)",
        "An assessed loss of 261,000 won is in the tier “up to 300,000 won”, which pays 30,000 won.",
    ]


@pytest.mark.parametrize(
    ("reported_margin_bp", "industry_code", "sentence"),
    [
        (None, "5611", "신고한 영업이익률이 없어 영업이익률 12.4%를 적용합니다(업종 기준: 한식 음식점업)."),
        (
            -300,
            "5611",
            "신고한 영업이익률 -3%는 0% 이하이므로 영업이익률 12.4%를 적용합니다(업종 기준: 한식 음식점업).",
        ),
        (0, "", "신고한 영업이익률 0%는 0% 이하이므로 영업이익률 10%를 적용합니다(일반 기준: 업종코드 없음)."),
        (None, "99", "신고한 영업이익률이 없어 영업이익률 10%를 적용합니다(일반 기준: 업종코드 99의 기준이 없음)."),
    ],
)
def test_a_replaced_margin_says_why_and_by_what(policy, reported_margin_bp, industry_code, sentence):
    changed = {"reported_margin_bp": reported_margin_bp, "industry_code": industry_code}
    assert sentences(policy, "ko", **changed)["margin"] == sentence


@pytest.mark.parametrize(
    ("service", "has_alternative", "sentence"),
    [
        ("messenger", False, "대체 서비스가 없었으므로 손실 전부(100%)를 반영합니다."),
        (
            "map",
            False,
            "카카오맵에는 대체 서비스가 있다고 정책에서 정하였으므로(신고 내용: 없음) "
            "카카오맵의 플랫폼 점유율 30%를 반영합니다.",
        ),
        (
            "channel",
            True,
            "카카오톡 채널에는 대체 서비스가 없다고 정책에서 정하였으므로(신고 내용: 있음) "
            "손실 전부(100%)를 반영합니다.",
        ),
    ],
)
def test_the_attribution_says_who_settled_the_alternative(policy, service, has_alternative, sentence):
    assert sentences(policy, "ko", service=service, has_alternative=has_alternative)["attribution"] == sentence


@pytest.mark.parametrize(
    ("lost_sales_won", "sentence"),
    [
        (3, "피해액이 0원으로 산정되어 지원금이 없습니다."),
        (
            9_999_999,
            "피해액 1,087,499원은 ‘50만 원 초과’ 구간에 해당하여 협의체가 제출 서류를 심사해 지원 여부를 결정합니다.",
        ),
    ],
)
def test_no_support_and_the_council_say_so(policy, lost_sales_won, sentence):
    assert sentences(policy, "ko", lost_sales_won=lost_sales_won)["tier"] == sentence


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_plain_assessment_has_a_sentence_for_every_step(language):
    steps = assess_loss(lost_sales_won=10, margin_bp=10, attribution_bp=10).steps
    assert len({step.sentence(language) for step in steps}) == 4


@pytest.mark.parametrize(
    ("ratio_bp", "text"), [(0, "0%"), (5, "0.05%"), (1_250, "12.5%"), (10_000, "100%"), (-25, "-0.25%"), (1_000, "10%")]
)
def test_percentages_have_no_zeros_at_the_end(ratio_bp, text):
    assert percent_text(ratio_bp) == text


@pytest.mark.parametrize(
    ("amount_won_bp", "text"), [(0, "0원"), (20_880_000, "2,088원"), (20_880_001, "2,088.0001원"), (2_500, "0.25원")]
)
def test_what_is_not_rounded_yet_shows_its_fraction(amount_won_bp, text):
    assert won_bp_text(amount_won_bp, "ko") == text
