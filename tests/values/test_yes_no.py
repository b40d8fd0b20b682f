import unicodedata

import pytest

from compensation.values.yes_no import parse_yes_no

YES = ["유", "있음", "예", "네", "Y", "y", "Yes", "O", "o", "Ｏ", "○", "1", "１", 1, 1.0, True, "true", " 유 "]
NO = ["무", "없음", "아니오", "아니요", "N", "n", "no", "X", "x", "×", "0", "０", 0, 0.0, False, "FALSE"]


@pytest.mark.parametrize("value", [*YES, unicodedata.normalize("NFD", "예")])
def test_yes(value):
    assert parse_yes_no(value) is True


@pytest.mark.parametrize("value", [*NO, unicodedata.normalize("NFD", "아니오")])
def test_no(value):
    assert parse_yes_no(value) is False


@pytest.mark.parametrize(
    "value",
    [
        "유/무",
        "2",
        2,
        0.5,
        "10",
        "ㅇ",
        "١",
        "유\u200b",
        "⭕",
        "❌",
        "1️⃣",
        "\u3164",
        "유\x00",
        "  ",
        None,
        float("nan"),
        pytest.param("유" * 5000, id="endless text"),
    ],
)
def test_anything_else_is_refused(outcome, value):
    assert outcome(parse_yes_no, value) == "yes_no_malformed"
