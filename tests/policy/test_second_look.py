"""Which determinations a draw takes: every one of the first, and a share of the others that only the seed knows."""

import copy

import pytest

from compensation.policy.document import PolicyFaults, parse_policy
from compensation.policy.second_look import NOBODY_LOOKS, SecondLookRules, is_drawn


def drawn(*, seed="seed", share_bp=1_000, first=0, count=10_000) -> list[int]:
    rules = SecondLookRules(share_bp=share_bp, first=first)
    places = range(1, count + 1)
    return [place for place in places if is_drawn(seed=seed, key=f"K{place}", place=place, rules=rules)]


def test_the_shipped_programme_looks_at_a_tenth_and_at_each_of_the_first_twenty(policy):
    assert policy.second_look == SecondLookRules(share_bp=1_000, first=20)


@pytest.mark.parametrize(
    ("share_bp", "first", "least", "most"),
    [(0, 0, 0, 0), (0, 20, 20, 20), (10_000, 0, 10_000, 10_000), (1_000, 0, 900, 1_100), (1, 0, 0, 10)],
)
def test_the_share_is_drawn_and_each_of_the_first(share_bp, first, least, most):
    assert least <= len(drawn(share_bp=share_bp, first=first)) <= most


def test_the_first_are_drawn_whatever_their_number_and_the_next_is_not():
    assert drawn(share_bp=0, first=20) == list(range(1, 21))


def test_the_same_seed_draws_the_same_and_another_seed_others():
    assert drawn(seed="a") == drawn(seed="a")
    both = set(drawn(seed="a")) & set(drawn(seed="b"))
    assert 50 < len(both) < 150  # a tenth of a tenth


def test_a_larger_share_draws_all_that_a_smaller_one_does():
    assert set(drawn(share_bp=500)) < set(drawn(share_bp=1_000))


def test_a_policy_of_the_first_kind_has_nobody_look(document):
    del document["second_look"]
    assert parse_policy(document).second_look == NOBODY_LOOKS


@pytest.mark.parametrize(("name", "value"), [("share_bp", 10_001), ("share_bp", -1), ("first", 10_001), ("first", "x")])
def test_what_is_no_share_is_refused(document, name, value):
    broken = copy.deepcopy(document)
    broken["second_look"][name] = value
    with pytest.raises(PolicyFaults) as refused:
        parse_policy(broken)
    assert f"second_look.{name}" in str(refused.value.faults)
