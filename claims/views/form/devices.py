"""The name that a browser keeps for years, so that claims sent from one device can be found. It says nothing else."""

import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "device"
KEPT_SECONDS = 2 * 365 * 24 * 3600  # longer than a programme runs
_NAME = re.compile(r"[A-Za-z0-9_-]{22}")


def device_name(request: HttpRequest) -> str:
    """What the browser is called: the name that it sends, a new one where it has none."""
    name = request.COOKIES.get(COOKIE, "")
    return name if _NAME.fullmatch(name) else secrets.token_urlsafe(16)


def remember_device(response: HttpResponse, name: str) -> HttpResponse:
    """Has the browser keep its name."""
    response.set_cookie(
        COOKIE, name, max_age=KEPT_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response
