"""How the council decides, without a database: tables at every bound, and what holds for any votes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.policy.council import (
    Ballot,
    Case,
    CastVote,
    Choice,
    CouncilRules,
    Outcome,
    Party,
    SeatAtVote,
    amount_cap_won,
    median_won,
    objection_outcome,
    parties_present,
    result_of,
)
from compensation.policy.seoul import SEOUL

DUE = datetime(2023, 2, 7, 18, tzinfo=SEOUL)
BEFORE = DUE - timedelta(microseconds=1)
PARTIES = tuple(Party(code, code, code, votes=True) for code in "abcd")
RULES = CouncilRules(PARTIES, parties_present_min=3, majority="votes_cast", tie="refused", amount_won_max=None)
LETTERS = {"+": Choice.SUPPORT, "o": Choice.SUPPORT_OTHER, "-": Choice.REFUSE, "?": Choice.SEND_BACK}
SEATS = tuple(SeatAtVote(number, party, frozenset({number})) for number, party in enumerate("abbcd"))
CASE = Case(assessed_won=1_000)


def ballot(choices: str, *, seats=SEATS, case=CASE, amounts=(100,)) -> Ballot:
    """One letter a seat: + supports, o with another amount, - refuses, ? sends back, . has not voted."""
    votes = [
        CastVote(
            seat.seat_id,
            min(seat.members, default=99),
            seat.party,
            LETTERS[letter],
            amounts[place % len(amounts)] if letter in "+o" else 0,
            (f"reason {letter}",),
        )
        for place, (seat, letter) in enumerate(zip(seats, choices, strict=True))
        if letter != "."
    ]
    return Ballot(case, seats, tuple(votes), DUE)


def outcome(choices: str, *, at=DUE, rules=RULES, **more) -> str | None:
    result = result_of(ballot=ballot(choices, **more), rules=rules, at=at)
    return result and str(result.outcome)


@pytest.mark.parametrize(
    ("choices", "before", "at_due"),
    [
        (".....", None, "no_quorum"),
        ("+++..", None, "no_quorum"),  # two parties, three seats
        ("++.+.", None, "granted"),  # three parties, but not everybody yet
        ("+++++", "granted", "granted"),
        ("+++--", "granted", "granted"),  # three of five
        ("++.--", None, "refused"),  # a tie
        ("++?--", "refused", "refused"),  # two of five: no majority
        ("---++", "refused", "refused"),
        ("???+-", "sent_back", "sent_back"),
        ("+o-oo", "granted", "granted"),  # whatever the amount, it is support
    ],
)
def test_it_closes_when_all_have_spoken_or_when_the_time_is_over(choices, before, at_due):
    assert outcome(choices, at=BEFORE) == before
    assert outcome(choices, at=DUE) == at_due


@pytest.mark.parametrize(
    ("majority", "tie", "choices", "expected"),
    [
        ("votes_cast", "refused", "++.-.", "granted"),
        ("seats", "refused", "++.-.", "refused"),  # two of five seats
        ("seats", "deferred", "++.-.", "deferred"),
        ("seats", "refused", "+++-.", "granted"),
        ("votes_cast", "deferred", "++.--", "deferred"),
        ("votes_cast", "deferred", "--.++", "deferred"),
    ],
)
def test_what_a_majority_is_and_what_comes_without_one_is_data(majority, tie, choices, expected):
    assert outcome(choices, rules=replace(RULES, majority=majority, tie=tie)) == expected


def test_a_party_without_a_vote_is_neither_present_nor_waited_for():
    parties = (*PARTIES[:3], Party("d", "d", "d", votes=False))
    rules = replace(RULES, parties=parties)
    assert outcome("++++.", at=BEFORE, rules=rules) == "granted"
    assert parties_present(ballot=ballot("+..++"), rules=rules) == ("a", "c")


def test_nobody_waits_for_an_empty_seat():
    seats = (*SEATS[:4], SeatAtVote(4, "d", frozenset()))
    assert outcome("++++.", seats=seats, at=BEFORE) == "granted"
    by_seats = replace(RULES, majority="seats")
    assert outcome("++.+.", seats=seats, rules=by_seats) == "granted"  # three of four that are not empty


def test_all_have_voted_and_too_few_parties_were_there_waits_for_the_time():
    seats = SEATS[:3]
    assert outcome("+++", seats=seats, at=BEFORE) is None
    assert outcome("+++", seats=seats, at=DUE) == "no_quorum"


@pytest.mark.parametrize(
    ("members_of_a", "voted_before", "present"),
    [
        ({0}, {0}, True),  # the party has nobody else
        ({0, 9}, {0}, False),  # it has, who has to speak
        ({0, 9}, {9}, True),
        ({0, 9}, set(), True),
        ({0, 9}, {0, 9}, True),
    ],
)
def test_after_an_objection_a_party_looks_again_with_somebody_else_where_it_has_one(
    members_of_a, voted_before, present
):
    seats = (SeatAtVote(0, "a", frozenset(members_of_a)), *SEATS[1:])
    case = replace(CASE, voted_before=frozenset(voted_before))
    found = parties_present(ballot=ballot("++.+.", seats=seats, case=case), rules=RULES)
    assert ("a" in found) == present


@pytest.mark.parametrize(
    ("amounts", "expected"), [([7], 7), ([1, 3], 2), ([1, 2], 1), ([9, 1, 4], 4), ([1, 1, 1_000, 1_001], 500)]
)
def test_the_median_is_a_whole_won_rounded_down(amounts, expected):
    assert median_won(amounts) == expected


@pytest.mark.parametrize(
    ("assessed_won", "before_won", "bound_won", "cap_won"),
    [(1_000, 0, None, 1_000), (1_000, 0, 999, 999), (1_000, 0, 1_001, 1_000), (10, 30, None, 30), (10, 30, 20, 30)],
)
def test_no_more_than_the_loss_or_the_bound_and_no_less_than_before(assessed_won, before_won, bound_won, cap_won):
    case, rules = Case(assessed_won, before_won), replace(RULES, amount_won_max=bound_won)
    assert amount_cap_won(case=case, rules=rules) == cap_won
    asked = ballot("+++++", case=case, amounts=(5_000,))
    assert result_of(ballot=asked, rules=rules, at=DUE).amount_won == cap_won


@pytest.mark.parametrize(
    ("choices", "dissent", "reasons"),
    [
        ("+o-oo", (2,), ("reason +", "reason o")),
        ("--+-+", (2, 4), ("reason -",)),
        ("++?--", (0, 1, 2), ()),  # refused for want of a majority: nobody's reasons carried it
        ("???+-", (3, 4), ("reason ?",)),
    ],
)
def test_who_voted_otherwise_and_what_carried_it(choices, dissent, reasons):
    result = result_of(ballot=ballot(choices), rules=RULES, at=DUE)
    assert (result.dissent, result.reasons) == (dissent, reasons)


def test_nobody_dissents_from_no_majority():
    result = result_of(ballot=ballot("++.--"), rules=replace(RULES, tie="deferred"), at=DUE)
    assert (result.outcome, result.dissent, result.amount_won) == (Outcome.DEFERRED, (), 0)


@pytest.mark.parametrize(
    ("amount_won", "before_won", "proposed_won", "expected"),
    [
        (30, 30, 50, "rejected"),
        (31, 30, 50, "partly"),
        (49, 30, 50, "partly"),
        (50, 30, 50, "upheld"),
        (51, 30, 50, "upheld"),
        (31, 30, 0, "upheld"),  # the officer proposed nothing
        (0, 0, 0, "rejected"),
    ],
)
def test_what_came_of_an_objection(amount_won, before_won, proposed_won, expected):
    found = objection_outcome(amount_won=amount_won, before_won=before_won, proposed_won=proposed_won)
    assert found == f"objection_{expected}"


votes = st.text(alphabet="+o-?.", min_size=5, max_size=5)
rules_of_any_kind = st.builds(
    replace,
    st.just(RULES),
    parties_present_min=st.integers(1, 4),
    majority=st.sampled_from(["votes_cast", "seats"]),
    tie=st.sampled_from(["refused", "deferred"]),
    amount_won_max=st.none() | st.integers(1, 2_000),
)
amounts_of_any_size = st.lists(st.integers(1, 3_000), min_size=5, max_size=5)


@given(votes, rules_of_any_kind, amounts_of_any_size, st.integers(0, 500))
def test_whatever_was_voted_the_amount_is_within_its_bounds(choices, rules, amounts, before_won):
    case = replace(CASE, granted_before_won=before_won)
    result = result_of(ballot=ballot(choices, case=case, amounts=amounts), rules=rules, at=DUE)
    if result.outcome != Outcome.GRANTED:
        assert result.amount_won == 0
        return
    assert before_won <= result.amount_won <= amount_cap_won(case=case, rules=rules)
    assert result.amount_won >= min(min(result.supported_won), amount_cap_won(case=case, rules=rules))
    assert len(result.parties_present) >= rules.parties_present_min


@given(votes, rules_of_any_kind, amounts_of_any_size, st.randoms())
def test_the_order_of_the_votes_changes_nothing(choices, rules, amounts, random):
    cast = ballot(choices, amounts=amounts)
    mixed = list(cast.votes)
    random.shuffle(mixed)
    first, second = (
        result_of(ballot=replace(cast, votes=tuple(found)), rules=rules, at=DUE) for found in (cast.votes, mixed)
    )
    assert (first.outcome, first.amount_won, set(first.dissent)) == (
        second.outcome,
        second.amount_won,
        set(second.dissent),
    )


@given(votes, rules_of_any_kind)
def test_what_is_decided_before_the_time_is_over_is_what_its_end_would_decide(choices, rules):
    early = outcome(choices, rules=rules, at=BEFORE)
    assert early in (None, outcome(choices, rules=rules, at=DUE))


@given(votes)
def test_no_minority_grants(choices):
    supports, cast = choices.count("+") + choices.count("o"), 5 - choices.count(".")
    assert (outcome(choices) == "granted") <= (2 * supports > cast)
