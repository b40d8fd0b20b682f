"""What a programme costs: head counts × unit prices, all of them data of a scenario."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from compensation import limits
from compensation.policy.checking import Table
from compensation.policy.wording import pick, won_text


@dataclass(frozen=True, slots=True)
class MemberItem:
    """Something that every member gets, at a unit price in won."""

    name_ko: str
    name_en: str
    unit_won: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """Head counts (people) and unit prices (won) of one estimate.

    `merchants` get a payout, `channel_merchants` get channel cash.
    """

    members: int
    member_items: tuple[MemberItem, ...]
    pass_quota: int
    pass_unit_won: int
    merchants: int
    payout_low_won: int
    payout_high_won: int
    channel_merchants: int
    channel_cash_unit_won: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Scenario":
        return cls(**{**stored, "member_items": tuple(MemberItem(**item) for item in stored["member_items"])})


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """One line of an estimate: `count` × unit price, low to high, in won. `part` is 'members' or 'merchants'."""

    part: str
    code: str
    name_ko: str
    name_en: str
    count: int
    unit_low_won: int
    unit_high_won: int

    @property
    def low_won(self) -> int:
        return self.count * self.unit_low_won

    @property
    def high_won(self) -> int:
        return self.count * self.unit_high_won

    def working(self, language: str) -> str:
        """'이모티콘 3종: 48,000,000 × 6,000원 = 288,000,000,000원', in 'ko' or 'en'."""
        unit = _range_text(self.unit_low_won, self.unit_high_won, language)
        total = _range_text(self.low_won, self.high_won, language)
        return f"{pick(language, self.name_ko, self.name_en)}: {self.count:,} × {unit} = {total}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The lines of a scenario and their sums in won. What merchants get has a low and a high end."""

    lines: tuple[EstimateLine, ...]
    members_won: int
    merchants_low_won: int
    merchants_high_won: int
    total_low_won: int
    total_high_won: int


def estimate(scenario: Scenario) -> Estimate:
    """What the scenario costs."""
    lines = (*_member_lines(scenario), *_merchant_lines(scenario))
    members_won = sum(line.low_won for line in lines if line.part == "members")
    merchants_low_won = sum(line.low_won for line in lines if line.part == "merchants")
    merchants_high_won = sum(line.high_won for line in lines if line.part == "merchants")
    return Estimate(
        lines=lines,
        members_won=members_won,
        merchants_low_won=merchants_low_won,
        merchants_high_won=merchants_high_won,
        total_low_won=members_won + merchants_low_won,
        total_high_won=members_won + merchants_high_won,
    )


def read_scenario(table: Table) -> Scenario:
    """The scenario that a table of the programme file describes; what is wrong with it is noted in `table.faults`."""
    heads, won = limits.HEAD_COUNT_MAX, limits.ITEM_VALUE_WON_MAX
    scenario = Scenario(
        members=table.whole("members", most=heads),
        member_items=tuple(_member_item(row) for row in table.tables("member_items")),
        pass_quota=table.whole("pass_quota", most=heads),
        pass_unit_won=table.whole("pass_unit_won", most=won),
        merchants=table.whole("merchants", most=heads),
        payout_low_won=table.whole("payout_low_won", most=won),
        payout_high_won=table.whole("payout_high_won", most=won),
        channel_merchants=table.whole("channel_merchants", most=heads),
        channel_cash_unit_won=table.whole("channel_cash_unit_won", most=won),
    )
    if scenario.payout_low_won > scenario.payout_high_won:
        table.fault("payout_high_won", "최저 지원금보다 작을 수 없습니다.", "Must not be less than the lowest payout.")
    table.close()
    return scenario


def _member_item(row: Table) -> MemberItem:
    item = MemberItem(
        name_ko=row.text("name_ko"),
        name_en=row.text("name_en"),
        unit_won=row.whole("unit_won", most=limits.ITEM_VALUE_WON_MAX),
    )
    row.close()
    return item


def _member_lines(scenario: Scenario) -> list[EstimateLine]:
    lines = [
        EstimateLine(
            "members", f"item_{number}", item.name_ko, item.name_en, scenario.members, item.unit_won, item.unit_won
        )
        for number, item in enumerate(scenario.member_items, start=1)
    ]
    unit_won = scenario.pass_unit_won
    return [*lines, EstimateLine("members", "pass", "이용권", "Pass", scenario.pass_quota, unit_won, unit_won)]


def _merchant_lines(scenario: Scenario) -> list[EstimateLine]:
    low_won, high_won, cash_won = scenario.payout_low_won, scenario.payout_high_won, scenario.channel_cash_unit_won
    return [
        EstimateLine("merchants", "payout", "소상공인 지원금", "Payouts", scenario.merchants, low_won, high_won),
        EstimateLine(
            "merchants", "channel_cash", "채널 캐시", "Channel cash", scenario.channel_merchants, cash_won, cash_won
        ),
    ]


def _range_text(low_won: int, high_won: int, language: str) -> str:
    if low_won == high_won:
        return won_text(low_won, language)
    between = pick(language, "~", " to ")
    return f"{won_text(low_won, language)}{between}{won_text(high_won, language)}"
