"""What all parsers have in common."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compensation.values.bank_accounts import parse_account_number, parse_bank
from compensation.values.business_numbers import parse_business_number
from compensation.values.dates import parse_date
from compensation.values.emails import parse_email
from compensation.values.names import parse_name
from compensation.values.percent import parse_percent
from compensation.values.phones import parse_phone
from compensation.values.refused import ValueRefused
from compensation.values.text import has_surplus, is_blank
from compensation.values.won import parse_won
from compensation.values.yes_no import parse_yes_no

PARSERS = [
    parse_account_number,
    parse_bank,
    parse_business_number,
    parse_date,
    parse_email,
    parse_name,
    parse_percent,
    parse_phone,
    parse_won,
    parse_yes_no,
]
ANYTHING = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.text("0123456789-+., 년월일오전후시분:TZ%원₩eE()"),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.booleans(),
    st.none(),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.dates(),
    st.binary(),
    st.lists(st.integers()),
)


@pytest.mark.parametrize("parse", PARSERS)
@settings(max_examples=200)
@given(value=ANYTHING)
def test_whatever_arrives_is_taken_or_refused(parse, value):
    with contextlib.suppress(ValueRefused):
        parse(value)


@pytest.mark.parametrize("parse", PARSERS)
def test_every_refusal_has_a_korean_and_an_english_sentence(parse):
    with pytest.raises(ValueRefused) as caught:
        parse("\u200b")
    assert caught.value.message_ko.endswith(".")
    assert str(caught.value) == caught.value.message_en


@pytest.mark.parametrize(
    ("value", "blank"),
    [(None, True), ("", True), (" \u00a0\u3000\n", True), ("0", False), (0, False), (False, False), ("\u200b", False)],
)
def test_blank_is_nothing_or_spaces(value, blank):
    assert is_blank(value) == blank


@pytest.mark.parametrize(
    ("cells", "is_surplus"),
    [
        ([], False),
        (["a"], False),
        (["a", "b"], False),
        (["a", "b", "", None, " "], False),
        (["a", "b", "", "c"], True),
        (["₩350", "000원", ""], True),  # 350,000 without quotes, and a blank cell after it
        (["1", "000"], False),
        (["A-1", "220-81-62517", ""], False),
    ],
)
def test_blank_cells_at_the_end_are_no_surplus_unless_a_number_was_cut(cells, is_surplus):
    assert has_surplus(cells, 2) is is_surplus
