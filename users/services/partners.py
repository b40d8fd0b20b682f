"""Partners who honour grants, and the tokens of their programs: given, found by their digest, revoked."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from compensation import limits
from compensation.audit.services import because
from compensation.programmes.models import Programme
from compensation.values.refused import ValueRefused
from users.models import Partner, PartnerScope, PartnerToken, User
from users.models.coupons import new_reference

PREFIX = "cp_"  # by which people, and scanners of published code, know such a token when they see one
USE_NOTED_EVERY = timedelta(hours=1)  # a row is not worth an UPDATE per request


class PartnerTokenRefused(Exception):
    """No such token, or it has expired or was revoked: which of them is not told."""


class NoSuchScopes(ValueError):
    """No scope at all, or one that does not exist."""


class PartnerTokenMadeAlready(Exception):
    """A token was made under this reference: its text was shown then, and is not shown again."""


class PartnerNumberRefused(ValueRefused):
    """Days of a token, or requests a second, that nobody may have."""


@transaction.atomic
def register_partner(
    *, programme: Programme, code: str, name_ko: str, name_en: str, actor: User, at: datetime
) -> Partner:
    """A partner of the programme, with an account for its programs with which nobody can sign in.

    The same code again is the same partner, and stays as it is.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    known = Partner.objects.filter(programme=programme, code=code).first()
    if known is not None:
        return known
    with because(actor=actor, reason="partner registered"):
        user = User(username=f"partner:{programme.code}:{code}", name=name_ko)
        user.set_unusable_password()
        user.save()
        return Partner.objects.create(
            programme=programme, code=code, name_ko=name_ko, name_en=name_en, user=user, created_at=at
        )


@transaction.atomic
def issue_partner_token(
    *,
    partner: Partner,
    label: str,
    scopes: Collection[str],
    actor: User,
    at: datetime,
    days: int = limits.PARTNER_TOKEN_DAYS,
    reference: str = "",
) -> tuple[str, PartnerToken]:
    """A new token that is good for `days`, as text that is shown this one time, and its row.

    `reference`: one that the caller drew beforehand (`new_reference`), so that a form sent twice makes one token.
    Raises NoSuchScopes, PartnerNumberRefused, PartnerTokenMadeAlready.
    """
    if not scopes or not set(scopes) <= set(PartnerScope.values):
        raise NoSuchScopes(", ".join(PartnerScope.values))
    _require_between(days, most=limits.PARTNER_TOKEN_DAYS)
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    if reference and PartnerToken.objects.filter(reference=reference).exists():
        raise PartnerTokenMadeAlready(reference)
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    with because(actor=actor, reason="partner token issued"):
        row = PartnerToken.objects.create(
            partner=partner,
            reference=reference or new_reference(),
            digest=_digest(token),
            label=label,
            scopes=sorted(set(scopes)),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
    return token, row


# With every request of a partner: the mapper takes 0.4 ms of processor time to write the same, where a whole validation
# takes 1.7 (docs/performance.md).
_BY_DIGEST = """
    SELECT token.*, partner.programme_id, partner.code, partner.name_ko, partner.name_en, partner.user_id,
           partner.requests_per_second, account.username, account.name, account.is_active
      FROM users_partnertoken token
      JOIN users_partner partner ON partner.id = token.partner_id
      JOIN users_user account ON account.id = partner.user_id
     WHERE token.digest = %s AND token.revoked_at IS NULL AND token.expires_at > %s AND account.is_active
"""
_OF_PARTNER = ("programme_id", "code", "name_ko", "name_en", "user_id", "requests_per_second")
_OF_ACCOUNT = ("username", "name", "is_active")


def token_by_text(*, text: str, at: datetime) -> PartnerToken:
    """The token with its partner and the partner's account; notes that it was used. Raises PartnerTokenRefused."""
    row: Any = next(iter(PartnerToken.objects.raw(_BY_DIGEST, [_digest(text), at])), None)
    if row is None:
        raise PartnerTokenRefused
    row.partner = Partner.from_db(
        "default", ["id", *_OF_PARTNER], [row.partner_id, *(getattr(row, name) for name in _OF_PARTNER)]
    )
    row.partner.user = User.from_db(
        "default", ["id", *_OF_ACCOUNT], [row.user_id, *(getattr(row, name) for name in _OF_ACCOUNT)]
    )
    if row.last_used_at is None or at - row.last_used_at >= USE_NOTED_EVERY:
        PartnerToken.objects.filter(pk=row.pk).update(last_used_at=at)
    found: PartnerToken = row
    return found


@transaction.atomic
def revoke_partner_token(*, programme: Programme, reference: str, actor: User, at: datetime) -> PartnerToken:
    """Ends a token of the programme's partners; one that has ended stays as it is. Raises PartnerToken.DoesNotExist."""
    row = PartnerToken.objects.select_for_update(of=("self",)).get(partner__programme=programme, reference=reference)
    if row.revoked_at is None:
        row.revoked_at = at
        with because(actor=actor, reason="partner token revoked"):
            row.save(update_fields=["revoked_at"])
    return row


@transaction.atomic
def change_rate(*, partner: Partner, requests_per_second: int | None, actor: User) -> Partner:
    """How often the partner's programs may ask; None: as often as any partner's. Raises PartnerNumberRefused."""
    if requests_per_second is not None:
        _require_between(requests_per_second, most=limits.PARTNER_RATE_MAX)
    held = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    held.requests_per_second = requests_per_second
    with because(actor=actor, reason="partner rate changed"):
        held.save(update_fields=["requests_per_second"])
    return held


def _require_between(value: int, *, most: int) -> None:
    if not 1 <= value <= most:
        raise PartnerNumberRefused(
            "number_out_of_range",
            f"1에서 {most:,} 사이의 숫자로 적어 주세요.",
            f"Please write a number from 1 to {most:,}.",
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
