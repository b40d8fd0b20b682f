import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.policy.budget import MemberItem, Scenario, estimate, read_scenario
from compensation.policy.checking import Table

ANNOUNCED = Scenario(
    members=48_000_000,
    member_items=(MemberItem("이모티콘 3종", "three emoticons", 6_000), MemberItem("쿠폰 2종", "two coupons", 5_000)),
    pass_quota=3_000_000,
    pass_unit_won=990,
    merchants=7_826,
    payout_low_won=30_000,
    payout_high_won=50_000,
    channel_merchants=7_826,
    channel_cash_unit_won=50_000,
)


def test_the_announced_scenario_gives_the_announced_totals():
    result = estimate(ANNOUNCED)
    assert result.members_won == 530_970_000_000
    assert (result.merchants_low_won, result.merchants_high_won) == (626_080_000, 782_600_000)
    assert (result.total_low_won, result.total_high_won) == (531_596_080_000, 531_752_600_000)


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_totals_are_the_sums_of_the_lines(members, unit_won, channel_merchants):
    scenario = replace(ANNOUNCED, members=members, pass_unit_won=unit_won, channel_merchants=channel_merchants)
    result = estimate(scenario)
    assert sum(line.low_won for line in result.lines) == result.total_low_won
    assert sum(line.high_won for line in result.lines) == result.total_high_won


@pytest.mark.parametrize(
    ("code", "language", "working"),
    [
        ("item_1", "ko", "이모티콘 3종: 48,000,000 × 6,000원 = 288,000,000,000원"),
        ("pass", "en", "Pass: 3,000,000 × 990 won = 2,970,000,000 won"),
        ("payout", "ko", "소상공인 지원금: 7,826 × 30,000원~50,000원 = 234,780,000원~391,300,000원"),
        ("channel_cash", "en", "Channel cash: 7,826 × 50,000 won = 391,300,000 won"),
    ],
)
def test_each_line_shows_its_working(code, language, working):
    lines = {line.code: line for line in estimate(ANNOUNCED).lines}
    assert lines[code].working(language) == working


def test_a_scenario_reads_back_from_storage():
    assert Scenario.from_json(json.loads(json.dumps(ANNOUNCED.as_json()))) == ANNOUNCED


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({}, []),
        ({"members": -1}, ["figures.members"]),
        ({"payout_high_won": 29_999}, ["figures.payout_high_won"]),
        ({"member_items": [{"name_ko": "가", "name_en": "a"}]}, ["figures.member_items[0].unit_won"]),
        ({"memers": 1}, ["figures.memers"]),
    ],
)
def test_a_scenario_in_the_programme_file_is_checked(changed, faults):
    content = json.loads(json.dumps(ANNOUNCED.as_json())) | changed
    table = Table(content, "figures", [])
    read_scenario(table)
    assert [fault.path for fault in table.faults] == faults
