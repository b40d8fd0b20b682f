"""Who gets in, and who looked: a page that a person has no right to is not there (404): nobody learns what exists."""

from typing import Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache

from compensation.audit.services import record_access
from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code
from compensation.runtime.middleware import client_address

DETAIL_LENGTH_MAX = 200  # characters: the width of the column


def staff_page(view: Any) -> Any:
    """A page for people who are signed in, that no browser keeps."""
    return never_cache(login_required(view))


def may(request: HttpRequest, permission: str, programme: Programme) -> bool:
    """Whether the user has the permission in the programme."""
    return bool(rules.has_perm(permission, request.user, programme))


def open_programme(request: HttpRequest, code: str, *, permission: str | None = None) -> Programme:
    """The programme, where it exists and the user has the permission in it. Raises Http404.

    Asks the rules directly: Django's `has_perm` would let every superuser in.
    """
    try:
        programme = programme_by_code(code=code)
    except Programme.DoesNotExist as error:
        raise Http404 from error
    if permission and not may(request, permission, programme):
        raise Http404
    return programme


def note_access(request: HttpRequest, *, subject: str, task: str, detail: str = "") -> None:
    """Writes down that the person looked at or took personal data of `subject` ("claim K7M4-9QXR-3"), and from where.

    For pages and the API alike. Of a `detail` that is too long the beginning is kept.
    """
    record_access(
        user=request.user,
        at=timezone.now(),
        address=client_address(request),
        subject=subject,
        task=task,
        detail=detail[:DETAIL_LENGTH_MAX],
    )
