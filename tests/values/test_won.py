from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.won import parse_won

MALFORMED, NEGATIVE, TOO_LARGE = "won_malformed", "won_negative", "won_too_large"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("350000", 350_000),
        ("350,000", 350_000),
        ("350,000원", 350_000),
        ("350,000 원", 350_000),
        ("350,000\u110b\u116f\u11ab", 350_000),  # 원 in NFD
        ("₩350,000", 350_000),
        ("￦350,000", 350_000),
        ("₩ 350,000", 350_000),
        ("\\350,000", 350_000),
        ("３５０，０００", 350_000),
        (" 350000\u00a0", 350_000),
        ("350000.0", 350_000),
        ("350,000.00", 350_000),
        (350_000, 350_000),
        (350_000.0, 350_000),
        (Decimal("350000.00"), 350_000),
        ("0", 0),
        ("10,000,000,000", 10_000_000_000),
        ("10,000,000,001", TOO_LARGE),
        (10_000_000_001, TOO_LARGE),
        (10**63, TOO_LARGE),
        pytest.param(10**5000, MALFORMED, id="huge number"),
        pytest.param("9" * 5000, MALFORMED, id="endless text"),
        (350_000.5, MALFORMED),
        ("350000.5", MALFORMED),
        ("350000.", MALFORMED),
        (-1, NEGATIVE),
        ("-350,000", NEGATIVE),
        ("－350000", NEGATIVE),
        ("35만", MALFORMED),
        ("1e5", MALFORMED),
        ("1_000", MALFORMED),
        ("3,5000", MALFORMED),
        ("350,00", MALFORMED),
        ("350 000", MALFORMED),
        ("+350000", MALFORMED),
        ("=350000", MALFORMED),
        ("0x10", MALFORMED),
        ("$350", MALFORMED),
        ("٣٥٠", MALFORMED),
        ("३५०", MALFORMED),
        ("３５²", MALFORMED),
        ("①", MALFORMED),
        ("𝟑𝟓", MALFORMED),
        ("350\u200b000", MALFORMED),
        ("\u202e350000", MALFORMED),
        ("350\x00000", MALFORMED),
        ("350\n000", MALFORMED),
        ("3️⃣", MALFORMED),
        ("\u3164", MALFORMED),
        ("  ", MALFORMED),
        ("", MALFORMED),
        (None, MALFORMED),
        (True, MALFORMED),
        ([350_000], MALFORMED),
        (b"350000", MALFORMED),
        (float("nan"), MALFORMED),
        (float("inf"), MALFORMED),
        (Decimal("sNaN"), MALFORMED),
    ],
)
def test_won(outcome, value, expected):
    assert outcome(parse_won, value) == expected


def test_a_refusal_shows_how_to_write_it():
    with pytest.raises(ValueRefused) as caught:
        parse_won("35만")
    assert "350,000원" in caught.value.message_ko
    assert "350,000원" in caught.value.message_en


@given(st.integers(0, limits.LOST_SALES_WON_MAX), st.sampled_from(["{}", "{:,}", "{:,}원", "₩{:,}", "{}.0", " {:,} "]))
def test_every_written_form_of_an_amount_reads_back(amount_won, form):
    assert parse_won(form.format(amount_won)) == amount_won
