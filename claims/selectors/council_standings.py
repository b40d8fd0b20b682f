"""Where the cases of a session stand for one person: how many seats have spoken, and whether the own has."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from claims.models import CouncilSession, Recusal, Vote
from claims.selectors.council import seat_for
from compensation.policy.seoul import day_in_seoul
from users.models import User

VOTED, SEAT_VOTED, RECUSED, WAITS, NONE = "voted", "seat_voted", "recused", "waits", ""


@dataclass(frozen=True, slots=True)
class Standing:
    """`spoken`: the seats that have voted, never how; `own`: one of VOTED, SEAT_VOTED, RECUSED, WAITS, NONE."""

    spoken: int
    own: str


def standings_of(*, session: CouncilSession, member: User, at: datetime) -> dict[int, Standing]:
    """By the ids of the session's cases; some queries, however many they are."""
    seat = seat_for(user=member, council=session.council, day=day_in_seoul(at))
    votes, recusals = Vote.objects.filter(item__session=session), Recusal.objects.filter(item__session=session)
    spoken = dict(votes.order_by().values("item").annotate(count=Count("id")).values_list("item", "count"))
    own = dict.fromkeys(session.items.values_list("pk", flat=True), WAITS if seat else NONE)
    found = (
        (votes.filter(seat=seat) if seat else votes.none(), SEAT_VOTED),
        (recusals.filter(member=member), RECUSED),
        (votes.filter(member=member), VOTED),
    )
    for rows, standing in found:
        own |= dict.fromkeys(rows.values_list("item", flat=True), standing)
    return {item: Standing(spoken.get(item, 0), standing) for item, standing in own.items()}
