from datetime import UTC, date, datetime

import pytest

from compensation.policy.checking import Table


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (datetime(2022, 10, 15, 6, 30, tzinfo=UTC), datetime(2022, 10, 15, 6, 30, tzinfo=UTC)),
        (datetime(2022, 10, 15, 6, 30), None),  # noqa: DTZ001
        (date(2022, 10, 15), None),
        ("2022-10-15T06:30:00Z", None),
    ],
)
def test_a_moment_needs_its_offset(value, read):
    table = Table({"opens_at": value}, "window", [])
    assert table.moment("opens_at") == read
    assert [fault.path for fault in table.faults] == ([] if read else ["window.opens_at"])


@pytest.mark.parametrize("value", [datetime(2022, 10, 15, tzinfo=UTC), "2022-10-15", 20221015])
def test_a_day_is_a_date_without_a_time(value):
    table = Table({"until": value}, "", [])
    assert table.day("until") is None
    assert [fault.path for fault in table.faults] == ["until"]


def test_a_table_knows_whether_it_is_faultless_itself():
    root = Table({"good": {"name": "가"}, "bad": {}}, "", [])
    bad, good = root.table("bad"), None
    bad.text("name")
    good = root.table("good")
    good.text("name")
    assert (good.is_faultless, bad.is_faultless) == (True, False)


def test_an_unknown_key_is_a_fault_once_the_table_is_closed():
    table = Table({"name": "가", "nmae": "나"}, "item", [])
    table.text("name")
    table.close()
    assert [fault.path for fault in table.faults] == ["item.nmae"]
