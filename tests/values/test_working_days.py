from datetime import date

import pytest

from compensation.policy.deadlines import is_working_day
from compensation.values.working_days import working_calendar


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2022, 10, 10), False),  # in place of Hangul Day, a Sunday
        (date(2023, 1, 20), True),
        (date(2023, 1, 21), False),  # Seollal, 21 to 23 January
        (date(2023, 1, 23), False),
        (date(2023, 1, 24), False),  # in place of the 22nd, a Sunday
        (date(2023, 1, 25), True),
        (date(2023, 5, 1), False),  # Labour Day: banks and offices rest
        (date(2023, 5, 29), False),  # in place of the Buddha's birthday, a Saturday
        (date(2023, 10, 2), False),  # set by the government for this year
        (date(2026, 5, 1), False),  # a public holiday by now
        (date(2026, 5, 4), True),
    ],
)
def test_koreas_holidays_and_their_substitute_days_are_no_working_days(day, works):
    assert is_working_day(day=day, holidays=working_calendar()) == works


def test_the_calendar_is_made_once():
    assert working_calendar() is working_calendar()
