"""Sessions of the council: a meeting, or a vote in writing, with an agenda on which like is decided with like."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from claims.models import AgendaItem, Claim, Council, CouncilSession, Review, SessionKind
from claims.selectors.council import council_of, grouped, holders_at
from compensation import limits
from compensation.audit.services import because
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import AgendaItemState, ReviewState
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.values.refused import ValueRefused
from users.models import User


class SessionRefused(ValueRefused):
    """A session that cannot be called: its times, its council, or a case that is not ready. Names the cases."""


@transaction.atomic
def call_session(
    *,
    programme: Programme,
    kind: str,
    opens_at: datetime,
    due_at: datetime,
    reviews: Sequence[Review],
    actor: User,
    at: datetime,
) -> CouncilSession:
    """Calls a session with these cases: votes are taken in `[opens_at, due_at)`, from `at` at the earliest.

    `kind` is a SessionKind. All cases or none: each has to be referred with a proposal, and on no agenda. Calling the
    same again is the same session. Raises SessionRefused.
    """
    council = check_call(programme=programme, kind=kind, opens_at=opens_at, due_at=due_at, at=at)
    cases = _held(programme, reviews)
    if same := _called_before(kind, due_at, cases, actor):
        return same
    _refuse_unready(cases)
    held = Council.objects.select_for_update(no_key=True).get(pk=council.pk)
    last = held.sessions.order_by("-number").first()
    with because(actor=actor, reason="session called"):
        session = CouncilSession.objects.create(
            council=held,
            number=last.number + 1 if last else 1,
            kind=kind,
            opens_at=max(opens_at, at),
            due_at=due_at,
            called_by=actor,
            called_at=at,
        )
        AgendaItem.objects.bulk_create(_items(session, cases))
    return session


def check_call(*, programme: Programme, kind: str, opens_at: datetime, due_at: datetime, at: datetime) -> Council:
    """The council that a session can be called of, before its cases are looked at. Raises SessionRefused."""
    _refuse_times(kind, opens_at, due_at, at)
    council = council_of(programme=programme)
    if council is None:
        raise _no_quorum(0, 1)
    _refuse_without_quorum(council, due_at)
    return council


def _items(session: CouncilSession, cases: Sequence[Review]) -> list[AgendaItem]:
    return [
        AgendaItem(
            session=session,
            review=review,
            proposal=review.proposals.latest(),
            policy_version=review.assessment.policy_version,
            assessed_won=review.assessed_won,
            granted_before_won=_granted_before_won(review),
            group=group,
            position=position,
        )
        for position, (group, review) in enumerate(grouped(reviews=cases), start=1)
    ]


def _granted_before_won(review: Review) -> int:
    """What counts while the objection is decided; a claim that waits for the council has nothing yet."""
    return review.claim.determination.amount_won if review.claim.determination else 0


def _held(programme: Programme, reviews: Sequence[Review]) -> list[Review]:
    """The cases as they are now, held: claims first, then reviews, each in one order."""
    if not reviews:
        raise SessionRefused("session_empty", "안건을 하나 이상 골라 주세요.", "Please choose at least one case.")
    if len(reviews) > limits.AGENDA_ITEMS_MAX:
        raise SessionRefused(
            "session_too_long",
            f"안건은 한 번에 {limits.AGENDA_ITEMS_MAX}건까지 올릴 수 있습니다.",
            f"An agenda has at most {limits.AGENDA_ITEMS_MAX} cases.",
        )
    claims = Claim.objects.filter(programme=programme, reviews__in=[review.pk for review in reviews])
    list(claims.select_for_update(of=("self",), no_key=True).order_by("id"))
    rows = Review.objects.filter(programme=programme, pk__in=[review.pk for review in reviews])
    rows = rows.select_for_update(of=("self",), no_key=True).select_related(
        "claim__determination", "assessment__policy_version", "objection"
    )
    cases = list(rows.prefetch_related("claim__losses").order_by("id"))
    if len(cases) != len(set(reviews)):
        raise SessionRefused(
            "session_case_unknown",
            "이 지원 프로그램에 없는 건이 있습니다. 목록에서 다시 골라 주세요.",
            "One of the cases is not of this programme. Please choose again from the list.",
        )
    return cases


def _called_before(kind: str, due_at: datetime, cases: Sequence[Review], actor: User) -> CouncilSession | None:
    """A second click: the session that this person called with exactly these cases and times."""
    items = AgendaItem.objects.filter(review__in=cases, state=AgendaItemState.OPEN).select_related("session")
    sessions = {item.session for item in items}
    if len(sessions) != 1:
        return None
    [session] = sessions
    is_same = (session.kind, session.due_at, session.called_by_id) == (kind, due_at, actor.pk)
    return session if is_same and session.items.count() == len(cases) == len(items) else None


def _refuse_unready(cases: Sequence[Review]) -> None:
    ids = [review.pk for review in cases]
    open_items = AgendaItem.objects.filter(review__in=ids, state=AgendaItemState.OPEN)
    on_agenda = set(open_items.values_list("review", flat=True))
    proposed = set(Review.objects.filter(pk__in=ids, proposals__isnull=False).values_list("pk", flat=True))
    taken = [review for review in cases if review.pk in on_agenda]
    if taken:
        raise SessionRefused(
            "session_case_taken",
            f"이미 다른 안건에 올라 있는 건이 있습니다: {_named(taken)}",
            f"These cases are on an agenda already: {_named(taken)}",
        )
    unready = [review for review in cases if review.state != ReviewState.REFERRED or review.pk not in proposed]
    if unready:
        raise SessionRefused(
            "session_case_unready",
            f"협의체에 상정되지 않은 건이 있습니다: {_named(unready)}",
            f"These cases are not referred to the council: {_named(unready)}",
        )


def _named(reviews: Sequence[Review]) -> str:
    return ", ".join(review.claim.reference for review in reviews)


def _refuse_times(kind: str, opens_at: datetime, due_at: datetime, at: datetime) -> None:
    if kind not in SessionKind.values:
        raise SessionRefused(
            "session_kind_missing",
            "회의인지 서면 의결인지 골라 주세요.",
            "Please choose a meeting or a vote in writing.",
        )
    if due_at <= at:
        raise SessionRefused(
            "session_due_in_the_past", "의결 기한은 지금보다 뒤여야 합니다.", "The vote has to end later than now."
        )
    if due_at <= max(opens_at, at):
        raise SessionRefused(
            "session_ends_first",
            "의결 기한은 의결을 시작하는 때보다 뒤여야 합니다.",
            "The vote has to end after it begins.",
        )
    if due_at - opens_at > timedelta(days=limits.VOTE_DAYS_MAX):
        raise SessionRefused(
            "session_too_far",
            f"의결 기간은 {limits.VOTE_DAYS_MAX}일을 넘을 수 없습니다.",
            f"A vote takes at most {limits.VOTE_DAYS_MAX} days.",
        )


def _refuse_without_quorum(council: Council, due_at: datetime) -> None:
    """Whoever sits at its last moment: where that is too few, nothing could be decided."""
    rules = current_policy(programme=council.programme).policy.council
    last_day = day_in_seoul(due_at - timedelta(microseconds=1))
    seated = {holder.seat.party for holder in holders_at(council=council, day=last_day)}
    voting = sum(rules.may_vote(party) for party in seated)
    if voting < rules.parties_present_min:
        raise _no_quorum(voting, rules.parties_present_min)


def _no_quorum(voting: int, needed: int) -> SessionRefused:
    return SessionRefused(
        "session_without_quorum",
        f"의결 기한에 자리를 맡은 주체가 {voting}곳뿐입니다. {needed}곳 이상이어야 의결할 수 있습니다.",
        f"Only {voting} parties have somebody seated when the vote ends; {needed} are needed.",
    )
