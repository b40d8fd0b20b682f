"""What every way out has in common: a message goes in, and what is known about its fate comes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a gateway needs it. `check_code` is in its text, and tells it from every other."""

    template: str
    channel: str
    language: str
    to: str
    title: str
    body: str
    check_code: str
    created_at: datetime

    @property
    def text(self) -> str:
        """All of it, for ways that have no title."""
        return f"{self.title}\n\n{self.body}"


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken it over. `provider_id` is how it calls the message, where it tells."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It surely did not go out. `is_final`: it would be refused again (a number that is none), so nobody repeats it."""

    fault: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have gone out: the answer was lost, or was none."""

    fault: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The provider was asked, and has not got it."""


class GatewayNotConfigured(Exception):
    """The settings name no gateway of this kind, or lack an address or a key for it."""


class Gateway(Protocol):
    """A way out. Neither method raises for what a provider or a network does."""

    def send(self, message: Outgoing) -> Sent | Refused | Unknown:
        """Hands the message over, once."""
        ...

    def look_up(self, message: Outgoing, *, since: datetime, until: datetime) -> Sent | Missing | Unknown:
        """What became of an attempt that began at `since`; asked at `until`, some time later.

        Missing where sending once more does no harm.
        """
        ...
