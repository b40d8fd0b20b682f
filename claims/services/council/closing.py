"""Closing a vote by rule: after the vote or recusal that completes it, or when its time is over. Never by hand."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from claims.models import AgendaItem, CouncilDecision, CouncilSession, Determination, Review
from claims.selectors.ballots import ballot_of, rules_of
from claims.services.council.chain import append
from claims.services.council.content import vote_content
from claims.services.council.determining import determine
from claims.services.council.holding import hold
from claims.services.council.telling import tell_determined
from claims.services.questions import close_open_question
from compensation.audit.services import because
from compensation.policy.council import CouncilResult, Outcome, result_of
from compensation.policy.transitions import AgendaItemState, ReviewState
from users.models import User
from users.services.people import system_user

logger = logging.getLogger(__name__)

ITEM_STATES = {
    Outcome.GRANTED: AgendaItemState.DECIDED,
    Outcome.REFUSED: AgendaItemState.DECIDED,
    Outcome.SENT_BACK: AgendaItemState.SENT_BACK,
    Outcome.DEFERRED: AgendaItemState.DEFERRED,
    Outcome.NO_QUORUM: AgendaItemState.DEFERRED,
}
# What becomes of the review; where nothing is said it stays referred, for a later agenda.
REVIEW_STATES = {
    Outcome.GRANTED: ReviewState.CLOSED,
    Outcome.REFUSED: ReviewState.CLOSED,
    Outcome.SENT_BACK: ReviewState.OPEN,
}


@transaction.atomic
def close_if_decided(*, item: AgendaItem, at: datetime) -> CouncilDecision | None:
    """Closes the case if the rules say so at `at`; None while it stays open, or was closed before."""
    return close_held(item=hold(item), at=at)


def close_due(*, at: datetime, size: int = 100) -> int:
    """Closes up to `size` cases whose time is over, each in a transaction of its own; returns how many."""
    due = AgendaItem.objects.filter(state=AgendaItemState.OPEN, session__due_at__lte=at)
    closed = 0
    for item in due.select_related("review__claim").order_by("session__due_at", "id")[:size]:
        try:
            closed += close_if_decided(item=item, at=at) is not None
        except Exception:  # one case that cannot be closed must not keep the others from it
            logger.exception("A case before the council could not be closed: item %s", item.pk)
    end_sessions(at=at)
    return closed


def end_sessions(*, at: datetime) -> None:
    """Notes of sessions without an open case that they are over. Nothing hangs on the moment."""
    still_open = AgendaItem.objects.filter(session=OuterRef("pk"), state=AgendaItemState.OPEN)
    CouncilSession.objects.filter(~Exists(still_open), closed_at__isnull=True, items__isnull=False).update(closed_at=at)


def close_held(*, item: AgendaItem, at: datetime) -> CouncilDecision | None:
    """As `close_if_decided`, for a case that the caller's transaction holds (services.council.holding)."""
    if item.state != AgendaItemState.OPEN:
        return None
    ballot = ballot_of(item=item, at=at)
    result = result_of(ballot=ballot, rules=rules_of(item=item), at=at)
    if result is None:
        return None
    actor = system_user()
    with because(actor=actor, reason=f"council: {result.outcome}"):
        determination = _decide(item, result, actor, at)
        AgendaItem.objects.filter(pk=item.pk).update(state=ITEM_STATES[result.outcome], closed_at=at)
    content = vote_content(item=item, seats=ballot.seats, result=result, determination=determination, decided_at=at)
    decision = append(
        council_id=item.session.council_id,
        item=item,
        outcome=result.outcome,
        content=content,
        determination=determination,
        at=at,
    )
    if determination:
        tell_determined(determination=determination, at=at)
    return decision


def _decide(item: AgendaItem, result: CouncilResult, actor: User, at: datetime) -> Determination | None:
    """What follows for the claim and its review; the determination, where one is made."""
    determination = None
    if result.outcome in (Outcome.GRANTED, Outcome.REFUSED):
        close_open_question(claim=item.review.claim, actor=actor, at=at)
        determination = determine(item=item, result=result, actor=actor, at=at)
    if state := REVIEW_STATES.get(result.outcome):
        closed_at = at if state == ReviewState.CLOSED else None
        Review.objects.filter(pk=item.review_id).update(state=state, closed_at=closed_at, version=F("version") + 1)
    return determination
