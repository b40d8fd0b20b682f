"""How the tests walk in: the code is read where a person reads it, in the message that was written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings as django_settings
from django.test import Client

from compensation.messaging.models import Message
from users.standins import openid_provider
from users.standins.openid_provider import OpenIdProvider

PHONE = "010-1234-5678"
EMAIL = "hong@example.kr"


def last_code() -> str:
    """The code in the newest message."""
    return re.search(r"\b[0-9]{6}\b", Message.objects.latest("id").body)[0]


def ask(client: Client, contact: str = PHONE, address: str = "203.0.113.1", **extra: str):
    """Asks for a code on the sign-in page."""
    return client.post("/sign-in/", {"contact": contact} | extra, REMOTE_ADDR=address)


def enter(client: Client, code: str = "", address: str = "203.0.113.1"):
    """Enters a code, the newest where none is given."""
    return client.post("/sign-in/code/", {"code": code or last_code()}, REMOTE_ADDR=address)


def come_in(client: Client, contact: str = PHONE, **extra: str):
    """The whole way."""
    ask(client, contact, **extra)
    return enter(client)


def other_than(code: str) -> str:
    """A wrong code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def at(text: str) -> datetime:
    """A time on the day of the tests, in Seoul: `at("10:00:30")`."""
    return datetime.fromisoformat(f"2023-01-31T{text}+09:00")


@contextmanager
def kakao_stand_in(settings) -> Iterator[OpenIdProvider]:
    """Kakao's stand-in runs, and the settings are as the environment makes them under `make run`."""
    with OpenIdProvider() as provider:
        use_kakao(settings, provider)
        yield provider


def use_kakao(settings, provider: OpenIdProvider) -> None:
    settings.KAKAO_CLIENT_ID = openid_provider.CLIENT_ID
    app = {
        "provider_id": "kakao-oidc",
        "name": "Kakao",
        "client_id": openid_provider.CLIENT_ID,
        "secret": openid_provider.CLIENT_SECRET,
        "settings": {"server_url": provider.url, "fetch_userinfo": False},
    }
    given = django_settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": given | {"APPS": [app]}}
    policy = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    forms = {"form-action": [*policy["form-action"], provider.url]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy | forms}
