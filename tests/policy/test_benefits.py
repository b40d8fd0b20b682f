from datetime import UTC, date, datetime

import pytest

from compensation.policy.benefits import NotActivated, Validity, read_validity, valid_until
from compensation.policy.checking import Table
from compensation.policy.seoul import SEOUL

GRANTED = datetime(2023, 1, 5, 15, 30, tzinfo=SEOUL)
DAYS_90 = Validity("days", days=90)
MONTH = Validity("month_from_activation")


@pytest.mark.parametrize(
    ("validity", "granted_at", "until"),
    [
        (Validity("permanent"), GRANTED, None),
        (DAYS_90, GRANTED, datetime(2023, 4, 6, tzinfo=SEOUL)),
        (DAYS_90, datetime(2023, 1, 5, tzinfo=SEOUL), datetime(2023, 4, 6, tzinfo=SEOUL)),
        (DAYS_90, datetime(2023, 1, 4, 15, 0, tzinfo=UTC), datetime(2023, 4, 6, tzinfo=SEOUL)),  # 5 January in Seoul
        (DAYS_90, datetime(2023, 1, 4, 14, 59, tzinfo=UTC), datetime(2023, 4, 5, tzinfo=SEOUL)),
        (Validity("until", until=date(2023, 6, 30)), GRANTED, datetime(2023, 7, 1, tzinfo=SEOUL)),
    ],
)
def test_validity_ends_at_the_end_of_its_last_day_in_seoul(validity, granted_at, until):
    assert valid_until(validity=validity, granted_at=granted_at) == until


@pytest.mark.parametrize(
    ("activated_on", "last_day_after"),
    [
        ((2023, 1, 15), (2023, 2, 16)),
        ((2023, 1, 31), (2023, 3, 1)),
        ((2024, 1, 30), (2024, 3, 1)),
        ((2023, 12, 31), (2024, 2, 1)),
    ],
)
def test_a_month_runs_to_the_same_day_of_the_next_month(activated_on, last_day_after):
    activated_at = datetime(*activated_on, 23, 59, tzinfo=SEOUL)
    until = valid_until(validity=MONTH, granted_at=GRANTED, activated_at=activated_at)
    assert until == datetime(*last_day_after, tzinfo=SEOUL)


def test_a_month_from_an_activation_that_never_was_is_refused():
    with pytest.raises(NotActivated):
        valid_until(validity=MONTH, granted_at=GRANTED)


@pytest.mark.parametrize(
    "validity", [Validity("permanent"), DAYS_90, MONTH, Validity("until", until=date(2023, 6, 30))]
)
def test_validity_reads_back_from_storage(validity):
    assert Validity.from_json(validity.as_json()) == validity


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ({"kind": "permanent"}, []),
        ({"kind": "days", "days": 90}, []),
        ({"kind": "until", "until": date(2023, 6, 30)}, []),
        ({"kind": "days"}, ["validity.days"]),
        ({"kind": "days", "days": 0}, ["validity.days"]),
        ({"kind": "permanent", "days": 90}, ["validity.days"]),
        ({"kind": "until", "until": "2023-06-30"}, ["validity.until"]),
        ({"kind": "forever"}, ["validity.kind"]),
    ],
)
def test_a_validity_in_the_programme_file_is_checked(content, faults):
    table = Table(content, "validity", [])
    read_validity(table)
    assert [fault.path for fault in table.faults] == faults
