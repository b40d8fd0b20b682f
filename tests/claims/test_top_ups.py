"""Top-ups: more for claims that were determined already, by two people, paid once, whatever happens around it."""

import pytest
from django.db import IntegrityError, transaction

from claims.models import Payout, TopUp
from claims.selectors.money_search import find_money
from claims.selectors.money_trace import trace_of
from claims.selectors.overpayments import overpayments
from claims.selectors.report import programme_report
from claims.services.assessment import assess_next_batch
from claims.services.facts import correct_facts
from claims.services.intake import LossDetails
from claims.services.notices import write_next_notices
from claims.services.payouts.due import make_missing, settle_claim
from claims.services.payouts.invariants import violations
from claims.services.payouts.top_up_refusals import ProposalRefused, TopUpRefused
from claims.services.payouts.top_up_withdrawal import withdraw_top_up
from claims.services.payouts.top_ups import approve_top_up, drop_top_up, propose_top_up
from compensation.ledger.models import Transfer
from compensation.ledger.selectors import balances
from compensation.messaging.models import Message
from merchants.models import Merchant
from tests.cast import NOW
from tests.claims.bank_cast import bank_folder
from tests.claims.money_cast import AT_ONCE, paid_out
from tests.claims.payout_cast import determined, give_account, looked_at, proposed, topped_up
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank_folder")]
__all__ = ["bank_folder"]


def top_up_payouts():
    return list(Payout.objects.exclude(top_up=None).order_by("id").values_list("state", "amount_won", "origin"))


def agrees(programme) -> bool:
    return violations(programme, at=NOW, grace=AT_ONCE) == []


def correct(claim, lost_won: int, officer) -> None:
    """Other facts: with no lost sales nothing is determined any more."""
    incident = claim.programme.incident
    loss = LossDetails("messenger", incident.began_at, incident.ended_at, lost_won, False)
    correct_facts(claim=claim, changes={"losses": [loss]}, actor=officer, reason="장부", at=NOW)


def assess(programme) -> None:
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    looked_at(programme)


def test_a_top_up_is_paid_beside_what_was_determined(programme, ops, second_ops):
    claims = determined(programme)
    paid_out(programme, ops)
    top_up = topped_up(claims[:2], ops, second_ops)
    assert top_up_payouts() == [("due", 20_000, "top_up")] * 2
    assert (balances(programme=programme)["merchant_payable"], agrees(programme)) == (40_000, True)
    paid_out(programme, ops)
    assert top_up_payouts() == [("paid", 20_000, "top_up")] * 2
    assert (balances(programme=programme)["payouts_paid"], agrees(programme)) == (130_000, True)
    assert overpayments(programme=programme) == []
    assert {hit.claim for hit in find_money(programme=programme, text=top_up.reference).hits} == set(claims[:2])
    [leg] = trace_of(claim=claims[0]).top_ups
    assert [entry.kind for entry in leg.entries] == ["top_up"]
    assert (leg.row.top_up, leg.payouts[0].payout.state) == (top_up, "paid")
    assert programme_report(programme=programme, as_of=NOW)["checks_hold"]


def test_all_claims_of_a_tier_get_it_and_those_are_fixed_with_the_proposal(programme, ops, second_ops):
    determined(programme)
    about = {"amount_won": 5_000, "reason_code": "tier_raised", "reason": "구간을 올립니다.", "tier_code": "tier_1"}
    top_up = propose_top_up(programme=programme, actor=ops, at=NOW, **about)
    determined(programme, count=1)
    approve_top_up(top_up=top_up, actor=second_ops, at=NOW)
    assert (top_up.claims_count, top_up.total_won, len(top_up_payouts())) == (3, 15_000, 3)


def test_proposing_and_approving_again_is_once(programme, ops, second_ops):
    claims = determined(programme, count=2)
    assert proposed(claims, ops) == proposed(claims, ops)
    assert proposed(claims[:1], ops) != proposed(claims, ops)
    top_up = proposed(claims, ops)
    for _ in range(2):
        approve_top_up(top_up=top_up, actor=second_ops, at=NOW)
    assert len(top_up_payouts()) == 2
    assert Transfer.objects.filter(kind="top_up").count() == 2


def test_whoever_proposed_does_not_approve_and_the_database_knows(programme, ops):
    top_up = proposed(determined(programme, count=1), ops)
    with pytest.raises(TopUpRefused, match="Somebody else"):
        approve_top_up(top_up=top_up, actor=ops, at=NOW)
    with pytest.raises(IntegrityError, match="top_up_approved_by_another"), transaction.atomic():
        TopUp.objects.update(is_approved=True, closed_by=ops, closed_at=NOW)
    drop_top_up(top_up=top_up, actor=ops, at=NOW)
    with pytest.raises(TopUpRefused, match="dealt with"):
        approve_top_up(top_up=top_up, actor=system_user(), at=NOW)


