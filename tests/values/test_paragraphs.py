"""What people write in their own words, in its normal form."""

import unicodedata

import pytest

from compensation import limits
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("카드 단말기가 멈췄습니다.", "카드 단말기가 멈췄습니다."),
        ("  앞뒤  빈칸\t정리 ", "앞뒤 빈칸 정리"),
        ("첫 줄\r\n둘째 줄\r셋째 줄", "첫 줄\n둘째 줄\n셋째 줄"),
        ("문단\n\n\n\n\n문단", "문단\n\n문단"),
        ("가\x00나\x07다", "가나다"),
        ("\u202eabc\u200b\u3164", "abc"),
        (unicodedata.normalize("NFD", "매출"), "매출"),
        ("<b>굵게</b> =1+1 🙂 שלום １２３", "<b>굵게</b> =1+1 🙂 שלום １２３"),
        ("", ""),
        (" \n\t ", ""),
        ("\u200b\u200b", ""),
        (None, ""),
        (12, ""),
    ],
)
def test_a_text_in_its_normal_form(typed, text):
    assert parse_paragraphs(typed) == text


def test_the_longest_text_is_taken_and_one_character_more_is_not():
    longest = "가" * limits.PARAGRAPHS_LENGTH_MAX
    assert parse_paragraphs(longest) == longest
    assert parse_paragraphs(unicodedata.normalize("NFD", longest)) == longest
    for too_long in (longest + "가", longest * 100):
        with pytest.raises(ValueRefused, match="at most 2,000 characters"):
            parse_paragraphs(too_long)
