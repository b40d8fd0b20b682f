import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.values.business_numbers import format_business_number, parse_business_number
from compensation.values.refused import ValueRefused

MALFORMED, WRONG_CHECK = "business_number_malformed", "business_number_wrong_check"
NUMBER = "2208162517"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("220-81-62517", NUMBER),
        ("2208162517", NUMBER),
        ("220 81 62517", NUMBER),
        ("220–81–62517", NUMBER),
        ("２２０－８１－６２５１７", NUMBER),
        (" 220-81-62517 ", NUMBER),
        (2208162517, NUMBER),
        (2208162517.0, NUMBER),
        ("120-81-47521", "1208147521"),
        ("116-82-00276", "1168200276"),
        ("116-82-00273", WRONG_CHECK),
        ("123-45-67890", WRONG_CHECK),
        ("220-81-62518", WRONG_CHECK),
        ("000-00-00000", MALFORMED),
        ("220-81-6251", MALFORMED),
        ("220-81-625177", MALFORMED),
        ("2.20816E+09", MALFORMED),
        ("220.81.62517", MALFORMED),
        ("220_81_62517", MALFORMED),
        ("٢٢٠٨١٦٢٥١٧", MALFORMED),
        ("220-81-\u200b62517", MALFORMED),
        ("\u202e2208162517", MALFORMED),
        ("2208162517\x00", MALFORMED),
        ("2️⃣208162517", MALFORMED),
        ("\u115f2208162517", MALFORMED),
        (-2208162517, MALFORMED),
        (2208162517.5, MALFORMED),
        pytest.param(10**5000, MALFORMED, id="huge number"),
        pytest.param("2" * 5000, MALFORMED, id="endless text"),
        ("  ", MALFORMED),
        (None, MALFORMED),
        (True, MALFORMED),
        (float("inf"), MALFORMED),
    ],
)
def test_business_number(outcome, value, expected):
    assert outcome(parse_business_number, value) == expected


@given(st.integers(1, 10**9 - 1))
def test_nine_digits_have_exactly_one_check_digit(first_nine):
    passed = 0
    for check in range(10):
        try:
            passed += bool(parse_business_number(f"{first_nine:09d}{check}"))
        except ValueRefused:
            continue
    assert passed == 1


def test_a_business_number_is_shown_with_dashes():
    assert format_business_number(NUMBER) == "220-81-62517"
