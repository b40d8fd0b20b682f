"""Objections before the council, and decisions that are undone: what counts, what is booked, who may."""

import pytest

from claims.models import Objection, Review
from claims.selectors.report import programme_report
from claims.services.council.undoing import UndoRefused, undo
from claims.services.objections import file_objection
from compensation.ledger.models import Transfer
from compensation.programmes.models import Role
from tests.cast import NOW, a_session, person, refer
from tests.claims.council_cast import (
    HOUR,
    claim_of,
    council,
    item,
    objected,
    payable_won,
    vote,
    vote_all,
)
from tests.claims.status_cast import told
from users.models import User
from users.services.people import system_user

pytestmark = pytest.mark.django_db
__all__ = ["council", "item"]

LATER = NOW + 10 * HOUR


@pytest.mark.parametrize(
    ("choices", "amount_won", "reason"),
    [
        (("support",) * 5, 100_000, "objection_upheld"),
        (("support_other 60000",) * 5, 60_000, "objection_partly"),
        (("refuse",) * 5, 30_000, "objection_rejected"),
    ],
)
def test_an_objection_ends_in_a_new_determination_and_the_difference(programme, council, choices, amount_won, reason):
    item = objected(programme, council)
    old = claim_of(item).determination
    new = vote_all(item, council, *choices).determination
    assert (new.amount_won, new.reason, new.supersedes) == (amount_won, reason, old)
    assert (claim_of(item).determination, claim_of(item).state) == (new, "determined")
    booked = Transfer.objects.filter(kind="determination", source_id=new.pk).values_list("amount_won", flat=True)
    assert list(booked) == [amount_won - 30_000] * (amount_won > 30_000)
    assert payable_won(programme) == amount_won
    assert Objection.objects.get().state == "decided"
    assert told(claim_of(item))[-1] == "objection_decided"
    assert programme_report(programme=programme, as_of=NOW)["checks_hold"]


def test_after_an_objection_somebody_else_of_the_party_votes_where_there_is_one(programme, council, item):
    vote_all(item, council)
    claim = claim_of(item)
    objection = file_objection(
        determination=claim.determination, kind="objection", reasons="더", evidence=[], actor=system_user(), at=LATER
    )
    officer = person("second", programme, Role.OFFICER)
    again = a_session(programme, refer(objection.review, amount_won=3_000_000, officer=officer), at=LATER).items.get()
    with pytest.raises(Exception, match="somebody else votes for your seat"):
        vote(again, council.members[0], at=LATER)
    vote(again, council.substitute, at=LATER)
    for member in council.members[1:]:
        vote(again, member, at=LATER)
    assert claim_of(item).determination.amount_won == 3_000_000


def test_undoing_gives_the_money_back_and_the_case_to_its_officer(item, council, programme, officer):
    first = vote_all(item, council)
    second = undo(decision=first, reason="금액을 잘못 보았습니다.", actor=officer, at=LATER)
    claim, review = claim_of(item), Review.objects.get(pk=item.review_id)
    assert (claim.state, claim.determination, review.state) == ("awaiting_council", None, "open")
    assert (second.undoes, second.outcome, payable_won(programme)) == (first, "undone", 0)
    assert undo(decision=first, reason="다시", actor=officer, at=LATER) == second
    assert programme_report(programme=programme, as_of=NOW)["checks_hold"]
    again = a_session(programme, refer(review, amount_won=500_000), at=LATER).items.get()
    new = vote_all(again, council, at=LATER).determination
    assert (new.supersedes, payable_won(programme)) == (first.determination, 500_000)


def test_undoing_an_objections_decision_lets_the_earlier_one_count_again(programme, council, officer):
    item = objected(programme, council)
    old = claim_of(item).determination
    decision = vote_all(item, council)
    undo(decision=decision, reason="다시 봅니다.", actor=officer, at=LATER)
    objection = Objection.objects.get()
    assert (claim_of(item).determination, objection.state, objection.closed_at) == (old, "received", None)
    assert payable_won(programme) == 30_000


@pytest.mark.parametrize("who", ["preparer", "member1"])
def test_whoever_has_part_in_a_decision_does_not_undo_it(item, council, who):
    decision = vote_all(item, council)
    with pytest.raises(UndoRefused) as refused:
        undo(decision=decision, reason="아님", actor=User.objects.get(username=who), at=LATER)
    assert refused.value.code == "undo_has_part"


def test_what_others_rest_on_or_determined_nothing_is_not_undone(item, council, officer):
    decision = vote_all(item, council)
    with pytest.raises(UndoRefused, match="write why"):
        undo(decision=decision, reason=" ", actor=officer, at=LATER)
    file_objection(
        determination=decision.determination,
        kind="objection",
        reasons="더",
        evidence=[],
        actor=system_user(),
        at=LATER,
    )
    with pytest.raises(UndoRefused, match="objection"):
        undo(decision=decision, reason="취소", actor=officer, at=LATER)
