"""The trial balance at any time and by day: every account named, always 0 together, days as they are in Seoul."""

from datetime import date, datetime, timedelta

import pytest

from compensation.ledger.models import Account, Transfer
from compensation.ledger.selectors import balances, balances_by_day, transfers_of
from tests.cast import SEOUL

pytestmark = pytest.mark.django_db

MIDNIGHT = datetime(2023, 2, 1, tzinfo=SEOUL)
SECOND = timedelta(seconds=1)


@pytest.fixture
def booked(programme):
    """100 before midnight in Seoul, 30 of it moved on after it; in UTC both are the same day."""
    for number, (source, target, amount_won, at) in enumerate(
        [
            ("budget", "merchant_payable", 100, MIDNIGHT - SECOND),
            ("merchant_payable", "payouts_released", 30, MIDNIGHT),
        ]
    ):
        Transfer.objects.create(
            programme=programme,
            from_account=source,
            to_account=target,
            amount_won=amount_won,
            kind=f"test {number}",
            source_id=7,
            booked_at=at,
        )
    return programme


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (MIDNIGHT - SECOND, {}),
        (MIDNIGHT, {"budget": -100, "merchant_payable": 100}),
        (MIDNIGHT + SECOND, {"budget": -100, "merchant_payable": 70, "payouts_released": 30}),
        (None, {"budget": -100, "merchant_payable": 70, "payouts_released": 30}),
    ],
)
def test_the_balance_at_any_time_names_every_account(booked, as_of, expected):
    assert balances(programme=booked, as_of=as_of) == dict.fromkeys(Account.values, 0) | expected


def test_a_day_ends_at_midnight_in_seoul_and_each_day_sums_to_zero(booked):
    first, second = balances_by_day(programme=booked)
    assert (first.day, second.day) == (date(2023, 1, 31), date(2023, 2, 1))
    assert (first.balances["merchant_payable"], second.balances["merchant_payable"]) == (100, 70)
    assert second.changes == dict.fromkeys(Account.values, 0) | {"merchant_payable": -30, "payouts_released": 30}
    assert {sum(found.values()) for day in (first, second) for found in (day.changes, day.balances)} == {0}


def test_another_programmes_money_is_not_in_it(booked):
    other = type(booked).objects.create(code="other", name_ko="x", name_en="x", incident=booked.incident)
    assert set(balances(programme=other).values()) == {0}
    assert balances_by_day(programme=other) == []


def test_entries_are_found_by_what_booked_them(booked):
    found = transfers_of(sources=[("test 0", 7), ("test 1", 8)])
    assert {key: entry.amount_won for key, entry in found.items()} == {("test 0", 7): 100}
    assert transfers_of(sources=[]) == {}
