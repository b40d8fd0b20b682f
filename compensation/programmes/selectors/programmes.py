"""What a programme is made of: its policy, windows and services."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from compensation.policy.transitions import PROGRAMME
from compensation.programmes.models import CustomerCentre, IncidentService, IntakeWindow, PolicyVersion, Programme

CENTRES_KEPT_SECONDS = 60


def programme_by_code(code: str) -> Programme:
    """Raises Programme.DoesNotExist."""
    return Programme.objects.select_related("incident").get(code=code)


def current_policy(programme: Programme) -> PolicyVersion:
    """The version that new assessments use: the one with the highest number. Raises PolicyVersion.DoesNotExist."""
    return programme.policy_versions.order_by("-number")[:1].get()


def window_at(*, programme: Programme, moment: datetime, channel: str) -> IntakeWindow | None:
    """The window that takes a claim of this channel received at `moment`. At `closes_at` itself it is too late."""
    return programme.intake_windows.filter(
        opens_at__lte=moment, closes_at__gt=moment, channels__contains=[channel]
    ).first()


def customer_centres(*, at: datetime) -> tuple[CustomerCentre, ...]:
    """Whom people can call: the customer centres of all programmes that were announced, each once.

    They stand below every page, and change less than once a year: a process asks again after a minute.
    """
    return _customer_centres(int(at.timestamp()) // CENTRES_KEPT_SECONDS)


@lru_cache(maxsize=1)
def _customer_centres(_minute: int) -> tuple[CustomerCentre, ...]:
    announced = Programme.objects.exclude(status=PROGRAMME.initial).order_by("-incident__began_at", "code")
    return tuple(dict.fromkeys(programme.centre for programme in announced if programme.centre))


def services_of(programme: Programme) -> Sequence[IncidentService]:
    """The services that the programme's incident affected, in the order in which they came back."""
    return list(IncidentService.objects.filter(incident=programme.incident_id).order_by("restored_at", "id"))
