"""Who gets in: a page that a person has no right to is not there (404), so that nobody learns what exists."""

import rules
from django.http import Http404, HttpRequest

from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code


def open_programme(request: HttpRequest, code: str, *, permission: str | None = None) -> Programme:
    """The programme, where it exists and the user has the permission in it. Raises Http404.

    Asks the rules directly: Django's `has_perm` would let every superuser in.
    """
    try:
        programme = programme_by_code(code=code)
    except Programme.DoesNotExist as error:
        raise Http404 from error
    if permission and not rules.has_perm(permission, request.user, programme):
        raise Http404
    return programme
