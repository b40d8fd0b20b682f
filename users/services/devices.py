"""Where a person is signed in, and signing out there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from compensation.audit.services import because
from compensation.runtime.middleware import LAST_SEEN
from users.models import Device, User

# The first that is found in what a browser says of itself: those that name another one besides come before it.
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("KAKAOTALK", "KakaoTalk"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Whale", "Whale"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


@dataclass(frozen=True, slots=True)
class SignedInDevice:
    """A device whose session is still good. `name` is blank where nothing is known of it."""

    name: str
    signed_in_at: datetime
    seen_at: datetime
    is_this: bool


@transaction.atomic
def note_device(*, user: User, session_key: str, user_agent: str, at: datetime) -> Device:
    """Keeps that the person has signed in; the same session again is the same device."""
    with because(actor=user, reason="signed in"):
        device, _ = Device.objects.get_or_create(
            session_key=session_key,
            defaults={"user": user, "name": device_name(user_agent), "signed_in_at": at},
        )
    return device


def signed_in_devices(*, user: User, session_key: str, at: datetime) -> list[SignedInDevice]:
    """The devices whose sessions are good, the present one (by `session_key`) first, then the last seen one.

    A session that nobody has used for STAFF_IDLE_MINUTES ends when somebody tries to; it is not listed any more.
    """
    devices = Device.objects.filter(user=user)
    sessions = Session.objects.in_bulk([device.session_key for device in devices])
    still = at - timedelta(minutes=settings.STAFF_IDLE_MINUTES)
    listed = [
        SignedInDevice(device.name, device.signed_in_at, seen_at, device.session_key == session_key)
        for device in devices
        if (session := sessions.get(device.session_key)) and session.expire_date > at
        for seen_at in [_seen_at(session, device)]
        if seen_at >= still
    ]
    return sorted(listed, key=lambda device: (not device.is_this, -device.seen_at.timestamp()))


@transaction.atomic
def sign_out_everywhere(*, user: User) -> int:
    """Ends every session of a person who signs in without a password, this one too; how many there were.

    A new secret in place of the password makes sessions worthless that no row here knows of. Whoever calls this for the
    person's own click signs the present session in again.
    """
    with because(actor=user, reason="signed out everywhere"):
        devices = Device.objects.select_for_update().filter(user=user)
        keys = list(devices.values_list("session_key", flat=True))
        devices.delete()
        if not user.has_usable_password():
            user.set_unusable_password()
            user.save(update_fields=["password"])
    _end_sessions(keys)
    return len(keys)


def device_name(user_agent: str) -> str:
    """System and browser, as far as they can be told: 'Android · Chrome'."""
    found = (_first(user_agent, _SYSTEMS), _first(user_agent, _BROWSERS))
    return " · ".join(name for name in found if name)


def _first(user_agent: str, names: Iterable[tuple[str, str]]) -> str:
    return next((name for sign, name in names if sign in user_agent), "")


def _seen_at(session: Session, device: Device) -> datetime:
    seen = session.get_decoded().get(LAST_SEEN)
    return datetime.fromtimestamp(seen, tz=UTC) if isinstance(seen, int) else device.signed_in_at


def _end_sessions(keys: list[str]) -> None:
    """By the store that is set up, so that what it keeps beside the database goes too."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
