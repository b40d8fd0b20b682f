from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.policy.deadlines import (
    Clock,
    ClockRefused,
    Pause,
    answer_until,
    due_at,
    is_working_day,
    objection_until,
    read_clock,
    remind_at,
)
from compensation.policy.seoul import SEOUL, day_in_seoul

HOLIDAYS = frozenset({date(2023, 1, 23), date(2023, 1, 24)})  # Monday and Tuesday


def seoul(day, hour=10, minute=0):
    """A time in January 2023; the 16th is a Monday."""
    return datetime(2023, 1, day, hour, minute, tzinfo=SEOUL)


def clock(*pauses, working_days=3, start=None):
    return Clock(start or seoul(16), working_days, tuple(Pause(*pause) for pause in pauses))


MINUTES = st.integers(0, 40 * 24 * 60).map(lambda minutes: seoul(16, 0) + timedelta(minutes=minutes))
PAUSES = st.lists(st.tuples(MINUTES, MINUTES).map(sorted).map(tuple), max_size=4)


@pytest.mark.parametrize(("day", "works"), [(20, True), (21, False), (22, False), (23, False), (24, False), (25, True)])
def test_weekends_and_holidays_are_no_working_days(day, works):
    assert is_working_day(day=date(2023, 1, day), holidays=HOLIDAYS) == works


@pytest.mark.parametrize(
    ("start", "working_days", "due"),
    [
        (seoul(16, 0), 1, seoul(18, 0)),  # the first day never counts, not even from its first minute
        (seoul(16, 23, 59), 1, seoul(18, 0)),
        (seoul(16), 4, seoul(21, 0)),
        (seoul(16), 5, seoul(26, 0)),  # over the weekend and two holidays
        (seoul(21), 1, seoul(26, 0)),
        (datetime(2023, 1, 15, 15, tzinfo=UTC), 1, seoul(18, 0)),  # already the 16th in Seoul
    ],
)
def test_a_deadline_ends_with_its_last_working_day_in_seoul(start, working_days, due):
    assert due_at(clock=clock(start=start, working_days=working_days), holidays=HOLIDAYS) == due


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([(seoul(17, 9), seoul(17, 18))], seoul(20, 0)),  # answered on the same day: nothing is lost
        ([(seoul(17, 9), seoul(19, 9))], seoul(26, 0)),  # the 17th and 18th do not count; the 19th, 20th, 25th do
        ([(seoul(17, 9), seoul(18, 0))], seoul(21, 0)),  # answered at midnight: the 17th was paused to its end
        ([(seoul(18, 0), seoul(18, 9))], seoul(20, 0)),  # asked at midnight: the 17th counts
        ([(seoul(21, 9), seoul(24, 9))], seoul(20, 0)),  # after it was due
        ([(seoul(17, 9), seoul(18, 9)), (seoul(17, 12), seoul(19, 9))], seoul(26, 0)),  # two questions at once
        ([(seoul(17, 9), None)], None),
        ([(seoul(20, 9), None)], seoul(20, 0)),  # still open, but asked after it was due
    ],
)
def test_the_clock_stands_still_while_the_merchant_is_asked(pauses, due):
    assert due_at(clock=clock(*pauses), holidays=HOLIDAYS) == due


@pytest.mark.parametrize(
    ("at", "pauses", "reading"),
    [
        (seoul(16), [], (seoul(20, 0), 3, False, False)),
        (seoul(17), [], (seoul(20, 0), 2, False, False)),
        (seoul(19, 23, 59), [], (seoul(20, 0), 0, False, False)),
        (seoul(20, 0), [], (seoul(20, 0), 0, False, True)),
        (seoul(18), [(seoul(18, 9), seoul(19, 9))], (None, 2, True, False)),
        (seoul(18), [(seoul(19, 9), None)], (seoul(20, 0), 1, False, False)),  # not asked yet
        (seoul(19), [(seoul(18, 9), seoul(19, 9))], (seoul(21, 0), 1, False, False)),
    ],
)
def test_a_clock_shows_what_is_left_at_a_moment(at, pauses, reading):
    assert read_clock(clock=clock(*pauses), at=at, holidays=HOLIDAYS) == reading


@given(PAUSES, st.integers(1, 20))
def test_pauses_only_ever_move_a_deadline_and_by_no_more_than_they_lasted(pauses, working_days):
    plain = due_at(clock=clock(working_days=working_days), holidays=())
    moved = due_at(clock=clock(*pauses, working_days=working_days), holidays=())
    asked_days = sum((end.date() - begin.date()).days for begin, end in pauses)
    between = [plain.date() + timedelta(days=number) for number in range((moved - plain).days)]
    assert plain <= moved
    assert sum(is_working_day(day=day, holidays=()) for day in between) <= asked_days


@given(PAUSES, MINUTES, MINUTES)
def test_the_clock_never_starts_again_from_zero(pauses, one, other):
    first, later = sorted((one, other))
    paused = clock(*pauses, working_days=20)
    left = [read_clock(clock=paused, at=at, holidays=HOLIDAYS).remaining_working_days for at in (first, later)]
    assert (
        left[0] + 1 >= left[1]
    )  # today is counted in advance, and given back when the merchant is asked before its end
    assert left[0] >= left[1] or day_in_seoul(first) in {day_in_seoul(began) for began, _ in pauses}


@given(PAUSES, MINUTES, st.integers(1, 20))
def test_overdue_means_that_the_due_moment_has_come(pauses, at, working_days):
    reading = read_clock(clock=clock(*pauses, working_days=working_days), at=at, holidays=HOLIDAYS)
    assert reading.is_overdue == (reading.due_at is not None and reading.due_at <= at)
    assert not (reading.is_overdue and reading.remaining_working_days)


@pytest.mark.parametrize("faulty", [clock(working_days=0), clock((seoul(18), seoul(17)))])
def test_a_clock_that_makes_no_sense_is_refused(faulty):
    with pytest.raises(ClockRefused):
        due_at(clock=faulty, holidays=())


@pytest.mark.parametrize("moment", [seoul(16, 0), seoul(16, 23, 59), datetime(2023, 1, 15, 15, tzinfo=UTC)])
def test_calendar_days_end_with_their_last_day_in_seoul(policy, moment):
    assert objection_until(determined_at=moment, policy=policy) == datetime(2023, 2, 16, tzinfo=SEOUL)
    assert answer_until(asked_at=moment, policy=policy) == seoul(31, 0)
    assert remind_at(asked_at=moment, policy=policy) == seoul(28, 0)
