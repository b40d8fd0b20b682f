"""Deadlines of reviews: reminding officers once a working day, and telling operations once when one has passed (ours).

Messages go to the e-mail address of the account; whoever has none finds the same on the list. They say how many cases
there are and nothing about them.
"""

from datetime import datetime, time
from itertools import chain

from django.db import transaction
from django.db.models import Count, Q

from claims.models import Review
from claims.selectors.deadlines import NOT_ESCALATED, running, soon_until, waiting_for_merchant
from compensation.messaging.models import Channel
from compensation.messaging.services.outbox import LANGUAGE, write
from compensation.policy.deadlines import is_working_day
from compensation.policy.seoul import SEOUL, day_in_seoul
from compensation.programmes.models import Programme, Role
from compensation.programmes.selectors import current_policy
from compensation.values.working_days import working_calendar
from users.models import User

OFFICE_HOURS = (time(9), time(18))  # in Seoul: nobody is reminded at night
BATCH_REVIEWS = 1_000


def remind_officers(*, programme: Programme, at: datetime) -> int:
    """Reminds each officer whose cases passed their deadline or come near it; how many officers that was.

    On working days in office hours, one message an officer and day however often this runs: so nobody is reminded of
    a case twice a day, or a hundred times of a hundred cases.
    """
    if not _in_office_hours(at):
        return 0
    due = _due_by_officer(programme, at)
    officers = User.objects.filter(pk__in=due, is_active=True).exclude(email="")
    for officer in officers:
        soon, passed, answers = due[officer.pk]
        write(
            template="review_deadlines",
            to=officer.email,
            channel=Channel.EMAIL,
            variables={"soon": soon, "passed": passed, "answers": answers},
            language=LANGUAGE,
            at=at,
            dedupe_key=f"deadlines {programme.pk} {officer.pk} {day_in_seoul(at)}",
            programme=programme,
        )
    return len(officers)


def escalate(*, programme: Programme, at: datetime, size: int = BATCH_REVIEWS) -> int:
    """Marks reviews whose deadline has passed since the last time and tells operations how many; returns that.

    Each is marked and told once, whatever runs at the same time.
    """
    marked = 0
    while count := _escalate_next(programme, at, size):
        marked += count
    return marked


@transaction.atomic
def _escalate_next(programme: Programme, at: datetime, size: int) -> int:
    """Reviews that somebody is changing right now come with the next run."""
    late = running(programme=programme).filter(NOT_ESCALATED, due_at__lte=at)
    reviews = [review.pk for review in late.select_for_update(skip_locked=True, no_key=True).only("pk")[:size]]
    if not reviews:
        return 0
    Review.objects.filter(pk__in=reviews).update(escalated_at=at)
    told = User.objects.filter(
        programme_roles__programme=programme, programme_roles__role=Role.OPS, is_active=True
    ).exclude(email="")
    for user in told:
        write(
            template="review_escalation",
            to=user.email,
            channel=Channel.EMAIL,
            variables={"passed": len(reviews)},
            language=LANGUAGE,
            at=at,
            dedupe_key=f"escalation {programme.pk} {user.pk} {reviews[0]} {at.isoformat()}",
            programme=programme,
        )
    return len(reviews)


def _in_office_hours(at: datetime) -> bool:
    opens, closes = OFFICE_HOURS
    works = is_working_day(day=day_in_seoul(at), holidays=working_calendar())
    return works and opens <= at.astimezone(SEOUL).time() < closes


def _due_by_officer(programme: Programme, at: datetime) -> dict[int, tuple[int, int, int]]:
    """By officer's id: how many cases come near their deadline, passed it, and wait for a late answer."""
    until = soon_until(policy=current_policy(programme=programme).policy, at=at)
    taken = Q(officer__isnull=False)
    near = running(programme=programme).filter(taken, due_at__lte=until).order_by()
    late = waiting_for_merchant(programme=programme).filter(taken, answer_due_at__lte=at).order_by()
    soon_passed = {
        officer: (soon, passed)
        for officer, soon, passed in near.values_list("officer").annotate(
            soon=Count("pk", filter=Q(due_at__gt=at)), passed=Count("pk", filter=Q(due_at__lte=at))
        )
    }
    answers = dict(late.values_list("officer").annotate(count=Count("pk")))
    officers = set(chain(soon_passed, answers))
    return {officer: (*soon_passed.get(officer, (0, 0)), answers.get(officer, 0)) for officer in officers}
