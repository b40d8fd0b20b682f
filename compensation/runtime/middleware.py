"""Middleware of every request."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

LAST_SEEN = "last_seen"
WRITE_EVERY_SECONDS = 60


def client_address(request: HttpRequest) -> str:
    """The caller's address: the peer, or with TRUSTED_PROXIES=n the n-th from the right of X-Forwarded-For."""
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.TRUSTED_PROXIES
    if proxies and len(forwarded) >= proxies:
        return str(forwarded[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))


class StaffSessionMiddleware:
    """Ends a session after STAFF_IDLE_MINUTES without a request (the Act's safety measures for personal data).

    Polling by an open page (`HX-Trigger: live…`) is not a person's action and does not keep a session alive.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get(LAST_SEEN, now)
            if now - seen > settings.STAFF_IDLE_MINUTES * 60:
                logout(request)
            elif not request.headers.get("HX-Trigger", "").startswith("live") and (
                # Written once a minute at most: a session row is not worth an UPDATE per click.
                now - seen >= WRITE_EVERY_SECONDS or LAST_SEEN not in request.session
            ):
                request.session[LAST_SEEN] = now
        return self.get_response(request)
