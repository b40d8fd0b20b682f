"""What a programme is made of: its policy, windows and services."""

from collections.abc import Sequence
from datetime import datetime

from compensation.programmes.models import IncidentService, IntakeWindow, PolicyVersion, Programme


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


def services_of(programme: Programme) -> Sequence[IncidentService]:
    """The services that the programme's incident affected, in the order in which they came back."""
    return list(IncidentService.objects.filter(incident=programme.incident_id).order_by("restored_at", "id"))
