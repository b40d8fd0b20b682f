"""The council with everybody at once: a case is decided once, and nobody's vote is lost or counted twice."""

from threading import Barrier

import pytest

from claims.models import AgendaItem, Claim, CouncilDecision, Determination, Recusal, Review, Vote
from claims.services.council import voting
from claims.services.council.closing import close_due
from claims.services.council.sessions import SessionRefused
from claims.services.council.undoing import UndoRefused, undo
from claims.services.council.verifying import verify
from claims.services.council.voting import VoteRefused
from claims.services.withdrawal import WithdrawalRefused, withdraw
from compensation.ledger.models import Transfer
from compensation.programmes.models import Role
from tests.cast import NOW, SENT_IN, a_session, person, referred_review
from tests.claims.council_cast import HOUR, council, item, step_aside, vote, vote_all
from tests.concurrency.waiting import at_once
from users.services.people import system_user

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["council", "item"]


def fresh(item: AgendaItem) -> AgendaItem:
    """As a request of its own would read it."""
    return AgendaItem.objects.select_related("session", "review__claim").get(pk=item.pk)


def voting_now(item, member, **more):
    return lambda: vote(fresh(item), member, **more)


def kinds_of(results: list) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_the_last_two_votes_at_once_close_the_case_once(item, council):
    for member in council.members[:3]:
        vote(item, member)
    results = at_once(*[voting_now(item, member) for member in council.members[3:]])
    assert kinds_of(results) == ["Vote", "Vote"]
    assert (Determination.objects.count(), Transfer.objects.count()) == (1, 1)
    assert len(CouncilDecision.objects.get().content["votes"]) == 5


def test_without_the_lock_nobody_would_close_it(item, council, monkeypatch):
    """What the lock is for: each of the last two sees only its own vote, and finds the case still open."""
    for member in council.members[:3]:
        vote(item, member)
    both_have_voted, both_have_looked, close_held = Barrier(2), Barrier(2), voting.close_held

    def close_after_both(**arguments: object) -> object:
        both_have_voted.wait()
        found = close_held(**arguments)
        both_have_looked.wait()  # neither commits before the other has looked, which would then see both votes
        return found

    with monkeypatch.context() as unlocked:
        unlocked.setattr(voting, "hold", fresh)
        unlocked.setattr(voting, "close_held", close_after_both)
        at_once(*[voting_now(item, member) for member in council.members[3:]])
    assert (Vote.objects.count(), CouncilDecision.objects.count()) == (5, 0)
    assert close_due(at=NOW + SENT_IN) == 1


def test_two_votes_of_one_seat_at_once_are_one(item, council):
    results = at_once(*[voting_now(item, member) for member in (council.members[0], council.substitute)])
    assert kinds_of(results) == ["Vote", "VoteRefused"]
    assert Vote.objects.count() == 1


def test_a_vote_and_a_recusal_of_one_member_at_once_are_one_of_them(item, council):
    member = council.members[0]
    results = at_once(voting_now(item, member), lambda: step_aside(fresh(item), member))
    assert [isinstance(result, VoteRefused) for result in results].count(True) == 1
    assert Vote.objects.count() + Recusal.objects.count() == 1


def test_a_vote_beside_the_end_of_the_time_is_in_the_decision_or_refused(item, council):
    for member in (council.members[0], council.members[1], council.members[3]):
        vote(item, member)
    last_moment, over = NOW + SENT_IN - HOUR, NOW + SENT_IN
    said, closed = at_once(
        voting_now(item, council.members[4], choice="refuse", at=last_moment), lambda: close_due(at=over)
    )
    votes = len(CouncilDecision.objects.get().content["votes"])
    assert (closed, votes) == (1, 3 if isinstance(said, VoteRefused) else 4)
    assert Vote.objects.count() == votes


def test_a_decision_and_a_withdrawal_at_once_are_one_of_them(item, council):
    for member in council.members[:4]:
        vote(item, member)
    claim = item.review.claim
    said, gone = at_once(
        voting_now(item, council.members[4]),
        lambda: withdraw(claim=claim, reason="withdrawn_other", actor=system_user(), at=NOW + HOUR),
    )
    if isinstance(gone, WithdrawalRefused):
        expected = ("determined", 1, "decided")
    else:
        assert isinstance(said, VoteRefused)
        expected = ("withdrawn", 0, "dropped")
    state = Claim.objects.get(pk=claim.pk).state
    assert (state, Determination.objects.count(), AgendaItem.objects.get().state) == expected
    assert Review.objects.get().state == "closed"


def test_two_who_undo_at_once_undo_once(item, council, programme):
    decision = vote_all(item, council)
    officers = [person(f"chief{number}", programme, Role.OFFICER) for number in (1, 2)]
    results = at_once(
        *[
            lambda officer=officer: undo(
                decision=CouncilDecision.objects.get(pk=decision.pk), reason="취소", actor=officer, at=NOW + 2 * HOUR
            )
            for officer in officers
        ]
    )
    assert kinds_of(results) == ["CouncilDecision", "UndoRefused"]
    assert UndoRefused in map(type, results)
    assert Transfer.objects.filter(kind="determination_superseded").count() == 1
    assert verify(council=council.council) == []


def test_two_sessions_called_at_once_do_not_share_a_case(council, programme):
    first, shared, second = (referred_review(programme) for _ in range(3))
    a_session(programme, referred_review(programme))  # the secretary is there
    results = at_once(lambda: a_session(programme, first, shared), lambda: a_session(programme, shared, second))
    assert kinds_of(results) == ["CouncilSession", "SessionRefused"]
    assert SessionRefused in map(type, results)
    assert AgendaItem.objects.filter(review=shared).count() == 1


def test_cases_that_are_decided_at_once_follow_each_other_in_the_chain(council, programme):
    session = a_session(programme, *[referred_review(programme) for _ in range(4)])
    items = list(session.items.all())
    for case in items:
        for member in council.members[:4]:
            vote(case, member)
    results = at_once(*[voting_now(case, council.members[4]) for case in items])
    assert kinds_of(results) == ["Vote"] * 4
    assert [decision.number for decision in council.council.decisions.all()] == [1, 2, 3, 4]
    assert verify(council=council.council) == []
