import pytest

from compensation.values.phones import format_phone, is_mobile, parse_phone

MALFORMED, NOT_KOREAN = "phone_malformed", "phone_not_korean"
MOBILE = "+821012345678"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("010-1234-5678", MOBILE),
        ("01012345678", MOBILE),
        ("010 1234 5678", MOBILE),
        ("010.1234.5678", MOBILE),
        ("010–1234–5678", MOBILE),
        ("(010) 1234-5678", MOBILE),
        ("０１０－１２３４－５６７８", MOBILE),
        ("+82 10-1234-5678", MOBILE),
        ("+82 (0)10-1234-5678", MOBILE),
        ("+82-010-1234-5678", MOBILE),
        ("821012345678", MOBILE),
        ("02-123-4567", "+8221234567"),
        ("02-1234-5678", "+82212345678"),
        ("031-123-4567", "+82311234567"),
        ("070-1234-5678", "+827012345678"),
        ("1588-1234", "+8215881234"),
        ("+8215881234", "+8215881234"),
        ("+8221234567", "+8221234567"),
        ("1012345678", MALFORMED),
        (1012345678, MALFORMED),
        ("1234-5678", MALFORMED),
        ("112", MALFORMED),
        ("010-1234-567", MALFORMED),
        ("+82 10-123-4567", MALFORMED),
        ("011-123-4567", "+82111234567"),
        ("010-1234-56789", MALFORMED),
        ("060-700-1234", MALFORMED),
        ("080-123-4567", MALFORMED),
        ("+1 212 555 0123", NOT_KOREAN),
        ("+81 90-1234-5678", NOT_KOREAN),
        ("010-1234-5678 #5", MALFORMED),
        ("010-1234-ABCD", MALFORMED),
        ("010-1234-5678, 02-123-4567", MALFORMED),
        ("tel:010-1234-5678", MALFORMED),
        ("٠١٠١٢٣٤٥٦٧٨", MALFORMED),
        ("010\u200b12345678", MALFORMED),
        ("\u202d01012345678", MALFORMED),
        ("010\x0012345678", MALFORMED),
        ("0️⃣1012345678", MALFORMED),
        ("1.01235E+09", MALFORMED),
        pytest.param("0" * 5000, MALFORMED, id="endless text"),
        ("  ", MALFORMED),
        (None, MALFORMED),
        (True, MALFORMED),
        (float("nan"), MALFORMED),
    ],
)
def test_phone(outcome, value, expected):
    assert outcome(parse_phone, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1012345678", MOBILE),
        (1012345678, MOBILE),
        (1012345678.0, MOBILE),
        ("10-1234-5678", MOBILE),
        (21234567, "+8221234567"),
        (311234567, "+82311234567"),
        (15881234, "+8215881234"),
        ("010-1234-5678", MOBILE),
        ("+82 10-1234-5678", MOBILE),
        (821012345678, MOBILE),
        (1234567, MALFORMED),
        (1012345678.5, MALFORMED),
    ],
)
def test_a_cell_that_lost_its_zero_is_mended(outcome, value, expected):
    assert outcome(parse_phone, value, lost_zero=True) == expected


@pytest.mark.parametrize(
    ("e164", "mobile"), [(MOBILE, True), ("+82212345678", False), ("+827012345678", False), ("+8215881234", False)]
)
def test_codes_go_to_mobiles_only(e164, mobile):
    assert is_mobile(e164) == mobile


def test_a_phone_is_shown_as_people_write_it():
    assert format_phone(MOBILE) == "010-1234-5678"
