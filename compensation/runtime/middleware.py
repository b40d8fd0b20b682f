"""Middleware of every request."""

import ipaddress
import time
from collections.abc import Callable
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.auth import get_user, logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRefresh
from pghistory import middleware

LAST_SEEN = "last_seen"
WRITE_EVERY_SECONDS = 300


def client_address(request: HttpRequest) -> str:
    """The caller's address: the peer, or with TRUSTED_PROXIES=n the n-th from the right of X-Forwarded-For.

    '' where that is no address: what people send in a header must not reach a column of addresses.
    """
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.TRUSTED_PROXIES
    behind_proxies = proxies and len(forwarded) >= proxies
    address = forwarded[-proxies] if behind_proxies else str(request.META.get("REMOTE_ADDR", ""))
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


class ReceivedAtMiddleware:
    """Notes in `request.received_at` when the request reached us, before anything else is done for it.

    An intake window is asked about that moment: what takes long after it is not the merchant's fault.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.received_at = timezone.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class SignedInMiddleware(AuthenticationMiddleware):
    """Who has signed in, as `request.user`: read when somebody asks, so a view that can do without costs no look-up.

    Ends a session after STAFF_IDLE_MINUTES without a request, or up to five minutes earlier; never later.
    That is one of the Act's safety measures for personal data.

    Polling by an open page (`HX-Trigger: live…`) is not a person's action and does not keep a session alive.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _still_here(request))  # type: ignore[assignment]


def _still_here(request: HttpRequest) -> Any:
    user = request.user = get_user(request)  # `logout` looks there
    if not user.is_authenticated:
        return user
    now = int(time.time())
    seen = request.session.get(LAST_SEEN, now)
    if now - seen > settings.STAFF_IDLE_MINUTES * 60:
        logout(request)
        return request.user
    if not request.headers.get("HX-Trigger", "").startswith("live") and (
        # Written every five minutes at most: a session row is not worth an UPDATE per click.
        now - seen >= WRITE_EVERY_SECONDS or LAST_SEEN not in request.session
    ):
        request.session[LAST_SEEN] = now
    pghistory.context(user=user.pk)  # of the changes that this request makes, if it may make any
    return user


class SignInAgainMiddleware:
    """Somebody who was signed out meanwhile asks for a part of a page: the page is loaded anew, and leads to sign-in.

    The browser follows a redirect by itself: the part would be the whole sign-in, which leads back to the part.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_part = request.headers.get("HX-Request") == "true"
        if is_part and response.headers.get("Location", "").startswith(f"{resolve_url(settings.LOGIN_URL)}?"):
            return HttpResponseClientRefresh()
        return response


class HistoryMiddleware(middleware.HistoryMiddleware):
    """The events of one request belong together. By whom they are is noted once somebody asks who has signed in."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": None, "url": request.path}
