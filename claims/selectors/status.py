"""Where a claim stands: whose turn it is, since when and until when, and what its merchant can do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Prefetch, prefetch_related_objects

from claims.models import (
    Claim,
    ClaimTransition,
    Determination,
    Objection,
    ObjectionKind,
    Payout,
    PayoutOrigin,
    Question,
)
from compensation.policy.deadlines import Clock, Pause, Reading, read_clock
from compensation.policy.document import Policy
from compensation.policy.objections import Reason, Standing, why_no_confirmation, why_no_objection
from compensation.policy.tiers import COUNCIL
from compensation.policy.transitions import ClaimState, ObjectionState, PayoutState, QuestionState, ReviewState
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
    objection_holder: Holder | None = None  # who has the objection: it goes its way beside the payout
    payouts: tuple[Payout, ...] = ()  # what is paid, was paid or came back, oldest first


def with_status() -> tuple[Prefetch, ...]:
    """What `status_of` reads of claims besides their transitions: to be prefetched with them.

    With its review an objection knows whether an officer or the council has it. Nothing is joined: most claims have
    neither, and then nothing more is asked for.
    """
    questions = Question.objects.prefetch_related("asked_by", "answer__evidence")
    objections = Objection.objects.prefetch_related("determination", "review", "evidence")
    return Prefetch("questions", questions), Prefetch("objections", objections), with_payouts()


def with_payouts() -> Prefetch:
    """What `payouts_of_claim` reads of a claim: to be prefetched with it. Nothing is joined, as above."""
    return Prefetch("payouts", Payout.objects.order_by("id").prefetch_related("account", "batch", "top_up__top_up"))


def with_determinations() -> Prefetch:
    """What `determinations_of` reads of a claim: to be prefetched with it."""
    return Prefetch("determinations", Determination.objects.order_by("id"))


def policy_for(*, claim: Claim) -> Policy:
    """The rules of a claim: those it was assessed by, as what they promised stays; before that the current ones."""
    version = claim.assessment.policy_version if claim.assessment else current_policy(programme=claim.programme)
    return version.policy


def status_of(*, claim: Claim, policy: Policy, at: datetime) -> Status:
    """Reads what is prefetched with the claim: transitions, questions, objections."""
    questions = list(claim.questions.all())
    question = next((row for row in questions if row.state == QuestionState.ASKED), None)
    objection = next((row for row in claim.objections.all() if row.state == ObjectionState.RECEIVED), None)
    payouts = payouts_of_claim(claim=claim)
    holder = _holder(claim, question, objection, payouts)
    return Status(
        holder=holder,
        since=question.asked_at if question and holder == Holder.MERCHANT else _came_into(claim, claim.state),
        reading=_reading(claim, questions, policy, at),
        question=question,
        objection=objection,
        objection_reading=_objection_reading(objection, questions, policy, at),
        objection_holder=_objection_holder(objection, question),
        payouts=payouts,
    )


def payouts_of_claim(*, claim: Claim) -> tuple[Payout, ...]:
    """The payouts of a claim that were not cancelled, oldest first; what came back and is paid again is the new one.

    What came back and is owed no longer is left out: nothing is asked of anybody about it.
    """
    prefetch_related_objects([claim], with_payouts())  # where they did not come with the claim
    payouts = [row for row in claim.payouts.all() if row.state != PayoutState.CANCELLED]
    followed = {row.follows_id for row in payouts if row.origin == PayoutOrigin.AFTER_RETURN}
    return tuple(row for row in payouts if row.pk not in followed and row.given_up_at is None)


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
        route=COUNCIL if determination.by_council else determination.assessment.route,
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
    prefetch_related_objects([claim], with_determinations())  # where they did not come with the claim
    return list(claim.determinations.all())


@dataclass(frozen=True, slots=True)
class ObjectionResult:
    """What came of an objection or a request for confirmation: old and new side by side. Amounts in whole won."""

    objection: Objection
    before: Determination
    after: Determination

    @property
    def difference_won(self) -> int:
        """What is paid besides; never less than nothing."""
        return self.after.amount_won - self.before.amount_won


def result_of_objection(*, claim: Claim, determination: Determination | None) -> ObjectionResult | None:
    """The objection that led to this determination; None where none did. Reads what is prefetched with the claim."""
    if determination is None:
        return None
    for objection in claim.objections.all():
        if objection.state == ObjectionState.DECIDED and objection.closed_at == determination.decided_at:
            return ObjectionResult(objection, objection.determination, determination)
    return None


def _objection_reading(
    objection: Objection | None, questions: Sequence[Question], policy: Policy, at: datetime
) -> Reading | None:
    if objection is None:
        return None
    return objection_reading(objection=objection, questions=questions, policy=policy, at=at)


def _holder(claim: Claim, question: Question | None, objection: Objection | None, payouts: Sequence[Payout]) -> Holder:
    if claim.state == ClaimState.DETERMINED and claim.determination and claim.determination.amount_won:
        if any(row.state == PayoutState.RETURNED for row in payouts):
            return Holder.MERCHANT  # to name another account
        if not payouts or any(row.state != PayoutState.PAID for row in payouts):
            return Holder.PAYMENTS  # whatever is objected to or asked meanwhile
    if question:
        return Holder.MERCHANT
    if claim.state == ClaimState.DETERMINED:
        return _objection_holder(objection, question) or Holder.NOBODY
    holders = {ClaimState.RECEIVED: Holder.MACHINE, ClaimState.AWAITING_COUNCIL: Holder.COUNCIL}
    return holders.get(ClaimState(claim.state), Holder.NOBODY)


def _objection_holder(objection: Objection | None, question: Question | None) -> Holder | None:
    """The merchant while something is asked; the council once the officer has referred it."""
    if objection is None:
        return None
    if question:
        return Holder.MERCHANT
    review = getattr(objection, "review", None)  # those filed before reviews were kept get theirs within a minute
    return Holder.COUNCIL if review and review.state == ReviewState.REFERRED else Holder.OFFICER


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
