"""manage.py partners CODE [list|new|token|tokens|revoke|limit|days]: partners, and the tokens of their programs."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from compensation import limits
from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code
from compensation.values.names import parse_name
from compensation.values.refused import ValueRefused
from users.models import Partner, PartnerScope, PartnerToken, User
from users.selectors.partners import days_of, live_partner_tokens, partners_of
from users.services.partners import (
    NoSuchScopes,
    change_rate,
    issue_partner_token,
    register_partner,
    revoke_partner_token,
)
from users.services.people import SYSTEM_USERNAME, system_user

Answer = dict[str, Any]


class Command(BaseCommand):
    help = "Lists and registers partners, gives their programs tokens, lists and revokes these, bounds their requests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("action", nargs="?", choices=list(_ACTIONS), default="list")
        parser.add_argument("--partner", help="code of the partner, e.g. shop")
        parser.add_argument("--name-ko", help="new: its name in Korean")
        parser.add_argument("--name-en", help="new: its name in English")
        parser.add_argument("--label", default="program", help="token: which of the partner's programs uses it")
        parser.add_argument("--scopes", help=f"token: of {','.join(PartnerScope.values)}")
        parser.add_argument("--days", type=int, default=limits.PARTNER_TOKEN_DAYS, help="token: how long it is good")
        parser.add_argument("--token", help="revoke: the token's reference")
        parser.add_argument("--per-second", type=int, help="limit: requests a second; without it as any partner")
        parser.add_argument("--by", default=SYSTEM_USERNAME, help="user name of the person who does it")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, **options: Any) -> None:
        try:
            system_user()
            programme = programme_by_code(code=options["programme"])
            options["actor"] = User.objects.get(username=options["by"])
            answer = _ACTIONS[options["action"]](programme, options)
        except (Programme.DoesNotExist, User.DoesNotExist, Partner.DoesNotExist, PartnerToken.DoesNotExist) as error:
            raise CommandError(str(error)) from error
        except ValueRefused as refused:
            raise CommandError(f"{refused.message_ko} ({refused.message_en})") from refused
        except NoSuchScopes as error:
            raise CommandError(f"--scopes: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        for name, value in answer.items():
            self._write(name, value)

    def _write(self, name: str, value: Any) -> None:
        if not isinstance(value, list):
            self.stdout.write(f"{name}: {value}")
            return
        self.stdout.write(f"{name}:")
        for row in value:
            self.stdout.write("  " + ", ".join(f"{key} {part}" for key, part in row.items()))


def _list(programme: Programme, _options: dict[str, Any]) -> Answer:
    rows = partners_of(programme=programme, at=timezone.now())
    return {
        "partners": [_named(row) | {"live_tokens": row.live_tokens, "last_used_at": row.last_used_at} for row in rows]
    }


def _new(programme: Programme, options: dict[str, Any]) -> Answer:
    return _named(
        register_partner(
            programme=programme,
            code=_given(options, "partner"),
            name_ko=parse_name(_given(options, "name_ko")),
            name_en=parse_name(_given(options, "name_en")),
            actor=options["actor"],
            at=timezone.now(),
        )
    )


def _token(programme: Programme, options: dict[str, Any]) -> Answer:
    """The token is shown this one time."""
    token, row = issue_partner_token(
        partner=_partner(programme, options),
        label=parse_name(options["label"], length_max=limits.API_TOKEN_LABEL_LENGTH_MAX),
        scopes=_given(options, "scopes").split(","),
        days=options["days"],
        actor=options["actor"],
        at=timezone.now(),
    )
    return {"token": token, "reference": row.reference, "scopes": ",".join(row.scopes), "expires_at": row.expires_at}


def _tokens(programme: Programme, _options: dict[str, Any]) -> Answer:
    return {"tokens": [asdict(token) for token in live_partner_tokens(programme=programme, at=timezone.now())]}


def _revoke(programme: Programme, options: dict[str, Any]) -> Answer:
    row = revoke_partner_token(
        programme=programme, reference=_given(options, "token"), actor=options["actor"], at=timezone.now()
    )
    return {"reference": row.reference, "revoked_at": row.revoked_at}


def _limit(programme: Programme, options: dict[str, Any]) -> Answer:
    partner = change_rate(
        partner=_partner(programme, options), requests_per_second=options["per_second"], actor=options["actor"]
    )
    return {"partner": partner.code, "requests_per_second": partner.requests_per_second}


def _days(programme: Programme, options: dict[str, Any]) -> Answer:
    return {"days": [asdict(day) for day in days_of(partner=_partner(programme, options), at=timezone.now())]}


def _named(partner: Partner) -> Answer:
    return {"partner": partner.code, "name_ko": partner.name_ko, "name_en": partner.name_en}


def _partner(programme: Programme, options: dict[str, Any]) -> Partner:
    return Partner.objects.get(programme=programme, code=_given(options, "partner"))


def _given(options: dict[str, Any], name: str) -> str:
    value = options[name]
    if not value:
        raise CommandError(f"--{name.replace('_', '-')} is needed")
    return str(value)


_ACTIONS = {
    "list": _list,
    "new": _new,
    "token": _token,
    "tokens": _tokens,
    "revoke": _revoke,
    "limit": _limit,
    "days": _days,
}
