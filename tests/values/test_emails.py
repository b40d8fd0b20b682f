import pytest

from compensation.values.emails import parse_email

MALFORMED = "email_malformed"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("kim@example.com", "kim@example.com"),
        (" Kim.Owner+shop@Example.CO.KR ", "Kim.Owner+shop@example.co.kr"),
        ("kim@sub-domain.example.com\n", "kim@sub-domain.example.com"),
        ("a@b.kr", "a@b.kr"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
        ("a" * 65 + "@example.com", MALFORMED),
        ("a@" + ".".join(["b" * 60] * 5) + ".com", MALFORMED),
        ("kim", MALFORMED),
        ("kim@", MALFORMED),
        ("@example.com", MALFORMED),
        ("kim@example", MALFORMED),
        ("kim@@example.com", MALFORMED),
        ("kim@example..com", MALFORMED),
        ("kim@-example.com", MALFORMED),
        (".kim@example.com", MALFORMED),
        ("kim..lee@example.com", MALFORMED),
        ("kim lee@example.com", MALFORMED),
        ("kim@example.com, lee@example.com", MALFORMED),
        ("kim@example.com\nBcc: lee@example.com", MALFORMED),
        ("김@example.com", MALFORMED),
        ("kim@예시.한국", MALFORMED),
        ("kim@example.com\x00", MALFORMED),
        ("kim\u200b@example.com", MALFORMED),
        ("\u202ekim@example.com", MALFORMED),
        ("kim😀@example.com", MALFORMED),
        pytest.param("a" * 100_000 + "@example.com", MALFORMED, id="endless text"),
        ("  ", MALFORMED),
        (None, MALFORMED),
        (True, MALFORMED),
        (1, MALFORMED),
    ],
)
def test_email(outcome, value, expected):
    assert outcome(parse_email, value) == expected
