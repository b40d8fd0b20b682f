"""Who works on which programme, as what."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from compensation.programmes.models import Programme, ProgrammeRole

_CACHE = "_roles_by_programme"


def roles_of(user: Any, programme: Programme) -> frozenset[str]:
    """The roles of a user in one programme; none for somebody who is not signed in or no longer active.

    Asked once per user object, that is once per request; a role given meanwhile counts from the next one.
    """
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if not hasattr(user, _CACHE):
        setattr(user, _CACHE, _roles_by_programme(user))
    roles: Mapping[int, frozenset[str]] = getattr(user, _CACHE)
    return roles.get(programme.pk, frozenset())


def programmes_of(user: Any) -> QuerySet[Programme]:
    """The programmes in which the user has any role, newest outage first."""
    if not user.is_authenticated or not user.is_active:
        return Programme.objects.none()
    held = ProgrammeRole.objects.filter(user=user).values("programme")
    return Programme.objects.filter(pk__in=held).select_related("incident").order_by("-incident__began_at", "code")


def _roles_by_programme(user: Any) -> dict[int, frozenset[str]]:
    held = defaultdict(set)
    for programme_id, role in ProgrammeRole.objects.filter(user=user).values_list("programme_id", "role"):
        held[programme_id].add(role)
    return {programme_id: frozenset(roles) for programme_id, roles in held.items()}
