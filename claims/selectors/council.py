"""The council: who sits on it when, its sessions with their agendas, and what it decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from claims.models import AgendaItem, Council, CouncilDecision, CouncilSession, Review, Seat, SeatHolder, Vote
from compensation.policy.agenda import group_key
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import AgendaItemState
from compensation.programmes.models import Programme
from users.models import User

AGENDA_RELATIONS = (
    "session__council__programme",
    "review__claim__merchant",
    "review__claim__programme",
    "review__claim__determination",
    "review__objection__determination",
    "review__assessment",
    "proposal",
    "policy_version",
)


@dataclass(frozen=True, slots=True)
class SeatAt:
    """A seat on a day: its member, if it has one then, and those who may speak in the member's place."""

    seat: Seat
    member: SeatHolder | None
    substitutes: tuple[SeatHolder, ...]


def council_of(*, programme: Programme) -> Council | None:
    """None until somebody was appointed."""
    return Council.objects.select_related("programme").filter(programme=programme).first()


def holders_at(*, council: Council, day: date) -> QuerySet[SeatHolder]:
    """Who sits on the council on this day; the last day of a term is the one before `term_until`."""
    in_term = Q(term_until__isnull=True) | Q(term_until__gt=day)
    return SeatHolder.objects.filter(in_term, seat__council=council, term_from__lte=day).select_related("seat", "user")


def seats_at(*, council: Council, day: date) -> list[SeatAt]:
    """All seats that the council ever had, by party and number, with who sits there on this day (two queries)."""
    holders = list(holders_at(council=council, day=day))
    found = []
    for seat in council.seats.order_by("party", "number"):
        of_seat = [holder for holder in holders if holder.seat_id == seat.pk]
        member = next((holder for holder in of_seat if not holder.is_substitute), None)
        found.append(SeatAt(seat, member, tuple(holder for holder in of_seat if holder.is_substitute)))
    return found


def seat_for(*, user: User, council: Council, day: date) -> Seat | None:
    """The seat for which this person speaks on this day, as member or substitute: one at most."""
    holder = holders_at(council=council, day=day).filter(user=user).first()
    return holder.seat if holder else None


def holders_of(*, council: Council) -> QuerySet[SeatHolder]:
    """Everybody who ever sat, sits or will sit on the council, by seat and term."""
    rows = SeatHolder.objects.filter(seat__council=council).select_related("seat", "user")
    return rows.order_by("seat__party", "seat__number", "term_from", "id")


def sessions_of(*, council: Council) -> QuerySet[CouncilSession]:
    """The sessions, newest first, with `items_count` and `open_count` of their cases."""
    still_open = Count("items", filter=Q(items__state=AgendaItemState.OPEN))
    counted = council.sessions.annotate(items_count=Count("items"), open_count=still_open)
    return counted.select_related("called_by").order_by("-number")


def session_of(*, council: Council, reference: str) -> CouncilSession:
    """Raises CouncilSession.DoesNotExist."""
    return sessions_of(council=council).get(reference=reference)


def agenda_of(*, session: CouncilSession) -> list[AgendaItem]:
    """The cases of a session in order, with what its page shows of each."""
    return list(session.items.select_related(*AGENDA_RELATIONS, "decision").order_by("position"))


def item_at(*, session: CouncilSession, position: int) -> AgendaItem:
    """The case at this place, from 1. Raises AgendaItem.DoesNotExist."""
    return session.items.select_related(*AGENDA_RELATIONS, "decision__undone_by").get(position=position)


def group_of(*, review: Review) -> str:
    """By which cases are put together on an agenda (compensation.policy.agenda); reads losses and industry."""
    claim = review.claim
    losses = [(loss.service, loss.lost_sales_won) for loss in claim.losses.all()]
    return group_key(losses=losses, industry_code=claim.industry_code, assessed_won=review.assessed_won)


def grouped(*, reviews: Iterable[Review]) -> list[tuple[str, Review]]:
    """The cases with their groups in the order of an agenda: like with like, the larger loss first."""
    return sorted(
        ((group_of(review=review), review) for review in reviews),
        key=lambda found: (found[0], -found[1].assessed_won, found[1].pk),
    )


def referable(*, programme: Programme) -> QuerySet[Review]:
    """The cases that can be put on an agenda: referred with a proposal, and on none now; the oldest deadline first."""
    on_agenda = AgendaItem.objects.filter(review=OuterRef("pk"), state=AgendaItemState.OPEN)
    ready = Review.objects.filter(programme=programme, state="referred", proposals__isnull=False).distinct()
    return (
        ready.exclude(Exists(on_agenda))
        .select_related("claim__merchant", "assessment", "objection")
        .prefetch_related("claim__losses", "proposals")
        .order_by("due_at", "id")
    )


def open_items_for(*, member: User, council: Council, at: datetime) -> list[AgendaItem]:
    """The cases that wait for this member's vote: open to votes now, the seat has not spoken, and it is not recused.

    Whoever may not vote for another reason finds that on the case's page.
    """
    seat = seat_for(user=member, council=council, day=day_in_seoul(at))
    if seat is None:
        return []
    spoken = Vote.objects.filter(Q(seat=seat) | Q(member=member), item=OuterRef("pk"))
    waiting = AgendaItem.objects.filter(
        session__council=council, session__opens_at__lte=at, session__due_at__gt=at, state=AgendaItemState.OPEN
    ).exclude(Exists(spoken))
    return list(
        waiting.exclude(recusals__member=member)
        .select_related(*AGENDA_RELATIONS)
        .order_by("session__due_at", "session_id", "position")
    )


def decisions_of(*, council: Council) -> QuerySet[CouncilDecision]:
    """The chain, in order, with what each decision made and whether it was undone."""
    return council.decisions.select_related("item__session", "determination__claim", "undone_by", "undoes").order_by(
        "number"
    )
