"""The sample's council: who sits on it, and some cases that are open to votes, so that its pages show something."""

from datetime import datetime, timedelta
from itertools import cycle

from django.db import transaction

from claims.models import CouncilSession, Review, SeatHolder, SessionKind, Verdict
from claims.services.council.seats import appoint
from claims.services.council.sessions import call_session
from claims.services.desk import ProposalDetails, refer, take
from claims.services.proposals import case_of, reasons_for
from compensation.policy.council import amount_cap_won
from compensation.policy.reasons import REDUCTION, SUPPORT
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import ReviewState
from compensation.programmes.models import Programme
from users.models import User
from users.services.people import system_user

CASES = 5
VOTE_DAYS = 14
WHOLE_WON = 10_000  # proposed amounts are multiples of it, as people write them
SHARES_PERCENT = (100, 70, 50, 0, 80)  # of the most that can be granted; 0: the officer proposes to refuse
TEXT = "체험을 위해 만든 제안입니다."

# Party (of programmes/1015.toml), number of the seat, whether as a substitute.
SEATS = {
    "council": ("consumer_groups", 1, False),
    "council2": ("merchant_associations", 1, False),
    "council3": ("merchant_associations", 2, False),
    "council4": ("academia", 1, False),
    "council5": ("company", 1, False),
    "council6": ("consumer_groups", 1, True),
}


@transaction.atomic
def prepare_council(*, programme: Programme, at: datetime) -> None:
    """Gives the sample's people their seats from today on; who had a seat once keeps what became of it."""
    seated = SeatHolder.objects.filter(seat__council__programme=programme).values("user")
    for user in User.objects.filter(username__in=SEATS).exclude(pk__in=seated).order_by("username"):
        party, number, is_substitute = SEATS[user.username]
        appoint(
            programme=programme,
            party=party,
            number=number,
            user=user,
            is_substitute=is_substitute,
            term_from=day_in_seoul(at),
            term_until=None,
            actor=system_user(),
            at=at,
        )


@transaction.atomic
def prepare_session(*, programme: Programme, at: datetime) -> CouncilSession | None:
    """Refers the cases that are due first and calls a session with them; None where there was one, or nothing waits."""
    if CouncilSession.objects.filter(council__programme=programme).exists():
        return None
    waiting = Review.objects.filter(
        programme=programme, state=ReviewState.OPEN, officer=None, objection=None, due_at__isnull=False
    )
    reviews = list(waiting.select_related("claim__determination").order_by("due_at", "id")[:CASES])
    if not reviews:
        return None
    officer = User.objects.get(username="officer")
    for review, share in zip(reviews, cycle(SHARES_PERCENT), strict=False):
        held = take(review=review, actor=officer, version=None, at=at)
        proposal = _proposal(held, share)
        refer(review=held, proposal=proposal, actor=officer, version=held.version, at=at)
    return call_session(
        programme=programme,
        kind=SessionKind.WRITTEN,
        opens_at=at,
        due_at=at + timedelta(days=VOTE_DAYS),
        reviews=reviews,
        actor=officer,
        at=at,
    )


def _proposal(review: Review, share_percent: int) -> ProposalDetails:
    policy = review.assessment.policy_version.policy
    verdict = Verdict.GRANT if share_percent else Verdict.REFUSE
    fitting = reasons_for(verdict=verdict, policy=policy)
    kind = {100: SUPPORT, 0: None}.get(share_percent, REDUCTION)
    reason = next((row.code for row in fitting if kind in (None, row.kind)), None)
    most = amount_cap_won(case=case_of(review=review, claim=review.claim), rules=policy.council)
    amount_won = most * share_percent // 100 // WHOLE_WON * WHOLE_WON
    return ProposalDetails(verdict, amount_won, [reason] if reason else [], TEXT)
