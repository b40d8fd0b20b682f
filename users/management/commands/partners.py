"""manage.py partners CODE [list|new|token|tokens|revoke|limit|days]: partners, and the tokens of their programs."""

from dataclasses import asdict
from typing import ClassVar

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from compensation import limits
from compensation.programmes.models import Programme
from compensation.values.names import parse_name
from compensation.values.partner_codes import parse_partner_code
from users.management.programme_command import Answer, Options, ProgrammeCommand, given
from users.models import Partner, PartnerScope
from users.selectors.partners import days_of, live_partner_tokens, partners_of
from users.services.partners import (
    NoSuchScopes,
    change_rate,
    issue_partner_token,
    register_partner,
    revoke_partner_token,
)


def _list(programme: Programme, _options: Options) -> Answer:
    rows = partners_of(programme=programme, at=timezone.now())
    return {
        "partners": [_named(row) | {"live_tokens": row.live_tokens, "last_used_at": row.last_used_at} for row in rows]
    }


def _new(programme: Programme, options: Options) -> Answer:
    return _named(
        register_partner(
            programme=programme,
            code=parse_partner_code(given(options, "partner")),
            name_ko=parse_name(given(options, "name_ko")),
            name_en=parse_name(given(options, "name_en")),
            actor=options["actor"],
            at=timezone.now(),
        )
    )


def _token(programme: Programme, options: Options) -> Answer:
    """The token is shown this one time."""
    try:
        token, row = issue_partner_token(
            partner=_partner(programme, options),
            label=parse_name(options["label"], length_max=limits.API_TOKEN_LABEL_LENGTH_MAX),
            scopes=given(options, "scopes").split(","),
            days=options["days"],
            actor=options["actor"],
            at=timezone.now(),
        )
    except NoSuchScopes as error:
        raise CommandError(f"--scopes: {error}") from error
    return {"token": token, "reference": row.reference, "scopes": ",".join(row.scopes), "expires_at": row.expires_at}


def _tokens(programme: Programme, _options: Options) -> Answer:
    return {"tokens": [asdict(token) for token in live_partner_tokens(programme=programme, at=timezone.now())]}


def _revoke(programme: Programme, options: Options) -> Answer:
    row = revoke_partner_token(
        programme=programme, reference=given(options, "token"), actor=options["actor"], at=timezone.now()
    )
    return {"reference": row.reference, "revoked_at": row.revoked_at}


def _limit(programme: Programme, options: Options) -> Answer:
    partner = change_rate(
        partner=_partner(programme, options), requests_per_second=options["per_second"], actor=options["actor"]
    )
    return {"partner": partner.code, "requests_per_second": partner.requests_per_second}


def _days(programme: Programme, options: Options) -> Answer:
    return {"days": [asdict(day) for day in days_of(partner=_partner(programme, options), at=timezone.now())]}


def _named(partner: Partner) -> Answer:
    return {"partner": partner.code, "name_ko": partner.name_ko, "name_en": partner.name_en}


def _partner(programme: Programme, options: Options) -> Partner:
    return Partner.objects.get(programme=programme, code=given(options, "partner"))


class Command(ProgrammeCommand):
    help = "Lists and registers partners, gives their programs tokens, lists and revokes these, bounds their requests."
    actions: ClassVar = {
        "list": _list,
        "new": _new,
        "token": _token,
        "tokens": _tokens,
        "revoke": _revoke,
        "limit": _limit,
        "days": _days,
    }

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--partner", help="code of the partner, e.g. shop")
        parser.add_argument("--name-ko", help="new: its name in Korean")
        parser.add_argument("--name-en", help="new: its name in English")
        parser.add_argument("--label", default="program", help="token: which of the partner's programs uses it")
        parser.add_argument("--scopes", help=f"token: of {','.join(PartnerScope.values)}")
        parser.add_argument("--days", type=int, default=limits.PARTNER_TOKEN_DAYS, help="token: how long it is good")
        parser.add_argument("--token", help="revoke: the token's reference")
        parser.add_argument("--per-second", type=int, help="limit: requests a second; without it as any partner")
