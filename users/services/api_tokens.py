"""Tokens of the API: given to whoever has proven a contact, found by their digest, revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from compensation import limits
from compensation.audit.services import because
from users.models import ApiToken, User
from users.models.api_token import token_reference
from users.services.sign_up import AccountClosed, StaffSignsInByPassword, may_come_in

PREFIX = "ct_"  # by which people, and scanners of published code, know a token when they see one
USE_NOTED_EVERY = timedelta(hours=1)  # a row is not worth an UPDATE per request


class TokenRefused(Exception):
    """No such token, or it has expired, was revoked, or its owner may not use one: which of them is not told."""


class TokenMadeAlready(Exception):
    """A token was made under this reference: its text was shown then, and is not shown again."""


@transaction.atomic
def issue_token(*, user: User, label: str, at: datetime, reference: str = "") -> tuple[str, ApiToken]:
    """A new token, as text that is shown this one time, and its row. Beyond the bound the oldest ends.

    `reference`: one that the caller drew beforehand (`token_reference`), so that a form sent twice makes one token.
    Raises AccountClosed, StaffSignsInByPassword: who sees the data of many works in sessions, which end (ours).
    Raises TokenMadeAlready.
    """
    may_come_in(user=User.objects.select_for_update(no_key=True).get(pk=user.pk))
    reference = reference or token_reference()
    if ApiToken.objects.filter(reference=reference).exists():
        raise TokenMadeAlready(reference)
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    with because(actor=user, reason="api token issued"):
        live = live_tokens(user=user, at=at)
        for old in live[limits.API_TOKENS_PER_PERSON_MAX - 1 :]:
            _revoke(old, at)
        row = ApiToken.objects.create(
            user=user,
            reference=reference,
            digest=_digest(token),
            label=label,
            created_at=at,
            expires_at=at + timedelta(days=limits.API_TOKEN_DAYS),
        )
    return token, row


def user_of_token(*, token: str, at: datetime) -> User:
    """Whom the token acts for; notes that it was used. Raises TokenRefused."""
    row = ApiToken.objects.select_related("user").filter(digest=_digest(token), revoked_at=None).first()
    if row is None or row.expires_at <= at:
        raise TokenRefused
    try:
        user = may_come_in(user=row.user)
    except (AccountClosed, StaffSignsInByPassword) as refused:
        raise TokenRefused from refused
    if row.last_used_at is None or at - row.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=at)
    return user


def live_tokens(*, user: User, at: datetime) -> list[ApiToken]:
    """The tokens that are good at `at`, newest first."""
    return list(ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=at).order_by("-id"))


@transaction.atomic
def revoke_token(*, user: User, reference: str, at: datetime) -> None:
    """Ends one of the person's tokens; one that has ended already stays as it is. Raises ApiToken.DoesNotExist."""
    row = ApiToken.objects.select_for_update().get(user=user, reference=reference)
    if row.revoked_at is None:
        with because(actor=user, reason="api token revoked"):
            _revoke(row, at)


def _revoke(row: ApiToken, at: datetime) -> None:
    row.revoked_at = at
    row.save(update_fields=["revoked_at"])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
