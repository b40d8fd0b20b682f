"""Who sits on the council: members and substitutes, by party and seat, for a term."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from claims.models import Council, Seat, SeatHolder
from compensation import limits
from compensation.audit.services import because
from compensation.policy.council import Party
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme, Role
from compensation.programmes.selectors import current_policy
from compensation.values.refused import ValueRefused
from users.models import User
from users.services.people import give_role


class SeatsRefused(ValueRefused):
    """An appointment that cannot be: no such party or seat, taken, or a term that does not fit."""


@transaction.atomic
def appoint(
    *,
    programme: Programme,
    party: str,
    number: int,
    user: User,
    is_substitute: bool,
    term_from: date,
    term_until: date | None,
    actor: User,
    at: datetime,
) -> SeatHolder:
    """Gives a person the seat `number` (from 1) of a party, as member or substitute, from a day until before another.

    The council and the seat are made where they are not there yet. A seat has one member at a time and any number of
    substitutes; a person has one seat. The person becomes a council member of the programme. Appointing the same again
    is the same appointment. Raises SeatsRefused.
    """
    _refuse_unknown(_party(programme, party), number)
    if term_until is not None and term_until <= term_from:
        raise _term_empty()
    council = _held_council(programme, at)
    with because(actor=actor, reason="seat given"):
        seat, _created = Seat.objects.get_or_create(council=council, party=party, number=number)
        term = {"term_from": term_from, "term_until": term_until}
        same = SeatHolder.objects.filter(seat=seat, user=user, is_substitute=is_substitute, **term).first()
        if same:
            return same
        holder = SeatHolder(seat=seat, user=user, is_substitute=is_substitute, **term)
        _refuse_clashes(council, holder)
        holder.save()
    give_role(user=user, programme=programme, role=Role.COUNCIL, actor=actor)
    return holder


@transaction.atomic
def end_term(*, holder: SeatHolder, term_until: date, actor: User, at: datetime) -> None:
    """Ends a term, or moves its end: `term_until` is the first day that is not in it any more, today or later.

    Votes that were cast stay. Raises SeatsRefused.
    """
    council = Council.objects.select_for_update(no_key=True).get(pk=holder.seat.council_id)
    holder = SeatHolder.objects.select_related("seat").get(pk=holder.pk)
    if term_until <= holder.term_from:
        raise _term_empty()
    if term_until < day_in_seoul(at):
        raise SeatsRefused(
            "term_ends_in_the_past",
            "임기는 지난 날로 끝낼 수 없습니다. 오늘이나 그 뒤의 날을 적어 주세요.",
            "A term cannot end in the past. Please write today or a later day.",
        )
    holder.term_until = term_until
    _refuse_clashes(council, holder)
    with because(actor=actor, reason="term ended"):
        holder.save(update_fields=["term_until"])


def _party(programme: Programme, code: str) -> Party | None:
    return current_policy(programme=programme).policy.council.party(code)


def _held_council(programme: Programme, at: datetime) -> Council:
    """The programme's council, held: two appointments at once come one after the other."""
    council, _created = Council.objects.get_or_create(programme=programme, defaults={"created_at": at})
    return Council.objects.select_for_update(no_key=True).get(pk=council.pk)


def _refuse_unknown(party: Party | None, number: int) -> None:
    if party is None:
        raise SeatsRefused(
            "party_unknown",
            "정책에 없는 주체입니다. 협의체를 이루는 주체 가운데 하나를 골라 주세요.",
            "The policy does not know this party. Please choose one of those on the council.",
        )
    if not 1 <= number <= limits.SEATS_PER_PARTY_MAX:
        raise SeatsRefused(
            "seat_number_out_of_bounds",
            f"자리 번호는 1부터 {limits.SEATS_PER_PARTY_MAX} 사이로 적어 주세요.",
            f"Please write a seat number from 1 to {limits.SEATS_PER_PARTY_MAX}.",
        )


def _refuse_clashes(council: Council, holder: SeatHolder) -> None:
    """In its term nobody else may be the member of the seat, and the person may have no other."""
    ends_later = Q(term_until__isnull=True) | Q(term_until__gt=holder.term_from)
    others = SeatHolder.objects.filter(ends_later, seat__council=council).exclude(pk=holder.pk)
    if holder.term_until is not None:
        others = others.filter(term_from__lt=holder.term_until)
    if others.filter(user=holder.user_id).exists():
        raise SeatsRefused(
            "person_has_a_seat",
            "이 사람은 그 기간에 이미 협의체의 자리를 맡고 있습니다. 한 사람은 한 자리만 맡을 수 있습니다.",
            "This person has a seat on the council in that time already; nobody has two.",
        )
    if not holder.is_substitute and others.filter(seat=holder.seat_id, is_substitute=False).exists():
        raise SeatsRefused(
            "seat_taken",
            "이 자리는 그 기간에 다른 위원이 맡고 있습니다. 먼저 그 임기를 끝내거나 예비 위원으로 위촉해 주세요.",
            "Somebody else has this seat in that time. Please end that term first, or appoint a substitute.",
        )


def _term_empty() -> SeatsRefused:
    return SeatsRefused(
        "term_empty",
        "임기는 시작하는 날보다 뒤에 끝나야 합니다.",
        "A term has to end after the day on which it begins.",
    )
