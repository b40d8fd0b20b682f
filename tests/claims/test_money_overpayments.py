"""Sums that were paid too much: never settled by rule, proposed by one and decided by another, booked once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from claims.models import Claim, OverpaymentDecision
from claims.selectors.overpayments import overpayment_of, overpayments
from claims.selectors.report import programme_report
from claims.services.assessment import assess_next_batch
from claims.services.facts import correct_facts
from claims.services.payouts.invariants import violations
from claims.services.payouts.overpayments import OverpaymentRefused, decide, drop, end_waivers, propose
from compensation.ledger.models import Transfer
from compensation.ledger.selectors import balances
from tests.cast import NOW
from tests.claims.bank_cast import bank_folder, with_bank
from tests.claims.money_cast import AT_ONCE, paid_out
from tests.claims.payout_cast import determined, looked_at
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank_folder")]
__all__ = ["bank_folder"]

LOWER_BP, HIGHER_BP = 5_000, 10_000  # of 400,000 won: the tiers of 30,000 and of 50,000


def reassess(claim: Claim, margin_bp: int, actor) -> Claim:
    """The claim as it is determined by another margin."""
    claim = Claim.objects.get(pk=claim.pk)
    correct_facts(claim=claim, changes={"reported_margin_bp": margin_bp}, actor=actor, reason="장부 확인", at=NOW)
    assess_next_batch(programme=claim.programme, actor=system_user(), at=NOW)
    looked_at(claim.programme)
    return Claim.objects.select_related("programme", "determination").get(pk=claim.pk)


@pytest.fixture
def overpaid(programme, ops, officer) -> Claim:
    """50,000 won were paid, and 30,000 are determined now."""
    [claim] = determined(programme, count=1, lost_sales_won=400_000)
    paid_out(programme, ops)
    return reassess(claim, LOWER_BP, officer)


def proposed(claim, ops, choice="waive", amount_won=None):
    return propose(claim=claim, choice=choice, amount_won=amount_won, reason="소액", actor=ops, at=NOW)


def agree(programme) -> bool:
    return violations(programme, at=NOW, grace=AT_ONCE) == []


def test_what_is_too_much_waits_for_people_and_breaks_nothing(programme, overpaid):
    [found] = overpayments(programme=programme)
    assert (found.claim, found.overpaid_won, found.decidable_won) == (overpaid, 20_000, 20_000)
    assert balances(programme=programme)["merchant_payable"] == -20_000
    assert agree(programme)
    assert programme_report(programme=programme, as_of=NOW)["checks_hold"]


@pytest.mark.parametrize(("choice", "paid_won"), [("waive", 50_000), ("repaid", 30_000)])
def test_what_two_people_decide_is_booked_once(programme, overpaid, ops, second_ops, choice, paid_won):
    proposal = proposed(overpaid, ops, choice)
    decisions = {decide(proposal=proposal, actor=second_ops, at=NOW) for _ in range(2)}
    assert decisions == {OverpaymentDecision.objects.get()}
    standing = balances(programme=programme)
    assert (standing["merchant_payable"], standing["payouts_paid"]) == (0, paid_won)
    assert (overpayments(programme=programme), agree(programme)) == ([], True)
    assert programme_report(programme=programme, as_of=NOW)["checks_hold"]


def test_a_part_can_be_waived_and_the_rest_repaid(programme, overpaid, ops, second_ops):
    for choice, amount_won in (("waive", 5_000), ("repaid", 15_000)):
        decide(proposal=proposed(overpaid, ops, choice, amount_won), actor=second_ops, at=NOW)
    assert (overpayment_of(claim=overpaid).overpaid_won, agree(programme)) == (0, True)


def test_whoever_proposed_does_not_decide(overpaid, ops):
    proposal = proposed(overpaid, ops)
    with pytest.raises(OverpaymentRefused) as refused:
        decide(proposal=proposal, actor=ops, at=NOW)
    assert refused.value.code == "overpayment_own_proposal"
    decided = {"claim": overpaid, "amount_won": 1, "choice": "waive", "reason": "x", "at": NOW}
    with pytest.raises(IntegrityError, match="overpayment_decided_by_two"), transaction.atomic():
        OverpaymentDecision.objects.create(**decided, proposed_by=ops, decided_by=ops)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"choice": "forget"}, "overpayment_choice_missing"),
        ({"reason": " "}, "payout_reason_missing"),
        ({"amount_won": 0}, "overpayment_amount"),
        ({"amount_won": 20_001}, "overpayment_amount"),
        ({"reason": "x" * 201}, "text_too_long"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused(overpaid, ops, said, code):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - ValueRefused and its children
        propose(
            **{"claim": overpaid, "choice": "waive", "amount_won": None, "reason": "x", "actor": ops, "at": NOW} | said
        )
    assert refused.value.code == code


def test_the_same_proposal_is_one_and_another_has_to_wait(overpaid, ops, second_ops):
    assert proposed(overpaid, ops) == proposed(overpaid, ops)
    with pytest.raises(OverpaymentRefused) as refused:
        proposed(overpaid, second_ops, "repaid")
    assert refused.value.code == "overpayment_proposed"


def test_a_dropped_proposal_is_not_decided_any_more(overpaid, ops, second_ops):
    proposal = proposed(overpaid, ops)
    for _ in range(2):
        drop(proposal=proposal, actor=second_ops, at=NOW)
    with pytest.raises(OverpaymentRefused) as refused:
        decide(proposal=proposal, actor=second_ops, at=NOW)
    assert refused.value.code == "overpayment_moved_on"
    assert proposed(overpaid, second_ops, "repaid").choice == "repaid"


def test_a_sum_that_is_still_on_its_way_is_not_decided(programme, ops, officer):
    [claim] = determined(programme, count=1, lost_sales_won=400_000)
    with_bank(programme, ops)
    claim = reassess(claim, LOWER_BP, officer)
    found = overpayment_of(claim=claim)
    assert (found.overpaid_won, found.decidable_won) == (20_000, 0)
    with pytest.raises(OverpaymentRefused) as refused:
        proposed(claim, ops)
    assert refused.value.code == "overpayment_none"


def test_a_waiver_ends_where_a_higher_determination_leaves_less_to_waive(programme, overpaid, ops, second_ops, officer):
    decide(proposal=proposed(overpaid, ops), actor=second_ops, at=NOW)
    claim = reassess(overpaid, HIGHER_BP, officer)
    end_waivers(claims=[claim.pk], at=NOW)
    assert Transfer.objects.filter(kind="overpayment_waiver_ended").count() == 1
    assert (balances(programme=programme)["merchant_payable"], agree(programme)) == (0, True)
    assert end_waivers(claims=[claim.pk], at=NOW) == 0


def test_what_was_repaid_is_paid_again_by_a_higher_determination(programme, overpaid, ops, second_ops, officer):
    decide(proposal=proposed(overpaid, ops, "repaid"), actor=second_ops, at=NOW)
    claim = reassess(overpaid, HIGHER_BP, officer)
    assert claim.payouts.get(state="due").amount_won == 20_000
    assert agree(programme)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once(programme, overpaid, ops, second_ops):
    proposal = proposed(overpaid, ops)

    def decide_it(_):
        try:
            return decide(proposal=proposal, actor=second_ops, at=NOW).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert len(set(threads.map(decide_it, range(2)))) == 1
    assert Transfer.objects.filter(kind="overpayment_waived").count() == 1
