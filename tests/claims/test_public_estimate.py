"""The estimate: the policy's own result and working, of whatever people type; nothing stored, nothing lost."""

import html

import pytest

from claims.models import Claim, ClaimDraft
from compensation import limits
from compensation.policy.assessment import ClaimFacts, assess_claim
from compensation.policy.factors import Loss
from compensation.programmes.selectors import current_policy
from merchants.models import Merchant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

LOSS = {
    "service": "messenger",
    "lost_sales": "3,500,000원",
    "began": "2022-10-15",
    "ended": "2022-10-16",
    "alternative": "yes",
}
NASTY = [
    "",
    " ",
    "x" * 10_000,
    "\x07",
    "\0",
    "😀",
    "\u202e123",
    "<b>1</b>",
    "=1+1",
    "-5",
    "9" * 40,
    "1e5",
    "0.125",
    "35만",
]


def typed(*losses: dict[str, str], **others: str) -> dict[str, str]:
    """What the page sends for these losses; what is left out is as in LOSS."""
    losses = losses or ({},)
    fields = {f"loss-{n}-{name}": value for n, loss in enumerate(losses, 1) for name, value in (LOSS | loss).items()}
    return fields | {"losses": str(len(losses)), "margin": "", "industry": ""} | others


def estimate(client, *losses: dict[str, str], **others: str):
    return client.post("/estimate/", typed(*losses, **others))


@pytest.mark.parametrize(
    ("losses", "margin", "industry", "facts"),
    [
        ([{}], "", "5611", ([Loss("messenger", 3_500_000, True)], None, "5611")),
        ([{"alternative": "no"}], "12.5%", "", ([Loss("messenger", 3_500_000, False)], 1_250, "")),
        ([{"lost_sales": "１０"}], "-3", "5611", ([Loss("messenger", 10, True)], -300, "5611")),
        ([{"service": "카카오맵", "lost_sales": "0"}], "", "", ([Loss("map", 0, True)], None, "")),
        (
            [{}, {"service": "channel"}],
            "",
            "",
            ([Loss("messenger", 3_500_000, True), Loss("channel", 3_500_000, True)], None, ""),
        ),
    ],
)
def test_the_estimate_is_what_the_policy_says(client, programme, losses, margin, industry, facts):
    loss_facts, reported_bp, code = facts
    expected = assess_claim(
        facts=ClaimFacts(tuple(loss_facts), reported_bp, code), policy=current_policy(programme=programme).policy
    )
    answer = estimate(client, *losses, margin=margin, industry=industry)
    assert answer.status_code == 200
    assert answer.context["assessment"] == expected
    page = html.unescape(answer.content.decode())
    assert [step.name for step in expected.steps if step.sentence("ko") not in page] == []
    assert "예상 금액이며 결정이 아닙니다" in page


def test_the_working_is_there_in_english(client):
    client.cookies["django_language"] = "en"
    assert "The reported loss of sales is 3,500,000 won." in estimate(client).content.decode()


def test_nothing_is_stored(client):
    answer = estimate(client)
    assert (Claim.objects.count(), ClaimDraft.objects.count(), Merchant.objects.count()) == (0, 0, 0)
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("field", [*LOSS, "margin", "industry"])
def test_bad_input_gets_a_sentence_beside_its_field_and_nothing_is_lost(client, field, value):
    name = field if field in ("margin", "industry") else f"loss-1-{field}"
    answer = client.post("/estimate/", typed() | {name: value})
    page = answer.content.decode()
    if answer.status_code == 200:  # a field that may be blank, or a value that this field takes
        assert value.strip() == "" or field == "margin"
        return
    assert answer.status_code == 400
    assert f'id="id_{name}_error"' in page
    assert answer.context["problems"]
    if field not in ("service", "industry", "alternative"):  # what is chosen from a list is chosen anew
        assert f'value="{html.escape(value)}"' in page or not value.strip()
    assert 'value="3,500,000원"' in page or field == "lost_sales"


@pytest.mark.parametrize(
    ("loss", "field"),
    [
        ({"began": "2022-10-14"}, "began"),
        ({"ended": "2022-10-21"}, "ended"),
        ({"began": "2022-10-17", "ended": "2022-10-16"}, "ended"),
        ({"began": "15/10/2022"}, "began"),
        ({"ended": "2022-02-30"}, "ended"),
    ],
)
def test_a_period_outside_the_outage_is_refused_beside_its_day(client, loss, field):
    answer = estimate(client, loss)
    assert answer.status_code == 400
    assert [problem.target for problem in answer.context["problems"]] == [f"id_loss-1-{field}"]


def test_all_losses_together_have_the_bound_of_one(client):
    most = str(limits.LOST_SALES_WON_MAX)
    assert estimate(client, {"lost_sales": most}).status_code == 200
    assert estimate(client, {"lost_sales": most}, {"lost_sales": "1"}).status_code == 400


def test_a_loss_more_keeps_what_was_typed_and_judges_nothing(client):
    answer = estimate(client, {"lost_sales": "<35만>"}, margin="?", industry="5611", change="add")
    first, second = answer.context["losses"]
    assert answer.status_code == 200
    assert first["lost_sales"].value() == "<35만>"
    assert not second["lost_sales"].value()
    assert answer.context["margin"]["margin"].value() == "?"
    assert not answer.context.get("problems")


def test_a_loss_less_keeps_the_others(client):
    amounts = [{"lost_sales": str(amount)} for amount in (1, 2, 3)]
    left = estimate(client, *amounts, change="remove-2").context["losses"]
    assert [form["lost_sales"].value() for form in left] == ["1", "3"]
    assert len(estimate(client, change="remove-1").context["losses"]) == 1


@pytest.mark.parametrize("count", ["", "0", "-1", "1e3", "１", "9" * 50, "\0"])
def test_a_nonsense_number_of_losses_is_no_fault(client, count):
    assert client.post("/estimate/", typed() | {"losses": count}).status_code in (200, 400)


def test_there_are_never_more_losses_than_a_claim_may_have(client):
    most = limits.LOSSES_PER_CLAIM_MAX
    answer = estimate(client, *[{}] * most, change="add")
    assert len(answer.context["losses"]) == most
    assert not answer.context["can_add"]


def test_a_page_that_was_open_for_days_still_gives_its_estimate(programme):
    from django.test import Client

    assert estimate(Client(enforce_csrf_checks=True)).status_code == 200
