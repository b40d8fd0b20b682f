"""What is like a case, how far likeness is given up, and what is usual."""

import pytest

from compensation.policy.likeness import (
    STEPS,
    Range,
    duration_band,
    industry_group,
    ratio_bp,
    size_band,
    step_with_enough,
    usual_range,
)


@pytest.mark.parametrize(
    ("steps", "least", "step"),
    [
        ([], 2, 4),
        ([0, 0], 2, 0),
        ([0, 1], 2, 1),
        ([0, 4, 4], 2, 4),
        ([3, 3, 3], 2, 3),
        ([0], 2, 4),
    ],
)
def test_likeness_is_given_up_until_there_are_enough(steps, least, step):
    assert step_with_enough(steps=steps, least=least) == step < len(STEPS)


@pytest.mark.parametrize(
    ("ratios_bp", "usual"),
    [
        ([5_000] * 7, None),
        ([5_000] * 8, Range(5_000, 5_000, 5_000)),
        ([0, *[5_000] * 9, 10_000], Range(5_000, 5_000, 5_000)),
        ([0, 0, *[5_000] * 7, 10_000, 10_000], Range(0, 5_000, 10_000)),
        (list(range(0, 10_001, 1_000)), Range(1_000, 5_000, 9_000)),
    ],
)
def test_usual_is_from_the_tenth_to_the_ninetieth_percentile(ratios_bp, usual):
    assert usual_range(ratios_bp=ratios_bp, least=8) == usual


@pytest.mark.parametrize(
    ("amount_won", "assessed_won", "expected_bp"),
    [(0, 900, 0), (300, 900, 3_333), (900, 900, 10_000), (901, 900, 10_000), (1, 0, 0)],
)
def test_a_ratio_is_rounded_down_and_never_more_than_all(amount_won, assessed_won, expected_bp):
    assert ratio_bp(amount_won=amount_won, assessed_won=assessed_won) == expected_bp


def test_bands_hold_their_upper_edge():
    assert [size_band(won) for won in (1_000_000, 1_000_001, 50_000_000, 50_000_001)] == [0, 1, 4, 5]
    assert [duration_band(hours) for hours in (12, 12.5, 96, 97)] == [0, 1, 3, 4]
    assert industry_group("561") == industry_group("562") == "56"
