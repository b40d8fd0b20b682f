import unicodedata

import pytest

from compensation.values.names import parse_name

BLANK, TOO_LONG, CHARACTERS = "name_blank", "name_too_long", "name_characters"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("한빛식당", "한빛식당"),
        (unicodedata.normalize("NFD", "한빛식당"), "한빛식당"),
        ("  한빛   식당 ", "한빛 식당"),
        ("한빛\u00a0식당\u3000", "한빛 식당"),
        ("한빛식당\r\n", "한빛식당"),
        ("(주)한빛 F&B 2호점", "(주)한빛 F&B 2호점"),
        ("㈜한빛", "㈜한빛"),
        ("O'Neill's Café", "O'Neill's Café"),
        ("김·이 상회, 서울!", "김·이 상회, 서울!"),
        ("中華料理 一番", "中華料理 一番"),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Hoa"),
        ("हिन्दी", "हिन्दी"),
        ("Ⅱ호점", "Ⅱ호점"),
        ("-", CHARACTERS),
        (1984, "1984"),
        (1984.0, "1984"),
        ("가" * 100, "가" * 100),
        (unicodedata.normalize("NFD", "각" * 100), "각" * 100),
        ("가" * 101, TOO_LONG),
        pytest.param("가" * 100_000, TOO_LONG, id="endless text"),
        ("", BLANK),
        ("  \u3000", BLANK),
        (None, BLANK),
        (True, BLANK),
        (1.5, BLANK),
        (["한빛"], BLANK),
        ("한빛\n식당", CHARACTERS),
        ("한빛\t식당", CHARACTERS),
        ("한빛\x00", CHARACTERS),
        ("한빛\x7f", CHARACTERS),
        ("한\u200b빛", CHARACTERS),
        ("\u200b", CHARACTERS),
        ("한빛\ufeff", CHARACTERS),
        ("\u202e한빛", CHARACTERS),
        ("\u2066한빛\u2069", CHARACTERS),
        ("한\u00ad빛", CHARACTERS),
        ("한\u2028빛", CHARACTERS),
        ("\u3164", CHARACTERS),
        ("\u115f한빛", CHARACTERS),
        ("한\uffa0빛", CHARACTERS),
        ("\u2800", CHARACTERS),
        ("한빛😀", CHARACTERS),
        ("한빛★", CHARACTERS),
        ("한빛☎️", CHARACTERS),
        ("1️⃣호점", CHARACTERS),
        ("1\u20e3호점", CHARACTERS),
        ("🇰🇷식당", CHARACTERS),
        ("👨‍👩‍👧 식당", CHARACTERS),
        ("👍🏽", CHARACTERS),
        ("™", CHARACTERS),
        ("ℹ", CHARACTERS),
        ("한빛\ufe0f", CHARACTERS),
        ("한빛\U000e0041", CHARACTERS),
        ("한빛\ue000", CHARACTERS),
        ("한빛\ud800", CHARACTERS),
        ("<b>한빛</b>", CHARACTERS),
        ("한빛|식당", CHARACTERS),
        ("!?", CHARACTERS),
    ],
)
def test_name(outcome, value, expected):
    assert outcome(parse_name, value) == expected


def test_another_length_can_be_asked_for(outcome):
    assert outcome(parse_name, "가나다라", length_max=3) == TOO_LONG
