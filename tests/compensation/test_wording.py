"""Amounts, times and bars as pages write them, in both languages; and that the English texts are complete."""

import io

import pytest
from django.core.management import call_command
from django.utils import translation

from compensation.runtime.charts import Bin, histogram
from compensation.runtime.templatetags.wording import duration, won, won_axis, won_range, won_short


@pytest.mark.parametrize(
    ("amount_won", "korean", "english"),
    [
        (0, "0원", "₩0"),
        (999_999, "999,999원", "₩999,999"),
        (91_860_000, "91,860,000원", '<abbr title="₩91,860,000">₩91.9m</abbr>'),
        (100_000_000, '<abbr title="100,000,000원">1억원</abbr>', '<abbr title="₩100,000,000">₩100.0m</abbr>'),
        (
            530_970_000_000,
            '<abbr title="530,970,000,000원">5,309억 7,000만원</abbr>',
            '<abbr title="₩530,970,000,000">₩531.0bn</abbr>',
        ),
        (
            1_234_567_890_123,
            '<abbr title="1,234,567,890,123원">1조 2,345억원</abbr>',
            '<abbr title="₩1,234,567,890,123">₩1,234.6bn</abbr>',
        ),
    ],
)
def test_large_amounts_are_short_and_keep_the_exact_one_beside(amount_won, korean, english):
    with translation.override("ko"):
        assert won_short(amount_won) == korean
    with translation.override("en"):
        assert won_short(amount_won) == english


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_is_not_known_is_a_dash(nothing):
    assert won(nothing) == "–"


@pytest.mark.parametrize(
    ("seconds", "korean", "english"),
    [(0, "0초", "0 s"), (75, "1분 15초", "1 min 15 s"), (7_260, "2시간 1분", "2 h 1 min")],
)
def test_times_are_written_in_the_largest_two_units(english_texts, seconds, korean, english):
    with translation.override("ko"):
        assert duration(seconds) == korean
    with translation.override("en"):
        assert duration(seconds) == english


@pytest.mark.parametrize(
    ("amount_won", "korean", "english"),
    [(0, "0", "₩0"), (300_000, "30만", "₩300k"), (10_000_000, "1,000만", "₩10m")],
)
def test_axes_have_round_amounts(amount_won, korean, english):
    with translation.override("ko"):
        assert won_axis(amount_won) == korean
    with translation.override("en"):
        assert won_axis(amount_won) == english


@pytest.mark.parametrize(
    ("above", "up_to", "words"),
    [(-1, 0, "0원"), (0, 5, "5원 이하"), (5, 9, "5원 초과 9원 이하"), (9, None, "9원 초과")],
)
def test_a_bin_says_which_amounts_are_in_it(above, up_to, words):
    assert won_range(Bin(above, up_to, 1, "plain")) == words


@pytest.mark.parametrize(
    ("median", "x"), [(0, "0.00%"), (50, "25.00%"), (100, "50.00%"), (150, "75.00%"), (10**9, "75.00%")]
)
def test_the_median_stands_where_it_belongs_among_the_bars(median, x):
    chart = histogram(bins=[Bin(0, 100, 3, "a"), Bin(100, None, 1, "b")], median=median)
    assert chart.median.x == x


def test_the_highest_bar_fills_the_chart_and_one_claim_is_still_seen():
    high, low, none = histogram(bins=[Bin(0, 1, 10_000, "a"), Bin(1, 2, 1, "a"), Bin(2, None, 0, "a")], median=1).bars
    assert (high.height, low.height, none.height) == (224, 2, 0)


def test_every_text_has_its_english_one():
    call_command("translations", "check", stdout=io.StringIO())
