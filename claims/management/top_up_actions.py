"""manage.py payouts CODE top-ups|top-up|top-up-approve|top-up-drop|top-up-withdraw: more for determined claims."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from claims.models import TopUp, TopUpReason
from claims.selectors.top_ups import standings_of, top_up_named, top_ups_of
from claims.services.payouts.top_up_lists import parse_claim_list
from claims.services.payouts.top_up_withdrawal import withdraw_top_up
from claims.services.payouts.top_ups import approve_top_up, drop_top_up, propose_top_up
from compensation.programmes.models import Programme
from users.management.programme_command import user_named
from users.models import User

Rows = dict[str, Any]


def add_top_up_arguments(parser: CommandParser) -> None:
    """What the actions with top-ups read besides --reason and --by."""
    parser.add_argument("--top-up", help="reference of the top-up")
    parser.add_argument("--amount", help="top-up: won for each claim")
    parser.add_argument("--tier", default="", help="top-up: code of the tier whose determined claims get it")
    parser.add_argument("--claims", type=Path, help="top-up, top-up-withdraw: a file with references, one a line")
    parser.add_argument("--reason-code", default="", choices=["", *TopUpReason.values], help="top-up: why")


def who_does_it(options: Rows) -> User:
    """The person of --by. Raises CommandError."""
    if not options["person"]:
        raise CommandError("--by is needed: who does it")
    return user_named(options["person"])


def _list(programme: Programme, _options: Rows) -> Rows:
    return {"top_ups": [_shown(top_up) for top_up in top_ups_of(programme=programme)]}


def _propose(programme: Programme, options: Rows) -> Rows:
    top_up = propose_top_up(
        programme=programme,
        amount_won=options["amount"],
        reason_code=options["reason_code"],
        reason=options["reason"],
        tier_code=options["tier"],
        listed=_listed(options),
        actor=who_does_it(options),
        at=timezone.now(),
    )
    return _shown(top_up)


def _approve(programme: Programme, options: Rows) -> Rows:
    return _shown(approve_top_up(top_up=_top_up(programme, options), actor=who_does_it(options), at=timezone.now()))


def _drop(programme: Programme, options: Rows) -> Rows:
    return _shown(drop_top_up(top_up=_top_up(programme, options), actor=who_does_it(options), at=timezone.now()))


def _withdraw(programme: Programme, options: Rows) -> Rows:
    top_up = _top_up(programme, options)
    named = parse_claim_list(_listed(options)) if options["claims"] else None
    reason, actor = options["reason"], who_does_it(options)
    count = withdraw_top_up(top_up=top_up, reason=reason, references=named, actor=actor, at=timezone.now())
    return {"withdrawn": count} | _shown(top_up)


TOP_UP_ACTIONS: dict[str, Callable[[Programme, Rows], Rows]] = {
    "top-ups": _list,
    "top-up": _propose,
    "top-up-approve": _approve,
    "top-up-drop": _drop,
    "top-up-withdraw": _withdraw,
}


def _listed(options: Rows) -> str:
    if not options["claims"]:
        return ""
    try:
        return str(options["claims"].read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--claims: {error}") from error


def _top_up(programme: Programme, options: Rows) -> TopUp:
    if not options["top_up"]:
        raise CommandError("--top-up is needed: its reference")
    return top_up_named(programme=programme, reference=options["top_up"])


def _shown(top_up: TopUp) -> Rows:
    return {
        "top_up": top_up.reference,
        "state": top_up.state,
        "claims": top_up.claims_count,
        "amount_won": top_up.amount_won,
        "total_won": top_up.total_won,
        "reason_code": top_up.reason_code,
        "reason": top_up.reason,
        "proposed_by": top_up.proposed_by.username,
        "closed_by": top_up.closed_by.username if top_up.closed_by else None,
        "standings": {standing: asdict(found) for standing, found in standings_of(top_up=top_up).items()},
    }
