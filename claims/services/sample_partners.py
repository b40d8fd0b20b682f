"""The sample's partners: a shop that takes coupons, and a service that hands out emoticons, each with a token.

Like the sample's password the tokens are made on the first run and kept under var/, for the owner of the machine.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from compensation.programmes.models import Programme
from users.models import PartnerScope
from users.services.partners import issue_partner_token, register_partner
from users.services.people import system_user

LABEL = "sample"
COUPONS = (PartnerScope.VALIDATE, PartnerScope.REDEEM, PartnerScope.CANCEL)
PARTNERS: tuple[tuple[str, str, str, Collection[PartnerScope]], ...] = (
    ("shop", "쇼핑하기", "Shopping", COUPONS),
    ("emoticons", "이모티콘", "Emoticons", (PartnerScope.RECEIVE,)),
)


@dataclass(frozen=True, slots=True)
class PartnerSignIn:
    """By which a partner's program gets in."""

    partner: str
    token: str


def token_file() -> Path:
    return Path(settings.VAR_DIR) / "secrets" / "sample-partner-tokens"


def prepare_partners(*, programme: Programme, at: datetime) -> None:
    """The partners of PARTNERS. Tokens that are still good stay; others are made anew."""
    known = _known()
    tokens = {
        code: _token(programme, (code, name_ko, name_en), scopes, known.get(code, []), at)
        for code, name_ko, name_en, scopes in PARTNERS
    }
    if tokens != known:
        file = token_file()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(tokens))


def partner_sign_ins() -> list[PartnerSignIn]:
    """One for each partner of the sample; none before it was made."""
    return [PartnerSignIn(code, text) for code, (text, _reference) in _known().items()]


@transaction.atomic
def _token(
    programme: Programme, names: tuple[str, str, str], scopes: Collection[PartnerScope], known: list[str], at: datetime
) -> list[str]:
    """The token and its reference."""
    code, name_ko, name_en = names
    partner = register_partner(
        programme=programme, code=code, name_ko=name_ko, name_en=name_en, actor=system_user(), at=at
    )
    good = partner.tokens.filter(reference__in=known[1:], revoked_at=None, expires_at__gt=at)
    if good.exists():
        return known
    text, row = issue_partner_token(partner=partner, label=LABEL, scopes=scopes, actor=system_user(), at=at)
    return [text, row.reference]


def _known() -> dict[str, list[str]]:
    file = token_file()
    return dict(json.loads(file.read_text())) if file.exists() else {}
