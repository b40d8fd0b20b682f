"""Where a claim stands: whose turn it is, since when and until when, and what its merchant can do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Prefetch

from claims.models import Claim, ClaimTransition, Determination, Objection, ObjectionKind, Question
from compensation.policy.deadlines import Clock, Pause, Reading, read_clock
from compensation.policy.document import Policy
from compensation.policy.objections import Reason, Standing, why_no_confirmation, why_no_objection
from compensation.policy.transitions import ClaimState, ObjectionState, QuestionState
from compensation.programmes.selectors import current_policy
from compensation.values.working_days import working_calendar

WHY_NOT = {ObjectionKind.OBJECTION: why_no_objection, ObjectionKind.CONFIRMATION: why_no_confirmation}


class Holder(StrEnum):
    """Who has the next thing to do."""

    MACHINE = "machine"
    COUNCIL = "council"
    MERCHANT = "merchant"
    OFFICER = "officer"
    PAYMENTS = "payments"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Status:
    """Where a claim stands. `reading` is the clock of what is being done; None where no deadline runs.

    `question` is what the merchant is asked now; while there is one, the clock stands still.
    """

    holder: Holder
    since: datetime
    reading: Reading | None
    question: Question | None
    objection: Objection | None
    objection_reading: Reading | None


def with_status() -> tuple[Prefetch, ...]:
    """What `status_of` reads of claims besides their transitions: to be prefetched with them."""
    questions = Question.objects.select_related("answer", "asked_by").prefetch_related("answer__evidence")
    objections = Objection.objects.select_related("determination").prefetch_related("evidence")
    return Prefetch("questions", questions), Prefetch("objections", objections)


def policy_for(*, claim: Claim) -> Policy:
    """The rules of a claim: those it was assessed by, as what they promised stays; before that the current ones."""
    version = claim.assessment.policy_version if claim.assessment else current_policy(programme=claim.programme)
    return version.policy


def status_of(*, claim: Claim, policy: Policy, at: datetime) -> Status:
    """Reads what is prefetched with the claim: transitions, questions, objections."""
    questions = list(claim.questions.all())
    question = next((row for row in questions if row.state == QuestionState.ASKED), None)
    objection = next((row for row in claim.objections.all() if row.state == ObjectionState.RECEIVED), None)
    holder = _holder(claim, question, objection)
    return Status(
        holder=holder,
        since=question.asked_at if question and holder == Holder.MERCHANT else _came_into(claim, claim.state),
        reading=_reading(claim, questions, policy, at),
        question=question,
        objection=objection,
        objection_reading=_objection_reading(objection, questions, policy, at),
    )


def objection_reading(*, objection: Objection, questions: Sequence[Question], policy: Policy, at: datetime) -> Reading:
    """The clock of an objection: from its receipt, standing still while the merchant is asked."""
    clock = Clock(objection.filed_at, policy.deadlines.objection_working_days, _pauses(questions))
    return read_clock(clock=clock, at=at, holidays=working_calendar())


def why_not_open_to(
    *, kind: ObjectionKind, claim: Claim, determination: Determination, policy: Policy, at: datetime
) -> Reason | None:
    """The first rule that keeps the merchant from this kind of objection to a determination; None if nothing does."""
    standing = Standing(
        determined_at=determination.decided_at,
        route=determination.assessment.route,
        is_current=claim.determination_id == determination.pk and claim.state != ClaimState.WITHDRAWN,
        has_open_objection=open_objection_of(claim=claim) is not None,
    )
    return WHY_NOT[kind](standing=standing, at=at, policy=policy)


def open_question_of(*, claim: Claim) -> Question | None:
    """What the merchant is asked and has not answered."""
    return next((row for row in claim.questions.all() if row.state == QuestionState.ASKED), None)


def open_objection_of(*, claim: Claim) -> Objection | None:
    """The objection or request for confirmation that waits for its decision."""
    return next((row for row in claim.objections.all() if row.state == ObjectionState.RECEIVED), None)


def determinations_of(*, claim: Claim) -> list[Determination]:
    """All determinations of a claim, oldest first; their numbers in addresses are their places, from 1."""
    rows = claim.determinations.select_related("assessment__policy_version", "superseded_by").order_by("id")
    return list(rows)


def _objection_reading(
    objection: Objection | None, questions: Sequence[Question], policy: Policy, at: datetime
) -> Reading | None:
    if objection is None:
        return None
    return objection_reading(objection=objection, questions=questions, policy=policy, at=at)


def _holder(claim: Claim, question: Question | None, objection: Objection | None) -> Holder:
    if claim.state == ClaimState.DETERMINED and claim.determination and claim.determination.amount_won:
        return Holder.PAYMENTS  # whatever is objected to or asked meanwhile
    if question:
        return Holder.MERCHANT
    if claim.state == ClaimState.DETERMINED:
        return Holder.OFFICER if objection else Holder.NOBODY
    holders = {ClaimState.RECEIVED: Holder.MACHINE, ClaimState.AWAITING_COUNCIL: Holder.COUNCIL}
    return holders.get(ClaimState(claim.state), Holder.NOBODY)


def _reading(claim: Claim, questions: Sequence[Question], policy: Policy, at: datetime) -> Reading | None:
    days = {
        ClaimState.RECEIVED: policy.deadlines.assessment_working_days,
        ClaimState.AWAITING_COUNCIL: policy.deadlines.council_working_days,
    }.get(ClaimState(claim.state))
    if days is None:
        return None
    clock = Clock(_began(claim), days, _pauses(questions))
    return read_clock(clock=clock, at=at, holidays=working_calendar())


def _began(claim: Claim) -> datetime:
    """When the clock of the claim's state began: the first time since the last determination, if any.

    So a claim that is corrected and assessed again on its way comes back to the clock as it was, not to a new one.
    """
    began: ClaimTransition | None = None
    for move in claim.transitions.all():
        if move.to_state == ClaimState.DETERMINED:
            began = None
        elif move.to_state == claim.state and began is None:
            began = move
    return began.at if began else claim.received_at


def _came_into(claim: Claim, state: str) -> datetime:
    moves = [move.at for move in claim.transitions.all() if move.to_state == state]
    return moves[-1] if moves else claim.received_at


def _pauses(questions: Iterable[Question]) -> tuple[Pause, ...]:
    return tuple(Pause(question.asked_at, question.closed_at) for question in questions)
