import pytest

from compensation.values.contacts import ContactValue, parse_contact

PHONE = ContactValue("phone", "+821012345678")
EMAIL = ContactValue("email", "Hong@example.kr")
MALFORMED = "contact_malformed"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("010-1234-5678", PHONE),
        (" ０１０１２３４５６７８ ", PHONE),
        ("+82 10 1234 5678", PHONE),
        ("Hong@Example.KR", EMAIL),
        ("Hong＠example.kr", EMAIL),
        ("02-123-4567", "phone_not_mobile"),
        ("1588-1234", "phone_not_mobile"),
        ("010-1234", "phone_malformed"),
        ("+1 212 555 0123", "phone_not_korean"),
        ("hong@", "email_malformed"),
        ("홍길동@example.kr", "email_malformed"),
        ("a@b@c.kr", "email_malformed"),
        ("hong", MALFORMED),
        ("홍길동", MALFORMED),
        ("", MALFORMED),
        ("   ", MALFORMED),
        ("🙂", "phone_malformed"),
        ("010\x0012345678", "phone_malformed"),
        ("=HYPERLINK(1)", MALFORMED),
        ("<b>010-1234-5678</b>", MALFORMED),
        ("\u202e010-1234-5678", "phone_malformed"),
        pytest.param("1" * 5000, MALFORMED, id="endless text"),
        (None, MALFORMED),
        (1012345678, MALFORMED),
    ],
)
def test_contact(outcome, value, expected):
    assert outcome(parse_contact, value) == expected


def test_capitals_make_no_other_contact():
    assert parse_contact("HONG@example.kr").key == parse_contact("hong@EXAMPLE.kr").key


@pytest.mark.parametrize("contact", [PHONE, EMAIL])
def test_what_is_shown_is_read_back(contact):
    assert parse_contact(contact.written) == contact
