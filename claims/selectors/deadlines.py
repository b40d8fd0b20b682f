"""Deadlines that passed or come near: of what is under review, and of questions that merchants have not answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from claims.models import Review
from compensation.policy.deadlines import Clock, due_at, is_working_day
from compensation.policy.document import Policy
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import OPEN_REVIEW_STATES, QuestionState
from compensation.programmes.models import Programme
from compensation.values.working_days import working_calendar

LISTED_MAX = 100  # of each list: who has more than that works through the queue, which has the same order

# A passed deadline is told once; one that moved on after that and passed again is told again.
NOT_ESCALATED = Q(escalated_at__isnull=True) | Q(escalated_at__lt=F("due_at"))
EVERYBODYS = Q()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reviews passed their deadline or come near it, and how many merchants are late with an answer."""

    passed: int
    soon: int
    late_answers: int

    def __bool__(self) -> bool:
        return bool(self.passed or self.soon or self.late_answers)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The lists, most urgent first and no longer than LISTED_MAX; `counts` tell how many there are in all."""

    counts: Counts
    passed: list[Review]
    soon: list[Review]
    late_answers: list[Review]
    soon_answers: list[Review]


def soon_until(*, policy: Policy, at: datetime) -> datetime:
    """A deadline at or before this moment comes near: its last day is today or one of the next working days (aware).

    How many, is the policy's `reminder_days`, by which merchants are reminded too.
    """
    end = due_at(clock=Clock(at, max(policy.deadlines.reminder_days, 1)), holidays=working_calendar())
    if end is None:
        raise AssertionError("a clock that never stands still has an end")
    return end


def working_days_left(*, until: datetime, at: datetime) -> int:
    """Working days after today up to the last day before `until`: 0 is "today"; negative, as many have passed since."""
    last, today = day_in_seoul(until - timedelta(microseconds=1)), day_in_seoul(at)
    first, end, sign = (today, last, 1) if today <= last else (last, today, -1)
    days = (first + timedelta(days=number) for number in range(1, (end - first).days + 1))
    return sign * sum(is_working_day(day=day, holidays=working_calendar()) for day in days)


def running(*, programme: Programme) -> QuerySet[Review]:
    """What is under review and whose clock runs, most urgent first."""
    rows = Review.objects.filter(programme=programme, state__in=OPEN_REVIEW_STATES, due_at__isnull=False)
    return rows.order_by("due_at", "id")


def waiting_for_merchant(*, programme: Programme) -> QuerySet[Any]:
    """What stands still until the merchant answers by `answer_due_at`, most urgent first."""
    rows = Review.objects.filter(
        programme=programme, state__in=OPEN_REVIEW_STATES, claim__questions__state=QuestionState.ASKED
    )
    return rows.annotate(answer_due_at=F("claim__questions__due_at")).order_by("answer_due_at", "id")


def deadline_counts(*, programme: Programme, policy: Policy, at: datetime, whose: Q = EVERYBODYS) -> Counts:
    """How many there are; `whose`: a condition on the officer. Two queries."""
    until = soon_until(policy=policy, at=at)
    reviews = running(programme=programme).filter(whose, due_at__lte=until).order_by()
    found = reviews.aggregate(passed=Count("pk", filter=Q(due_at__lte=at)), soon=Count("pk", filter=Q(due_at__gt=at)))
    late = waiting_for_merchant(programme=programme).filter(whose, answer_due_at__lte=at)
    return Counts(passed=found["passed"], soon=found["soon"], late_answers=late.order_by().count())


def deadlines_of(*, programme: Programme, policy: Policy, at: datetime, whose: Q = EVERYBODYS) -> Deadlines:
    """The lists; `whose`: a condition on the officer. Six queries."""
    until = soon_until(policy=policy, at=at)
    reviews = _with_shown(running(programme=programme).filter(whose))
    answers = _with_shown(waiting_for_merchant(programme=programme).filter(whose))
    return Deadlines(
        counts=deadline_counts(programme=programme, policy=policy, at=at, whose=whose),
        passed=list(reviews.filter(due_at__lte=at)[:LISTED_MAX]),
        soon=list(reviews.filter(due_at__gt=at, due_at__lte=until)[:LISTED_MAX]),
        late_answers=list(answers.filter(answer_due_at__lte=at)[:LISTED_MAX]),
        soon_answers=list(answers.filter(answer_due_at__gt=at, answer_due_at__lte=until)[:LISTED_MAX]),
    )


def _with_shown(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With what a list shows of each; what is encrypted is not read, as it is not shown."""
    hidden = ("claim__merchant__phone", "claim__merchant__email", "objection__reasons")
    return rows.select_related("claim__merchant", "officer", "objection").defer(*hidden)
