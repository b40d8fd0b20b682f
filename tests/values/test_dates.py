from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.policy.seoul import SEOUL
from compensation.values.dates import parse_date

MALFORMED, YEAR_FIRST, IMPOSSIBLE, OUT_OF_RANGE = (
    "date_malformed",
    "date_year_first",
    "date_impossible",
    "date_out_of_range",
)
DAY = "2022-10-15 00:00"


@pytest.mark.parametrize(
    ("value", "has_time", "expected"),
    [
        ("2022-10-15", False, DAY),
        ("2022.10.15", False, DAY),
        ("2022.10.15.", False, DAY),
        ("2022. 10. 15.", False, DAY),
        ("2022/10/15", False, DAY),
        ("20221015", False, DAY),
        (20221015, False, DAY),
        (20221015.0, False, DAY),
        ("2022년 10월 15일", False, DAY),
        ("2022년10월15일", False, DAY),
        ("2022\u1102\u1167\u11ab 10\u110b\u116f\u11af 15\u110b\u1175\u11af", False, DAY),  # NFD
        ("２０２２－１０－１５", False, DAY),
        (" 2022-10-15 ", False, DAY),
        (date(2022, 10, 15), False, DAY),
        (datetime(2022, 10, 15), False, DAY),  # noqa: DTZ001
        ("2022-1-5", False, "2022-01-05 00:00"),
        ("2024-02-29", False, "2024-02-29 00:00"),
        ("2022-10-15 00:00", True, DAY),
        ("2022-10-15 15:30", True, "2022-10-15 15:30"),
        ("2022.10.15 15:30:00", True, "2022-10-15 15:30"),
        ("20221015 15:30", True, "2022-10-15 15:30"),
        ("2022-10-15 오후 3:30:00", True, "2022-10-15 15:30"),
        ("2022-10-15 오전 12:05", True, "2022-10-15 00:05"),
        ("2022년 10월 15일 15시 30분", True, "2022-10-15 15:30"),
        ("2022년 10월 15일 오후 3시", True, "2022-10-15 15:00"),
        ("2022-10-15T15:30", True, "2022-10-15 15:30"),
        ("2022-10-15T15:30:00+09:00", True, "2022-10-15 15:30"),
        ("2022-10-15T06:30:00.000Z", True, "2022-10-15 15:30"),
        ("2022-10-15T01:30:00-05:00", True, "2022-10-15 15:30"),
        (datetime(2022, 10, 15, 15, 30), True, "2022-10-15 15:30"),  # noqa: DTZ001
        (datetime(2022, 10, 15, 6, 30, tzinfo=UTC), True, "2022-10-15 15:30"),
        (datetime(2022, 10, 14, 15, 0, tzinfo=UTC), True, DAY),
    ],
)
def test_dates_are_read_in_seoul(value, has_time, expected):
    result = parse_date(value)
    assert result.moment.tzinfo is SEOUL
    assert result.has_time == has_time
    assert result.moment.strftime("%Y-%m-%d %H:%M") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10/15/2022", YEAR_FIRST),
        ("15-10-2022", YEAR_FIRST),
        ("15.10.2022 15:30", YEAR_FIRST),
        ("22.10.15", YEAR_FIRST),
        ("10/11/12", YEAR_FIRST),
        ("2022-02-29", IMPOSSIBLE),
        ("2022-13-01", IMPOSSIBLE),
        ("2022-00-10", IMPOSSIBLE),
        ("20221301", IMPOSSIBLE),
        ("2022-10-15 24:00", IMPOSSIBLE),
        ("2022-10-15 15:60", IMPOSSIBLE),
        ("2022-10-15 오후 15:30", IMPOSSIBLE),
        ("2022-10-15T15:30+99:00", IMPOSSIBLE),
        ("0000-10-15", IMPOSSIBLE),
        ("1999-12-31", OUT_OF_RANGE),
        ("0001-01-01T00:00+09:00", OUT_OF_RANGE),
        ("2100-01-01", OUT_OF_RANGE),
        (date(9999, 12, 31), OUT_OF_RANGE),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), OUT_OF_RANGE),
        (datetime(2099, 12, 31, 23, 0, tzinfo=UTC), OUT_OF_RANGE),
        ("2022-W41-6", MALFORMED),
        ("2022-10/15", MALFORMED),
        ("2022-10", MALFORMED),
        ("2022", MALFORMED),
        ("15 Oct 2022", MALFORMED),
        ("어제", MALFORMED),
        ("2022-10-15 15", MALFORMED),
        ("2022-10-15 15:30 ~", MALFORMED),
        ("2022-10-15; DROP", MALFORMED),
        ("٢٠٢٢-١٠-١٥", MALFORMED),
        ("2022-10-1\u200b5", MALFORMED),
        ("2022-10-15\x00", MALFORMED),
        ("\u202e2022-10-15", MALFORMED),
        ("2️⃣022-10-15", MALFORMED),
        (44849, MALFORMED),
        (44849.5, MALFORMED),
        (True, MALFORMED),
        (float("nan"), MALFORMED),
        pytest.param(10**5000, MALFORMED, id="huge number"),
        pytest.param("2" * 5000, MALFORMED, id="endless text"),
        ("  ", MALFORMED),
        (None, MALFORMED),
    ],
)
def test_other_dates_are_refused(outcome, value, expected):
    assert outcome(parse_date, value) == expected


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d"]))
def test_every_date_reads_back(day, form):
    assert parse_date(day.strftime(form)).day == day
