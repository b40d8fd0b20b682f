"""Top-ups by the API: the same services, the same refusals."""

import pytest

from claims.models import Payout, TopUp
from tests.api.cast import fields_of, on_the_site, problem_of
from tests.claims.payout_cast import determined, topped_up

pytestmark = pytest.mark.django_db
TOP_UPS = "/programmes/1015/payouts/top-ups"
GOOD = {"tier": "tier_1", "amount_won": "20,000원", "reason_code": "our_delay", "reason": "한 달 늦었습니다."}


def test_a_top_up_from_its_proposal_to_its_withdrawal(programme, ops, second_ops):
    claims = determined(programme, count=2)
    maker, approver = on_the_site(ops), on_the_site(second_ops)
    proposed = maker.post(TOP_UPS, GOOD)
    assert (proposed.status_code, proposed.json()["total_won"]) == (201, 40_000)
    address = f"{TOP_UPS}/{proposed.json()['reference']}"
    problem_of(maker.post(f"{address}/approval"), 409)
    approved = approver.post(f"{address}/approval").json()
    assert (approved["state"], approved["standings"]) == ("approved", [{"standing": "due", "count": 2, "won": 40_000}])
    named = {"claims": [claims[0].reference], "reason": "잘못"}
    assert maker.post(f"{address}/withdrawal", named).status_code == 200
    listed = maker.get(f"{address}/claims").json()["results"]
    assert [bool(row["withdrawn_at"]) for row in listed] == [True, False]
    payout = Payout.objects.get(origin="top_up", state="due").reference
    assert listed[1]["payouts"] == [payout]
    assert maker.get(f"/programmes/1015/payouts/{payout}").json()["top_up"] == approved["reference"]
    trace = maker.get(f"/programmes/1015/money/claims/{claims[1].reference}").json()
    assert [row["amount_won"] for row in trace["top_ups"]] == [20_000]
    problem_of(maker.post(f"{address}/dropping"), 409)
    assert [row["state"] for row in maker.get(TOP_UPS).json()["results"]] == ["approved"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount_won": "2만"}, "amount_won"),
        ({"amount_won": None}, "amount_won"),
        ({"amount_won": 0}, "amount_won"),
        ({"tier": None}, "tier"),
        ({"tier": "", "claims": ["NOBODY"]}, "claims"),
        ({"tier": "", "claims": ["NOBODY", 7]}, "claims"),
        ({"tier": "tier_2"}, "tier"),
        ({"reason_code": ["other"]}, "reason_code"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(programme, ops, changed, field):
    determined(programme, count=1)
    assert fields_of(on_the_site(ops).post(TOP_UPS, GOOD | changed)).keys() == {field}
    assert not TopUp.objects.exists()


def test_all_that_is_wrong_is_told_at_once(programme, ops):
    bad = {"tier": "tier_1", "claims": ["NOBODY"], "amount_won": "2만", "reason_code": "", "reason": "x" * 201}
    assert fields_of(on_the_site(ops).post(TOP_UPS, bad)) == {
        "amount_won": "won_malformed",
        "reason_code": "top_up_reason_code",
        "reason": "text_too_long",
        "tier": "top_up_claims_missing",
    }


@pytest.mark.parametrize("named", [[], [""], "all", ["NOBODY"]])
def test_a_withdrawal_from_named_claims_never_means_all(programme, ops, second_ops, named):
    top_up = topped_up(determined(programme, count=1), ops, second_ops)
    address = f"{TOP_UPS}/{top_up.reference}/withdrawal"
    assert on_the_site(ops).post(address, {"claims": named, "reason": "잘못"}).status_code in (409, 422)
    assert Payout.objects.get(origin="top_up").state == "due"


def test_who_may_not_handle_payouts_finds_nothing(programme, officer):
    problem_of(on_the_site(officer).get(TOP_UPS), 404)
    problem_of(on_the_site(officer).post(TOP_UPS, GOOD), 404)