REFUSED = {
    "Please write an amount": {"amount_won": 0},
    "from 1 to 500,000": {"amount_won": 500_001},
    "choose the reason": {"reason_code": "because"},
    "write the reason": {"reason": " "},
    "one of the two": {"tier_code": "tier_1"},
    "No claim of this tier": {"tier_code": "tier_2", "listed": ""},
    "Not claims for which a sum was determined: NOBODY": {"listed": "nobody"},
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_missing_or_too_much_is_refused_in_words(programme, ops, said):
    [claim] = determined(programme, count=1)
    about = {"amount_won": 10_000, "reason_code": "other", "reason": "이유", "listed": claim.reference}
    with pytest.raises(ProposalRefused, match=said):
        propose_top_up(programme=programme, actor=ops, at=NOW, **about | REFUSED[said])
    assert not TopUp.objects.exists()


def test_everything_that_is_wrong_is_named_at_once_also_what_the_database_knows(programme, ops, monkeypatch):
    [claim] = determined(programme, count=1)
    monkeypatch.setattr("claims.services.payouts.top_ups.uncommitted_won", lambda **_: 0)
    about = {"amount_won": "1,000원", "reason_code": "", "reason": "", "listed": f"{claim.reference} NOBODY"}
    with pytest.raises(ProposalRefused) as refused:
        propose_top_up(programme=programme, actor=ops, at=NOW, **about)
    assert [(field, fault.code) for field, fault in refused.value.faults] == [
        ("reason_code", "top_up_reason_code"),
        ("reason", "payout_reason_missing"),
        ("listed", "top_up_claims_unknown"),
        ("amount_won", "top_up_budget"),
    ]


def test_no_more_than_the_budget_has_left_nor_than_a_claim_may_get(programme, ops, second_ops, monkeypatch):
    claims = determined(programme, count=2)
    rest = proposed(claims[:1], ops, amount_won=300_000)
    topped_up(claims[:1], ops, second_ops, amount_won=250_000)
    with pytest.raises(TopUpRefused, match="1 claims would get more than the 500,000"):
        approve_top_up(top_up=rest, actor=second_ops, at=NOW)
    monkeypatch.setattr("claims.services.payouts.top_ups.uncommitted_won", lambda **_: 19_999)
    with pytest.raises(TopUpRefused, match="1 won over it"):
        proposed(claims[1:], ops)


def test_one_that_came_back_is_paid_again_to_another_account(programme, ops, second_ops):
    [claim] = determined(programme, count=1)
    paid_out(programme, ops)
    topped_up([claim], ops, second_ops)
    paid_out(programme, ops, returned=1)
    assert settle_claim(claim=claim, actor=ops, at=NOW) == 0
    give_account(claim.merchant, "220000000001")
    assert settle_claim(claim=claim, actor=ops, at=NOW) == 1
    assert top_up_payouts() == [("returned", 20_000, "top_up"), ("due", 20_000, "after_return")]
    paid_out(programme, ops)
    assert (top_up_payouts()[-1][0], agrees(programme)) == ("paid", True)


def test_it_waits_while_nothing_is_determined_and_stays_whatever_is_determined_then(
    programme, ops, second_ops, officer
):
    [claim] = determined(programme, count=1)
    paid_out(programme, ops)
    topped_up([claim], ops, second_ops)
    seen = []
    for lost_won in (0, 400_000):
        correct(claim, lost_won, officer)
        seen.append([state for state, *_ in top_up_payouts() if state != "cancelled"])
        assess(programme)
        seen.append([state for state, *_ in top_up_payouts() if state != "cancelled"])
        assert agrees(programme)
        claim.refresh_from_db()
    assert seen == [[], [], [], ["due"]]
    assert make_missing(programme=programme, actor=ops, at=NOW) == 0
    paid_out(programme, ops)
    assert top_up_payouts()[-1][0] == "paid"


def test_what_has_not_left_is_withdrawn_and_goes_back_to_the_budget(programme, ops, second_ops):
    claims = determined(programme, count=3)
    top_up = topped_up(claims, ops, second_ops)
    assert withdraw_top_up(top_up=top_up, reason="잘못", actor=ops, at=NOW, references=[claims[1].reference]) == 1
    paid_out(programme, ops)
    with pytest.raises(TopUpRefused, match="nothing to withdraw"):
        withdraw_top_up(top_up=top_up, reason="잘못", actor=ops, at=NOW)
    assert [state for state, *_ in top_up_payouts()] == ["paid", "cancelled", "paid"]
    assert agrees(programme)
    with pytest.raises(TopUpRefused):
        withdraw_top_up(top_up=top_up, reason="또", actor=ops, at=NOW, references=[claims[1].reference])


def test_one_that_came_back_is_withdrawn_for_good(programme, ops, second_ops):
    [claim] = determined(programme, count=1)
    paid_out(programme, ops)
    top_up = topped_up([claim], ops, second_ops)
    paid_out(programme, ops, returned=1)
    assert withdraw_top_up(top_up=top_up, reason="잘못", actor=ops, at=NOW) == 1
    give_account(claim.merchant, "220000000001")
    assert settle_claim(claim=claim, actor=ops, at=NOW) == 0
    assert (balances(programme=programme)["payouts_returned"], agrees(programme)) == (0, True)


def test_merchants_are_told_of_it_and_why_once(programme, ops, second_ops):
    claims = determined(programme, count=1)
    Merchant.objects.update(email="shop@example.com")
    top_up = topped_up(claims, ops, second_ops)
    withdraw_top_up(top_up=top_up, reason="두 번 적었습니다.", actor=ops, at=NOW)
    while write_next_notices(at=NOW):
        pass
    told = {row.template: row for row in Message.objects.filter(template__in=["payout_topped_up", "top_up_withdrawn"])}
    assert told.keys() == {"payout_topped_up", "top_up_withdrawn"}
