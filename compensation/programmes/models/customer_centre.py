from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CustomerCentre:
    """Whom merchants and members of a programme can call. `phone` is E.164; the hours are a line of text."""

    name_ko: str
    name_en: str
    phone: str
    hours_ko: str
    hours_en: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "CustomerCentre":
        return cls(**stored)
