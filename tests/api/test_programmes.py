"""What everybody may know, the estimate that nobody keeps, and the report that few may see."""

import pytest

from claims.models import ClaimDraft
from compensation import limits
from compensation.policy.assessment import ClaimFacts, assess_claim
from compensation.policy.factors import Loss
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from tests.api.cast import Program, fields_of, problem_of

pytestmark = pytest.mark.django_db
LOSS = {"service": "messenger", "lost_sales": "3,500,000원", "began": "2022-10-15", "ended": "2022-10-16"}
LOSS |= {"alternative": True}
MAP = Loss("map", 3_500_000, True)
NASTY = ["", " ", "x" * 10_000, "\x07", "😀", "\u202e1", "<b>1</b>", "=1+1", "-5", "9" * 40, "1e5", 0.125, -1, "35만"]
NASTY += [10**400, True, None, [], {}, [1], {"a": 1}]


def estimate(program: Program, *losses: dict, **others):
    return program.post("/programmes/1015/estimate", {"losses": [LOSS | loss for loss in losses or ({},)]} | others)


def test_a_programme_tells_everybody_what_a_form_needs(nobody, programme):
    assert [row["code"] for row in nobody.get("/programmes").json()["results"]] == ["1015"]
    told = nobody.get("/programmes/1015").json()
    policy = current_policy(programme=programme).policy
    assert [tier["code"] for tier in told["tiers"]] == [tier.code for tier in policy.tiers]
    assert {row["code"] for row in told["services"]} == set(policy.services)
    assert [window["code"] for window in told["windows"]] == ["reported", "additional"]
    assert told["consents"][0]["digest_ko"] == policy.consents[0].digest("ko")
    assert told["incident"]["began_at"] == "2022-10-15T15:30:00+09:00"


def test_a_draft_of_a_programme_is_nobodys_business(nobody, programme):
    Programme.objects.create(code="next", name_ko="다음", name_en="Next", incident=programme.incident)
    assert problem_of(nobody.get("/programmes/next"), 404)
    assert problem_of(nobody.post("/programmes/next/estimate", {}), 404)


@pytest.mark.parametrize(
    ("losses", "others", "facts"),
    [
        ([{}], {"industry": "5611"}, ([Loss("messenger", 3_500_000, True)], None, "5611")),
        ([{"alternative": "무"}], {"margin": "12.5%"}, ([Loss("messenger", 3_500_000, False)], 1_250, "")),
        ([{"lost_sales": 10}], {"margin": -3}, ([Loss("messenger", 10, True)], -300, "")),
        (
            [{}, {"service": "카카오맵"}],
            {},
            ([Loss("messenger", 3_500_000, True), Loss("map", 3_500_000, True)], None, ""),
        ),
    ],
)
def test_the_estimate_is_what_the_policy_says(nobody, programme, losses, others, facts):
    found, reported_bp, industry = facts
    policy = current_policy(programme=programme).policy
    expected = assess_claim(facts=ClaimFacts(tuple(found), reported_bp, industry), policy=policy)
    told = estimate(nobody, *losses, **others).json()
    assert (told["assessed_won"], told["tier_code"]) == (expected.assessed_won, expected.tier_code)
    assert [step["message_ko"] for step in told["working"]] == [step.sentence("ko") for step in expected.steps]
    assert not ClaimDraft.objects.exists()


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("field", [*LOSS, "margin", "industry"])
def test_bad_input_is_told_beside_its_field(nobody, field, value):
    in_loss = field in LOSS
    answer = estimate(nobody, {field: value}) if in_loss else estimate(nobody, **{field: value})
    if answer.status_code == 422:
        assert fields_of(answer).keys() == {f"losses[0].{field}" if in_loss else field}
    else:  # a value that this field takes in a normal form, or that may be left out
        assert answer.status_code == 200
        assert field in ("margin", "industry", "lost_sales", "alternative", "service")


@pytest.mark.parametrize("losses", [None, [], {}, "x", 1, [1], ["x"], [[]], [LOSS] * (limits.LOSSES_PER_CLAIM_MAX + 1)])
def test_losses_that_are_none_are_told(nobody, losses):
    assert fields_of(nobody.post("/programmes/1015/estimate", {"losses": losses})).keys() == {"losses"}


def test_the_report_is_for_those_who_may_see_the_figures(client, officer, program):
    assert problem_of(program.get("/programmes/1015/report"), 404)
    client.force_login(officer)
    answer = client.get("/api/v1/programmes/1015/report")
    assert answer.status_code == 200
    assert answer.json()


def test_the_page_for_trying_is_served_from_the_site_with_its_own_policy(client):
    page = client.get("/api/docs/try/")
    assert page.status_code == 200
    assert "http" not in page.content.decode().split("<body>")[0].replace("http-equiv", "")
    assert "'unsafe-inline'" in page["Content-Security-Policy"]
    assert "'unsafe-inline'" not in page["Content-Security-Policy"].split("style-src")[0]
    assert client.get("/api/schema.json").json()["openapi"].startswith("3.")
