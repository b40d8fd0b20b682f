from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.policy.wording import percent_text
from compensation.values.percent import parse_percent

MALFORMED, OUT_OF_RANGE = "percent_malformed", "percent_out_of_range"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.5", 1_250),
        ("12.5%", 1_250),
        ("12.5 %", 1_250),
        ("１２．５％", 1_250),
        ("12.50", 1_250),
        ("12.05", 1_205),
        (12.5, 1_250),
        (Decimal("12.5"), 1_250),
        (12, 1_200),
        (0.07 * 100, 700),  # 7.000000000000001
        (0.57 * 100, 5_700),  # 56.99999999999999
        ("0", 0),
        ("100", 10_000),
        ("0.125", MALFORMED),
        (0.125, MALFORMED),
        ("12.345", MALFORMED),
        (12.345, MALFORMED),
        ("100.01", OUT_OF_RANGE),
        (101, OUT_OF_RANGE),
        (10**9, OUT_OF_RANGE),
        pytest.param(10**400, MALFORMED, id="huge number"),
        ("-3", OUT_OF_RANGE),
        (-3, OUT_OF_RANGE),
        ("12,5", MALFORMED),
        ("12.", MALFORMED),
        (".5", MALFORMED),
        ("1e1", MALFORMED),
        ("1_0", MALFORMED),
        ("12.5%%", MALFORMED),
        ("약 12%", MALFORMED),
        ("١٢", MALFORMED),
        ("12\u200b", MALFORMED),
        ("1️⃣", MALFORMED),
        ("12\x00", MALFORMED),
        ("  ", MALFORMED),
        (None, MALFORMED),
        (True, MALFORMED),
        (float("nan"), MALFORMED),
        (float("-inf"), MALFORMED),
        (Decimal("NaN"), MALFORMED),
    ],
)
def test_percent(outcome, value, expected):
    assert outcome(parse_percent, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-3", -300),
        ("-3.25%", -325),
        (-3.25, -325),
        ("-1000", -100_000),
        ("-1000.01", OUT_OF_RANGE),
        ("--3", MALFORMED),
    ],
)
def test_a_margin_may_be_negative(outcome, value, expected):
    assert outcome(parse_percent, value, allow_negative=True) == expected


@given(st.integers(0, 10_000))
def test_every_percentage_reads_back(ratio_bp):
    assert parse_percent(percent_text(ratio_bp)) == ratio_bp
    assert parse_percent(ratio_bp / 100) == ratio_bp
