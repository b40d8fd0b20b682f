"""Signing in by password or by code, throttled. Every attempt is kept, as the law's safety measures ask."""

import unicodedata
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.http import HttpRequest

from compensation.runtime.encryption import blind_index
from compensation.values.contacts import parse_contact
from users.models import SignInAttempt, User
from users.services.sign_in_codes import verify_code

# Ours: enough for slips of the keys, far too few for guessing.
WINDOW = timedelta(minutes=5)
FAILURES_PER_USERNAME_MAX = 5
FAILURES_PER_ADDRESS_MAX = 20
ROUNDING_UP = timedelta(seconds=59)  # people are told the minute after which it surely works


class SignInRefused(Exception):
    """Username and password, or contact and code, do not belong together, or may not sign in; which is not told."""


class SignInThrottled(Exception):
    """Too many failures in the last minutes; `until` is when the next attempt is looked at."""

    def __init__(self, *, until: datetime) -> None:
        super().__init__(f"throttled until {until:%H:%M:%S}")
        self.until = until


def check_credentials(*, request: HttpRequest, username: str, password: str, address: str, at: datetime) -> User:
    """The user of this username and password. Raises SignInThrottled (also for the right password), SignInRefused.

    The attempt is written down as failed before anything is checked, so that a hundred at once count one another. An
    unknown username takes the same work as a wrong password (Django hashes either way).
    """
    attempt = _begin(username, address, at)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise SignInRefused
    _succeeded(attempt)
    return user


def check_code(*, contact: str, code: str, purpose: str, address: str, at: datetime) -> None:
    """Passes where this is the code that was sent to the contact for `purpose`.

    Raises SignInThrottled (also for the right code), SignInRefused, ValueRefused for what is no contact.
    """
    attempt = _begin(f"contact {parse_contact(contact).key}", address, at)
    if not verify_code(contact=contact, code=code, purpose=purpose, at=at):
        raise SignInRefused
    _succeeded(attempt)


def note_kakao(*, uid: str, address: str, at: datetime) -> None:
    """Keeps that somebody came in by Kakao. Kakao has counted the failures."""
    _succeeded(_note(f"kakao {uid}", address, at))


def username_digest(username: str) -> str:
    """Spellings that differ in case or width only share their attempts; the username itself is not kept."""
    normalised = unicodedata.normalize("NFKC", username).strip().casefold()
    return blind_index(normalised, context="users_signinattempt.username")


def _begin(name: str, address: str, at: datetime) -> SignInAttempt:
    """Notes an attempt, as failed. Raises SignInThrottled."""
    attempt = _note(name, address, at)
    if until := _throttled_until(attempt):
        raise SignInThrottled(until=until)
    return attempt


def _note(name: str, address: str, at: datetime) -> SignInAttempt:
    return SignInAttempt.objects.create(
        username_digest=username_digest(name), address=address or None, at=at, succeeded=False
    )


def _succeeded(attempt: SignInAttempt) -> None:
    SignInAttempt.objects.filter(pk=attempt.pk).update(succeeded=True)


def _throttled_until(attempt: SignInAttempt) -> datetime | None:
    """When there are again few enough failures, this one included; None where there are now."""
    limits = [_limit_reached(attempt, FAILURES_PER_USERNAME_MAX, username_digest=attempt.username_digest)]
    if attempt.address:
        limits.append(_limit_reached(attempt, FAILURES_PER_ADDRESS_MAX, address=attempt.address))
    return max((limit for limit in limits if limit), default=None)


def _limit_reached(attempt: SignInAttempt, most: int, **of: str) -> datetime | None:
    failures = SignInAttempt.objects.filter(**of, succeeded=False, at__gt=attempt.at - WINDOW)
    times = list(failures.order_by("-at").values_list("at", flat=True)[: most + 1])
    # Once the failure that is now the `most`-th newest has left the window, one more attempt makes `most` again.
    return times[most - 1] + WINDOW if len(times) > most else None
