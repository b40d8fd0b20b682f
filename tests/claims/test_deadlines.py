"""Deadlines of reviews: what passed and what comes near, at the bounds; who is reminded, and what is told once."""

from datetime import datetime, timedelta

import pytest
from django.db.models import Q

from claims.models import Review
from claims.selectors.deadlines import deadline_counts, deadlines_of, working_days_left
from claims.services import desk
from claims.services.deadlines import escalate, remind_officers
from claims.services.questions import ask
from claims.tasks import watch_deadlines
from claims.templatetags.quality_wording import time_left
from compensation.messaging.models import Message
from compensation.programmes.selectors import current_policy
from tests.cast import NOW, SEOUL
from tests.claims.desk_cast import another, case
from tests.claims.status_cast import SALES
from tests.concurrency.waiting import at_once

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def seoul(month, day, hour=0, minute=0) -> datetime:
    return datetime(2023, month, day, hour, minute, tzinfo=SEOUL)


DUE_AT = seoul(3, 1)  # twenty working days after Tuesday, 31 January end with 28 February; 1 March is a holiday
NEAR_FROM = seoul(2, 23)  # three working days, Friday, Monday and Tuesday, are left after it


@pytest.fixture
def review(programme) -> Review:
    review = case(programme)
    assert review.due_at == DUE_AT
    return review


def counts(programme, at, whose=None) -> tuple[int, int, int]:
    policy = current_policy(programme=programme).policy
    found = deadline_counts(programme=programme, policy=policy, at=at, whose=whose or Q())
    return found.passed, found.soon, found.late_answers


@pytest.mark.parametrize(
    ("at", "passed", "soon"),
    [
        (NEAR_FROM - SECOND, 0, 0),
        (NEAR_FROM, 0, 1),
        (DUE_AT - SECOND, 0, 1),
        (DUE_AT, 1, 0),
        (DUE_AT + timedelta(days=100), 1, 0),
    ],
)
def test_a_deadline_comes_near_with_three_working_days_left_and_passes_at_midnight(programme, review, at, passed, soon):
    assert counts(programme, at) == (passed, soon, 0)


@pytest.mark.parametrize(
    ("until", "at", "days", "said"),
    [
        (DUE_AT, seoul(2, 23), 3, "3일 남음"),
        (DUE_AT, seoul(2, 25), 2, "2일 남음"),  # a Saturday
        (DUE_AT, DUE_AT - SECOND, 0, "오늘까지"),
        (DUE_AT, DUE_AT, 0, "지남"),  # a holiday
        (DUE_AT, seoul(3, 2), -1, "1일 지남"),
        (DUE_AT, seoul(3, 6, 9), -3, "3일 지남"),  # the Monday after
    ],
)
def test_working_days_are_counted_to_the_last_day_and_from_it(until, at, days, said):
    assert (working_days_left(until=until, at=at), time_left(until, at)) == (days, said)


def test_who_waits_for_the_merchant_has_no_deadline_but_the_answer_has(programme, officer, review):
    question = ask(claim=review.claim, kinds=[SALES], text="", actor=officer, at=NOW)
    late = question.due_at
    assert counts(programme, late - SECOND) == (0, 0, 0)
    assert counts(programme, late) == (0, 0, 1)
    found = deadlines_of(programme=programme, policy=current_policy(programme=programme).policy, at=late - SECOND)
    assert (found.soon_answers, found.late_answers) == ([review], [])


def test_the_lists_can_be_ones_own_or_nobodys(programme, officer, review):
    nobodys = case(programme)
    desk.take(review=review, actor=officer, version=None, at=NOW)
    assert counts(programme, DUE_AT, Q(officer=officer)) == (1, 0, 0)
    found = deadlines_of(
        programme=programme, policy=current_policy(programme=programme).policy, at=DUE_AT, whose=Q(officer=None)
    )
    assert found.passed == [nobodys]


def test_what_is_decided_has_no_deadline_any_more(programme, review):
    Review.objects.update(state="closed", closed_at=NOW)
    assert counts(programme, DUE_AT) == (0, 0, 0)


@pytest.fixture
def mail(programme, officer, ops):
    """The officer and ops can be reached; another officer cannot."""
    for user in (officer, ops):
        user.email = f"{user.username}@example.kr"
        user.save()
    return another(programme)


def told(template: str) -> list[str]:
    return [message.recipient for message in Message.objects.filter(template=template).order_by("id")]


@pytest.mark.parametrize(
    ("at", "reminded"),
    [
        (seoul(2, 24, 8, 59), 0),
        (seoul(2, 24, 9), 1),
        (seoul(2, 24, 17, 59), 1),
        (seoul(2, 24, 18), 0),
        (seoul(2, 25, 10), 0),  # a Saturday
        (seoul(3, 1, 10), 0),  # a holiday
        (seoul(2, 22, 10), 0),  # not near yet
    ],
)
def test_officers_are_reminded_in_office_hours_of_working_days(programme, officer, mail, review, at, reminded):
    desk.take(review=review, actor=officer, version=None, at=NOW)
    assert remind_officers(programme=programme, at=at) == reminded
    assert told("review_deadlines") == ["officer@example.kr"] * reminded


def test_once_a_day_and_officer_whatever_runs_and_nobody_without_an_address(programme, officer, mail, review):
    desk.take(review=review, actor=officer, version=None, at=NOW)
    for one in (case(programme), case(programme)):
        desk.take(review=one, actor=officer, version=None, at=NOW)
    desk.take(review=case(programme), actor=mail, version=None, at=NOW)
    for hour in (9, 10, 11):
        remind_officers(programme=programme, at=seoul(2, 27, hour))
    assert told("review_deadlines") == ["officer@example.kr"]
    assert "기한이 다가오는 심사: 3건" in Message.objects.get(template="review_deadlines").body
    remind_officers(programme=programme, at=seoul(2, 28, 9))
    assert len(told("review_deadlines")) == 2


def test_what_passed_is_marked_and_told_once_to_operations(programme, mail, review):
    assert escalate(programme=programme, at=DUE_AT - SECOND) == 0
    assert escalate(programme=programme, at=DUE_AT) == 1
    assert escalate(programme=programme, at=DUE_AT + SECOND) == 0
    assert Review.objects.get().escalated_at == DUE_AT
    assert told("review_escalation") == ["ops@example.kr"]


def test_a_deadline_that_moved_on_and_passed_again_is_told_again(programme, mail, review):
    escalate(programme=programme, at=DUE_AT)
    Review.objects.update(due_at=DUE_AT + timedelta(days=5))
    assert escalate(programme=programme, at=DUE_AT + timedelta(days=5) - SECOND) == 0
    assert escalate(programme=programme, at=DUE_AT + timedelta(days=5)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_it_once(programme, mail, review):
    assert sorted(at_once(*[lambda: escalate(programme=programme, at=DUE_AT)] * 2)) == [0, 1]
    assert len(told("review_escalation")) == 1


def test_the_task_looks_at_every_programme_that_was_announced(programme, mail, review):
    watch_deadlines()  # today is long after
    assert len(told("review_escalation")) == 1
