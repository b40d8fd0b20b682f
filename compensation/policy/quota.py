"""First come, first served: what a place in line means, and which quotas there may be.

Announced: the first 3,000,000 who apply get the storage pass, and more when demand is high: whoever applied later is
next in line. Ours: a yes is never taken back, so a quota is not lowered below what was issued.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compensation import limits
from compensation.policy.checking import Table


@dataclass(frozen=True, slots=True)
class Offer:
    """How many may have a pass (`quota`, in people), and from when on one can apply, to the second."""

    quota: int
    opens_at: datetime

    def as_json(self) -> dict[str, Any]:
        return {"quota": self.quota, "opens_at": self.opens_at.isoformat()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Offer":
        return cls(stored["quota"], datetime.fromisoformat(stored["opens_at"]))


@dataclass(frozen=True, slots=True)
class Standing:
    """What an application's number means. `place` counts from 1, in the order of applications."""

    place: int
    quota: int

    @property
    def is_served(self) -> bool:
        """Whether the pass is the member's now. It stays so: quotas do not fall below what was issued."""
        return self.place <= self.quota

    @property
    def next_in_line(self) -> int:
        """How many more passes it takes until the member's turn has come: 1 is the next; 0 whoever is served."""
        return max(self.place - self.quota, 0)


class QuotaRefused(Exception):
    """A quota that cannot be. `code` names why; the sentences name the number that counts."""

    def __init__(self, code: str, message_ko: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message_ko = message_ko
        self.message_en = message_en


def issued(*, last_place: int, quota: int) -> int:
    """How many passes were given out: everybody in line up to the quota."""
    return min(last_place, quota)


def check_quota(*, wanted: int, quota: int, last_place: int) -> None:
    """Whether the quota may become `wanted`. Raises QuotaRefused."""
    given = issued(last_place=last_place, quota=quota)
    if not 0 <= wanted <= limits.PASS_QUOTA_MAX:
        most = f"{limits.PASS_QUOTA_MAX:,}"
        raise QuotaRefused(
            "quota_out_of_bounds", f"한도는 0명에서 {most}명 사이여야 합니다.", f"A quota lies between 0 and {most}."
        )
    if wanted < given:
        raise QuotaRefused(
            "quota_below_issued",
            f"이미 {given:,}명에게 이용권을 드렸습니다. 한도를 그보다 낮출 수 없습니다.",
            f"{given:,} passes were issued already: the quota cannot be lower than that.",
        )
    if wanted == quota:
        raise QuotaRefused("quota_unchanged", f"지금 한도가 {quota:,}명입니다.", f"The quota is {quota:,} already.")


def read_offer(table: Table) -> Offer | None:
    """The offer that a table of the programme file describes; what is wrong with it is noted in `table.faults`."""
    quota, opens_at = table.whole("quota", most=limits.PASS_QUOTA_MAX), table.moment("opens_at")
    if opens_at and opens_at.microsecond:
        table.fault("opens_at", "초 단위까지만 적어 주세요.", "To the second, without fractions.")
    table.close()
    return Offer(quota, opens_at) if opens_at else None
