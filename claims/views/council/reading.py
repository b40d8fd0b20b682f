"""One case of a session, as those see it who read or vote on it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from claims.models import AgendaItem
from claims.selectors.ballots import cap_won, choices_for, least_won, reasons_for, recusals_on, spoken, vote_by
from claims.selectors.case_papers import papers_of
from claims.selectors.council import seat_for
from claims.selectors.council_record import item_record
from claims.selectors.recusals import proposed_recusals
from claims.selectors.similar import similar_cases
from claims.selectors.voters import why_no_vote
from claims.views.council.access import VOTE, note_reading, read_by
from compensation import limits
from compensation.policy.council import NEEDS_REASONS, Choice
from compensation.policy.likeness import ratio_bp
from compensation.policy.reasons import CaseReason
from compensation.policy.recusals import BASES, Basis
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import AgendaItemState
from compensation.programmes.access import may
from compensation.programmes.models import Programme

VIEW_EVIDENCE = "programmes.view_evidence"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of the ballot, with the reasons that can go with it; plain support rests on the proposal's."""

    choice: Choice
    reasons: tuple[CaseReason, ...]
    needs_reasons: bool
    has_amount: bool


def sees_pages(request: HttpRequest, programme: Programme) -> bool:
    """Whether the person may look at documents: operations may not."""
    return may(request, VIEW_EVIDENCE, programme) or may(request, VOTE, programme)


def options_of(item: AgendaItem) -> list[Option]:
    return [
        Option(
            choice=choice,
            reasons=reasons_for(item=item, choice=choice) if choice in NEEDS_REASONS else (),
            needs_reasons=choice in NEEDS_REASONS,
            has_amount=choice == Choice.SUPPORT_OTHER,
        )
        for choice in choices_for(item=item)
        if choice != Choice.SUPPORT_OTHER or least_won(item=item) <= cap_won(item=item)
    ]


def case_content(request: HttpRequest, programme: Programme, item: AgendaItem) -> dict[str, Any]:
    """Everything of the case's page but the form's own faults. Reading it leaves an access record."""
    at = timezone.now()
    is_read = bool(read_by(request, [item], programme, at))
    is_open = item.state == AgendaItemState.OPEN
    session = item.session
    content = {
        "programme": programme,
        "session": session,
        "item": item,
        "policy": item.policy_version.policy,
        "papers": papers_of(items=[item])[0] if is_read else None,
        "sees_pages": sees_pages(request, programme),
        "similar": _similar(item) if is_read else None,
        "cap_won": cap_won(item=item),
        "spoken": spoken(item=item, at=at) if is_open else None,
        "record": None if is_open else item_record(item=item, decision=getattr(item, "decision", None)),
        "next": session.items.filter(position__gt=item.position).order_by("position").first(),
        "previous": session.items.filter(position__lt=item.position).order_by("-position").first(),
        "at": at,
    }
    if is_read:
        note_reading(request, [item], "council_case_read")
    return content | _ballot(request, programme, item, is_read)


def _similar(item: AgendaItem) -> dict[str, Any]:
    """How similar cases were decided, with the proposal among them: ratios of the assessed loss in basis points."""
    found = similar_cases(claim=item.review.claim, assessed_won=item.assessed_won)
    ratio = ratio_bp(amount_won=item.proposal.amount_won, assessed_won=item.assessed_won)
    is_unusual = found.usual is not None and not found.usual.holds(ratio)
    return {"found": found, "ratio_bp": ratio, "is_unusual": is_unusual}


def _ballot(request: HttpRequest, programme: Programme, item: AgendaItem, is_read: bool) -> dict[str, Any]:
    """What concerns the person as a member: the own vote or recusal, why not, and the forms."""
    member, at = request.user, timezone.now()
    seat = seat_for(user=member, council=item.session.council, day=day_in_seoul(at))
    if not may(request, VOTE, programme) or seat is None:
        return {"is_member": False}
    why_not = why_no_vote(item=item, member=member, at=at)
    own_vote = vote_by(item=item, member=member)
    recusal = next((row for row in recusals_on(item=item) if row.member_id == member.pk), None)
    proposed = proposed_recusals(item=item, member=member)
    may_recuse = item.state == AgendaItemState.OPEN and own_vote is None and recusal is None
    return {
        "is_member": True,
        "own_vote": own_vote,
        "recusal": recusal,
        "proposed": proposed if may_recuse else (),
        "bases": _bases(proposed) if may_recuse else (),
        "why_not": why_not,
        "may_vote": why_not is None and is_read,
        "options": options_of(item) if why_not is None and is_read else [],
        "least_won": least_won(item=item),
        "vote_text_max": limits.PARAGRAPHS_LENGTH_MAX,
        "recusal_text_max": limits.REVIEW_NOTE_LENGTH_MAX,
    }


def _bases(proposed: tuple[Basis, ...]) -> list[Basis]:
    """What the data show comes first."""
    return [*proposed, *(basis for basis in BASES.values() if basis not in proposed)]
