"""What members are granted: kinds of items, and until when an item is valid (announced)."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from compensation import limits
from compensation.policy.checking import Table
from compensation.policy.seoul import day_in_seoul, end_of_day

ITEM_KINDS: dict[str, tuple[str, str]] = {
    "emoticon": ("이모티콘", "emoticon"),
    "coupon": ("쿠폰", "coupon"),
    "pass": ("이용권", "pass"),
    "message": ("메시지", "message"),
}
APPLIED_FOR = "pass"  # the kind that goes to those who apply, first come, first served; the others are granted
PERMANENT, DAYS, UNTIL, MONTH_FROM_ACTIVATION = "permanent", "days", "until", "month_from_activation"
VALIDITIES = (PERMANENT, DAYS, UNTIL, MONTH_FROM_ACTIVATION)


@dataclass(frozen=True, slots=True)
class Validity:
    """How long an item is valid: for good, for `days` after the grant, through `until`, or a month once activated."""

    kind: str
    days: int | None = None
    until: date | None = None

    def as_json(self) -> dict[str, Any]:
        stored: dict[str, Any] = {"kind": self.kind}
        if self.days is not None:
            stored["days"] = self.days
        if self.until is not None:
            stored["until"] = self.until.isoformat()
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Validity":
        until = stored.get("until")
        return cls(stored["kind"], stored.get("days"), date.fromisoformat(until) if until else None)


class NotActivated(ValueError):
    """The validity runs from an activation that has not happened."""


def valid_until(*, validity: Validity, granted_at: datetime, activated_at: datetime | None = None) -> datetime | None:
    """The first moment at which an item is no longer valid (aware, Seoul), or None if it is valid for good.

    Days and months count as the Civil Act has it (articles 157, 159, 160): the first day does not count, the last one
    counts to its end; a month that has no such day ends with its last. Raises NotActivated.
    """
    if validity.days is not None:
        return end_of_day(day_in_seoul(granted_at) + timedelta(days=validity.days))
    if validity.until is not None:
        return end_of_day(validity.until)
    if validity.kind == PERMANENT:
        return None
    if activated_at is None:
        raise NotActivated(validity.kind)
    return end_of_day(_a_month_after(day_in_seoul(activated_at)))


def read_validity(table: Table) -> Validity:
    """The validity that a table of the programme file describes; what is wrong with it is noted in `table.faults`."""
    kind = table.choice("kind", VALIDITIES)
    validity = Validity(
        kind=kind,
        days=table.whole("days", least=1, most=limits.VALIDITY_DAYS_MAX) if kind == DAYS else None,
        until=table.day("until") if kind == UNTIL else None,
    )
    table.close()
    return validity


def _a_month_after(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
