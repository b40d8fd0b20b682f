"""The holder that was said beside the bank's."""

import pytest

from compensation.policy.holder_names import Likeness, compare

SHOP, OWNER = "길동분식", "홍길동"

# said, answered, likeness, why
TABLE = [
    ("홍길동", "홍길동", "matches", "same"),
    ("길동분식", "길동분식", "matches", "same"),
    (" 홍길동", "홍길동  ", "matches", "same"),
    ("홍길동", "홍길동", "matches", "same"),
    ("주식회사 길동분식", "주식회사 길동분식", "matches", "same"),
    ("(주)길동분식", "길동분식", "nearly", "written_otherwise"),
    ("길동분식", "주식회사길동분식", "nearly", "written_otherwise"),
    ("길동분식", "㈜길동분식", "nearly", "written_otherwise"),
    ("길동 분식", "길동분식", "nearly", "written_otherwise"),
    ("홍길동", "홍길동(길동분식)", "nearly", "written_otherwise"),
    ("홍길동(길동분식)", "홍길동", "nearly", "written_otherwise"),
    ("홍길동", "홍길동 길동분식", "nearly", "with_business"),
    ("길동분식", "홍길동길동분식", "nearly", "with_business"),
    ("길동분식", "홍길동", "nearly", "other_name"),
    ("홍길동", "(주)길동분식", "nearly", "other_name"),
    ("김철수", "김철수", "nearly", "somebody_else"),
    ("한빛나라사랑채길동분식본점", "한빛나라사랑채길동분", "nearly", "cut"),
    ("한빛나라사랑채길동분식본점", "한빛나라", "differs", "different"),
    ("홍길동", "홍길순", "differs", "different"),
    ("홍길동", "김철수", "differs", "different"),
    ("홍길동", "홍", "differs", "different"),
    ("홍길동", "", "differs", "different"),
    ("", "", "differs", "different"),
    ("홍길동", "(주)", "differs", "different"),
]


@pytest.mark.parametrize(("said", "answered", "likeness", "code"), TABLE)
def test_what_is_the_same_nearly_the_same_and_another_name(said, answered, likeness, code):
    found = compare(said=said, answered=answered, also=(SHOP, OWNER))
    assert (found.likeness, found.code) == (Likeness(likeness), code)
    assert found.reason("ko") != found.reason("en")


def test_nobody_is_verified_where_the_business_has_no_name_on_record():
    assert compare(said="홍길동", answered="홍길동", also=("", "")).likeness == Likeness.NEARLY
