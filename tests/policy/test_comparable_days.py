"""Lost sales from comparable days: which weeks, which average, and how it reads."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.policy.comparable_days import Days, NothingToCompare, comparable_weeks, compare

SATURDAY, SUNDAY = date(2022, 10, 15), date(2022, 10, 16)
AMOUNTS = st.integers(0, 10**10)


def test_the_weeks_before_have_the_same_weekdays_and_the_nearest_comes_first():
    assert comparable_weeks(days=Days(SATURDAY, SUNDAY)) == (
        Days(date(2022, 10, 8), date(2022, 10, 9)),
        Days(date(2022, 10, 1), date(2022, 10, 2)),
        Days(date(2022, 9, 24), date(2022, 9, 25)),
        Days(date(2022, 9, 17), date(2022, 9, 18)),
    )


@given(first=st.dates(date(2010, 1, 1), date(2090, 1, 1)), length=st.integers(0, 40))
def test_no_compared_day_lies_within_the_outage(first, length):
    days = Days(first, first + timedelta(days=length))
    weeks = comparable_weeks(days=days)
    assert all(week.last < first for week in weeks)
    assert {week.first.weekday() for week in weeks} == {first.weekday()}
    assert len(weeks) == 4


@pytest.mark.parametrize(
    ("usual_won", "outage_won", "average_won", "lost_won"),
    [
        ((400_000, 420_000, 380_000, 400_000), 100_000, 400_000, 300_000),
        ((400_000, None, None, None), 100_000, 400_000, 300_000),
        ((None, 100, 101, None), 0, 100, 100),  # below a won is cut off
        ((0, 0, 0, 0), 0, 0, 0),
        ((100, 100, 100, 100), 100, 100, 0),
        ((100, 100, 100, 100), 500, 100, 0),  # more than usual was sold: nothing lost
    ],
)
def test_the_average_of_the_given_weeks_less_the_outage(usual_won, outage_won, average_won, lost_won):
    found = compare(usual_won=usual_won, outage_won=outage_won)
    assert (found.average_won, found.lost_sales_won) == (average_won, lost_won)


@pytest.mark.parametrize(("usual_won", "outage_won"), [((), 0), ((None, None), 5), ((-1,), 0), ((1,), -1)])
def test_without_a_usual_week_there_is_nothing_to_compare(usual_won, outage_won):
    with pytest.raises(NothingToCompare):
        compare(usual_won=usual_won, outage_won=outage_won)


@given(usual=st.lists(AMOUNTS, min_size=1, max_size=4), outage=AMOUNTS)
def test_the_loss_is_never_more_than_was_usually_sold_and_never_negative(usual, outage):
    found = compare(usual_won=usual, outage_won=outage)
    assert 0 <= found.lost_sales_won <= found.average_won <= max(usual)


def test_the_working_reads_as_sentences():
    found = compare(usual_won=(400_000, None, 300_000), outage_won=100_000)
    assert found.working("ko") == (
        "평소 매출은 (400,000원 + 300,000원) ÷ 2 = 350,000원입니다.",
        "매출 손실액은 350,000원 - 100,000원 = 250,000원입니다.",
    )
    assert found.working("en") == (
        "Usual sales are (400,000 won + 300,000 won) ÷ 2 = 350,000 won.",
        "The loss of sales is 350,000 won - 100,000 won = 250,000 won.",
    )


def test_the_working_says_when_nothing_was_lost():
    found = compare(usual_won=(100,), outage_won=200)
    assert "적지 않아 매출 손실액은 0원" in found.working("ko")[1]
    assert "not below the usual ones" in found.working("en")[1]
