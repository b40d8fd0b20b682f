"""Withdrawal: before the decision only, with a reason; the place is free again, and of two at once one wins."""

import pytest

from claims.models import Claim
from claims.services.assessment import assess_next_batch
from claims.services.withdrawal import REASONS, WithdrawalRefused, withdraw
from tests.cast import NOW
from tests.claims.status_cast import BEFORE_THE_COUNCIL, DAY, assessed_claim, hong, received_claim, told
from tests.concurrency.waiting import at_once
from users.services.people import system_user

pytestmark = pytest.mark.django_db


def withdrawn(claim, *, reason="withdrawn_mistake", at=NOW + DAY) -> Claim:
    withdraw(claim=claim, reason=reason, actor=hong(claim.programme), at=at)
    return Claim.objects.get(pk=claim.pk)


def test_a_claim_is_withdrawn_while_it_waits_and_before_the_council(programme):
    council = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    for claim in (received_claim(programme), council):
        assert withdrawn(claim).state == "withdrawn"
        move = claim.transitions.last()
        assert (move.from_state, move.reason, move.actor) == (claim.state, "withdrawn_mistake", hong(programme))
        assert told(claim) == ["claim_withdrawn"]


def test_what_was_decided_is_not_withdrawn_any_more(programme):
    claim = assessed_claim(programme)
    with pytest.raises(WithdrawalRefused) as refused:
        withdrawn(claim)
    assert refused.value.code == "withdrawal_too_late"


@pytest.mark.parametrize("reason", ["", "assessed", "<b>", "withdrawn_mistake ", "x" * 300])
def test_a_reason_is_chosen_from_the_list(programme, reason):
    with pytest.raises(WithdrawalRefused) as refused:
        withdrawn(received_claim(programme), reason=reason)
    assert refused.value.code == "withdrawal_reason_missing"


def test_withdrawing_twice_is_once(programme):
    claim = received_claim(programme)
    withdrawn(claim)
    withdrawn(claim, reason=REASONS[-1], at=NOW + 2 * DAY)
    assert claim.transitions.count() == 2
    assert told(claim) == ["claim_withdrawn"]


def test_the_place_of_a_withdrawn_claim_is_free_again(programme):
    claim = withdrawn(received_claim(programme))
    again = Claim.objects.get(pk=claim.pk)
    again.pk, again.reference, again.state, again.external_reference = None, "AGAIN", "received", "again"
    again.save()
    assert Claim.objects.filter(merchant=claim.merchant).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_a_decision_and_a_withdrawal_at_once_one_wins(programme):
    """Whoever is second finds the claim moved on: no claim is both paid and withdrawn."""
    claims, worker = [received_claim(programme) for _ in range(5)], system_user()
    for claim in claims:
        decide = lambda: assess_next_batch(programme=programme, actor=worker, at=NOW + DAY)  # noqa: E731
        outcome, _ = at_once(
            lambda claim=claim: withdraw(claim=claim, reason="withdrawn_other", actor=hong(programme), at=NOW + DAY),
            decide,
        )
        claim.refresh_from_db()
        assert claim.state == ("determined" if isinstance(outcome, WithdrawalRefused) else "withdrawn"), outcome
        assert (claim.determination is None) == (claim.state == "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_two_representatives_who_withdraw_at_once_withdraw_once(programme):
    claim, user = received_claim(programme), hong(programme)
    outcomes = at_once(*[lambda: withdraw(claim=claim, reason=REASONS[0], actor=user, at=NOW + DAY)] * 2)
    assert outcomes == [None, None]
    assert told(claim) == ["claim_withdrawn"]
