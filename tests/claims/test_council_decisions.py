"""What comes out of a vote: determination, ledger, claim, review, what the merchant is told; and undoing it."""

import pytest
from django.db import DatabaseError, connection

from claims.models import AgendaItem, ClaimTransition, CouncilDecision, Determination, Review
from claims.selectors.report import programme_report
from claims.services.council.closing import close_due, close_if_decided
from claims.services.facts import correct_facts
from claims.services.questions import ask
from claims.services.withdrawal import WithdrawalRefused, withdraw
from compensation.ledger.models import Transfer
from compensation.messaging.models import Message
from compensation.programmes.models import PolicyVersion
from tests.cast import NOW, SENT_IN, a_session, refer, referred_review
from tests.claims.council_cast import (
    HOUR,
    claim_of,
    council,
    item,
    payable_won,
    step_aside,
    vote,
    vote_all,
)
from tests.claims.pages_cast import merchant_with_account
from tests.claims.status_cast import told
from users.services.people import system_user

pytestmark = pytest.mark.django_db
__all__ = ["council", "item"]

LATER = NOW + 10 * HOUR


def test_a_grant_is_determined_booked_and_told(item, council, programme):
    merchant_with_account(item.review.claim)
    decision = vote_all(item, council, "support", "support", "support_other 1500000", "refuse", "support")
    claim = claim_of(item)
    determination = claim.determination
    assert (claim.state, determination.amount_won, determination.reason) == (
        "determined",
        2_000_000,
        "council_granted",
    )
    assert (determination.by_council, determination.tier_code, decision.determination) == (
        True,
        "council",
        determination,
    )
    assert payable_won(programme) == 2_000_000
    assert ClaimTransition.objects.filter(claim=claim).latest("id").to_state == "determined"
    assert Review.objects.get(pk=item.review_id).state == "closed"
    assert told(claim)[-1] == "council_granted"
    assert "제출하신 자료로 장애 기간의 매출 손실이 확인됩니다." in Message.objects.latest("id").body


@pytest.mark.parametrize(
    ("choices", "amount_won"),
    [
        (("support", "support_other 1000000", "support_other 1", "refuse", "refuse"), 1_000_000),
        (("support", "support_other 9000000", "support", "support_other 9000000", "refuse"), 5_500_000),
    ],
)
def test_the_amount_is_the_median_of_what_was_supported(item, council, choices, amount_won):
    assert vote_all(item, council, *choices).determination.amount_won == amount_won


def test_a_refusal_grants_nothing_and_says_why(item, council, programme):
    merchant_with_account(item.review.claim)
    determination = vote_all(item, council, "refuse", "refuse", "refuse", "refuse", "support").determination
    assert (determination.amount_won, determination.reason) == (0, "council_refused")
    assert not Transfer.objects.exists()
    assert told(claim_of(item))[-1] == "council_refused"
    assert programme_report(programme=programme, as_of=NOW)["checks_hold"]


def test_a_case_that_is_sent_back_goes_to_its_officer_and_onto_a_later_agenda(item, council, programme):
    decision = vote_all(item, council, "send_back", "send_back", "send_back", "refuse", "support")
    review = Review.objects.get(pk=item.review_id)
    assert (decision.outcome, decision.determination, review.state) == ("sent_back", None, "open")
    assert (claim_of(item).state, review.officer.username) == ("awaiting_council", "preparer")
    again = a_session(programme, refer(review), at=LATER).items.get()
    assert vote_all(again, council, at=LATER).outcome == "granted"


def test_the_end_of_the_time_closes_what_has_a_quorum_and_defers_the_rest(programme, council):
    session = a_session(programme, referred_review(programme), referred_review(programme))
    first, second = session.items.all()
    for member in (council.members[0], council.members[1], council.members[3]):
        vote(first, member)
    vote(second, council.members[0])
    assert close_due(at=NOW + SENT_IN - HOUR) == 0
    assert close_due(at=NOW + SENT_IN) == 2
    assert close_due(at=NOW + SENT_IN) == 0
    session.refresh_from_db()
    assert [row.decision.outcome for row in session.items.all()] == ["granted", "no_quorum"]
    assert session.closed_at == NOW + SENT_IN
    assert Review.objects.get(pk=second.review_id).state == "referred"


def test_the_last_recusal_closes_the_case_too(item, council):
    for member in council.members[:4]:
        vote(item, member)
    assert not CouncilDecision.objects.exists()
    step_aside(item, council.members[4])
    assert CouncilDecision.objects.get().content["recusals"][0]["member"] == council.members[4].pk


def test_closing_twice_is_once(item, council):
    vote_all(item, council)
    assert close_if_decided(item=item, at=LATER) is None
    assert Determination.objects.count() == 1


def test_what_the_merchant_was_asked_is_no_longer_needed(item, council):
    ask(claim=item.review.claim, kinds=["sales_loss_proof"], text="", actor=item.review.officer, at=NOW)
    vote_all(item, council)
    assert item.review.claim.questions.get().state == "cancelled"


def test_after_the_decision_nothing_is_withdrawn(item, council):
    vote_all(item, council)
    with pytest.raises(WithdrawalRefused):
        withdraw(claim=item.review.claim, reason="withdrawn_other", actor=system_user(), at=LATER)


def test_a_withdrawal_takes_the_case_off_the_agenda(item, council):
    withdraw(claim=item.review.claim, reason="withdrawn_other", actor=system_user(), at=NOW)
    item.refresh_from_db()
    assert (item.state, item.review.claim.state) == ("dropped", "withdrawn")
    assert close_if_decided(item=item, at=NOW + SENT_IN) is None


def test_facts_that_are_corrected_take_the_case_off_the_agenda(item, council):
    vote(item, council.members[0])
    change = {"claim": item.review.claim, "changes": {"reported_margin_bp": 9_000}, "actor": item.review.officer}
    correct_facts(**change, reason="고침", at=NOW)
    item.refresh_from_db()
    assert (item.state, Review.objects.get().state) == ("dropped", "open")
    assert close_if_decided(item=item, at=NOW + SENT_IN) is None


def test_one_case_that_cannot_be_closed_does_not_keep_the_others_from_it(programme, council):
    broken, sound = a_session(programme, referred_review(programme), referred_review(programme)).items.all()
    version = PolicyVersion.objects.create(programme=programme, number=2, document={}, digest="of nothing")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # past the triggers
        AgendaItem.objects.filter(pk=broken.pk).update(policy_version=version)
        cursor.execute("SET session_replication_role = origin")
    assert close_due(at=NOW + SENT_IN) == 1
    assert CouncilDecision.objects.get().item == sound


def test_a_closed_case_is_not_opened_again_by_any_statement(item, council):
    vote_all(item, council)
    with pytest.raises(DatabaseError, match="not an allowed move of state"):
        AgendaItem.objects.filter(pk=item.pk).update(state="open")


def test_a_referral_to_refuse_can_still_be_granted_with_another_amount(programme, council):
    item = a_session(programme, referred_review(programme, verdict="refuse")).items.get()
    other = "support_other 700000"
    assert vote_all(item, council, other, other, other, "refuse", "refuse").determination.amount_won == 700_000
