"""Who a grant job is for: all members, or those that a filter leaves, or those that a list names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


class JoinDatesReversed(ValueError):
    """The last day of joining is before the first one."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Each condition that is set narrows the audience; with none it is all members.

    `joined_from` and `joined_until` are days of joining, both included; `statuses` and `regions` are codes of members;
    `by_list` means that only members of the job's list are in. Raises JoinDatesReversed.
    """

    joined_from: date | None = None
    joined_until: date | None = None
    statuses: tuple[int, ...] = ()
    regions: tuple[int, ...] = ()
    by_list: bool = False

    def __post_init__(self) -> None:
        if self.joined_from and self.joined_until and self.joined_until < self.joined_from:
            raise JoinDatesReversed

    @property
    def is_everyone(self) -> bool:
        return self == Audience()

    def as_json(self) -> dict[str, Any]:
        """What is set, for storing."""
        stored: dict[str, Any] = {}
        for name in ("joined_from", "joined_until"):
            if day := getattr(self, name):
                stored[name] = day.isoformat()
        for name in ("statuses", "regions"):
            if codes := getattr(self, name):
                stored[name] = sorted(set(codes))
        return stored | ({"by_list": True} if self.by_list else {})

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Audience":
        joined_from, joined_until = stored.get("joined_from"), stored.get("joined_until")
        return cls(
            joined_from=date.fromisoformat(joined_from) if joined_from else None,
            joined_until=date.fromisoformat(joined_until) if joined_until else None,
            statuses=tuple(stored.get("statuses", ())),
            regions=tuple(stored.get("regions", ())),
            by_list=stored.get("by_list", False),
        )
