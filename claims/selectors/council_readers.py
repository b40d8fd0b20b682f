"""Who reads what of a council: officers, operations and auditors all; a member the sessions of the own term (ours).

A member who is recused from a case does not read it. What nobody may see, and what does not exist, are the same.
"""

from datetime import date, datetime

import rules
from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from claims.models import AgendaItem, CouncilDecision, CouncilSession, Recusal, SeatHolder
from claims.selectors.council import sessions_of
from compensation.policy.seoul import SEOUL, day_in_seoul
from compensation.programmes.models import Programme
from users.models import User

READS_ALL, VOTES = "programmes.view_reviews", "programmes.vote"


def sessions_seen_by(*, user: User, programme: Programme, at: datetime) -> QuerySet[CouncilSession]:
    """The sessions of the programme's council that a person may look at, as `sessions_of` has them."""
    sessions = CouncilSession.objects.none()
    if council := getattr(programme, "council", None):
        sessions = sessions_of(council=council)
    if rules.has_perm(READS_ALL, user, programme):
        return sessions
    if rules.has_perm(VOTES, user, programme):
        return sessions.filter(_sat_then_and_sits(user, day_in_seoul(at), "council", "due_at"))
    return sessions.none()


def items_read_by(*, user: User, programme: Programme, at: datetime) -> QuerySet[AgendaItem]:
    """The cases on agendas whose contents a person may read."""
    items = AgendaItem.objects.filter(session__council__programme=programme)
    if rules.has_perm(READS_ALL, user, programme):
        return items
    if not rules.has_perm(VOTES, user, programme):
        return items.none()
    recused = Recusal.objects.filter(member=user, item__review__claim=OuterRef("review__claim"))
    sat = _sat_then_and_sits(user, day_in_seoul(at), "session__council", "session__due_at")
    return items.filter(sat).exclude(Exists(recused))


def decisions_seen_by(*, user: User, programme: Programme, at: datetime) -> QuerySet[CouncilDecision]:
    """The decisions of the sessions that a person may look at, and the undoing of them; the newest first."""
    sessions = sessions_seen_by(user=user, programme=programme, at=at).order_by().values("pk")
    decisions = CouncilDecision.objects.filter(Q(item__session__in=sessions) | Q(undoes__item__session__in=sessions))
    relations = ("item__session", "item__review__claim", "determination", "undone_by", "undoes__item__session")
    return decisions.select_related(*relations, "undoes__item__review__claim").order_by("-number")


def _sat_then_and_sits(user: User, today: date, council: str, due_at: str) -> Q:
    """Has a seat today, and the term began before the vote was over."""
    last_day = TruncDate(ExpressionWrapper(OuterRef(due_at), DateTimeField()), tzinfo=SEOUL)
    terms = SeatHolder.objects.filter(user=user, seat__council=OuterRef(council), term_from__lte=today)
    in_term = terms.filter(Q(term_until__isnull=True) | Q(term_until__gt=today))
    return Q(Exists(in_term.filter(term_from__lte=last_day)))
