"""Whether an account's holder is the business or its representative, as banks write them."""

import pytest

from compensation import limits
from compensation.policy.case_checks import CHECKS, holder_matches

NAMES = ("(주)길동 분식", "홍길동")


@pytest.mark.parametrize(
    ("holder", "matches"),
    [
        ("홍길동", True),
        ("홍 길동", True),
        ("길동분식", True),
        ("㈜길동분식", True),
        ("주식회사 길동분식", True),
        ("홍길동(길동분식)", True),
        ("김소상(길동분식)", True),
        ("길동-분식", True),
        ("ㄱㅣㄹ동분식", False),
        ("김소상", False),
        ("홍길동순", False),
        ("(주)", False),
        ("", False),
    ],
)
def test_a_holder_matches_whatever_its_spelling(holder, matches):
    assert holder_matches(holder=holder, names=NAMES) is matches


def test_nothing_matches_names_that_are_only_punctuation():
    assert not holder_matches(holder="...", names=("(주)", "..."))


def test_every_code_fits_its_column_and_has_both_languages():
    assert all(len(code) <= limits.CHECK_CODE_LENGTH_MAX for code in CHECKS)
    assert all(
        check.meaning("ko") != check.meaning("en") and check.name_ko != check.name_en for check in CHECKS.values()
    )
