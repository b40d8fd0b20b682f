import pytest

from compensation.policy.money import RoundingRefused, floor_won


@pytest.mark.parametrize(("numerator", "denominator", "won"), [(0, 1, 0), (9, 10, 0), (10, 10, 1), (19, 10, 1)])
def test_what_is_below_a_won_is_cut_off(numerator, denominator, won):
    assert floor_won(numerator=numerator, denominator=denominator) == won


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 10), (1, 0), (1, -10)])
def test_negative_amounts_and_divisors_are_refused(numerator, denominator):
    with pytest.raises(RoundingRefused):
        floor_won(numerator=numerator, denominator=denominator)
