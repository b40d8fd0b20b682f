"""manage.py bank_accounts CODE [figures|list|ask|decide]: what is known of accounts, asking banks, decisions."""

from dataclasses import asdict
from typing import ClassVar

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from claims.selectors.accounts import LISTS, TO_CHECK, account_figures, account_history, accounts_of
from claims.selectors.claims import claim_of_programme
from claims.services.account_checks import ask_next, decide_account, want_accounts
from compensation.programmes.models import Programme
from compensation.runtime.masking import masked_account, masked_name
from merchants.models import BankAccount
from merchants.services.account_decisions import BY_STAFF
from users.management.programme_command import Answer, Options, ProgrammeCommand, given

LISTED = 100


def _figures(programme: Programme, _options: Options) -> Answer:
    return asdict(account_figures(programme=programme))


def _list(programme: Programme, options: Options) -> Answer:
    """Masked, as on the page; the first hundred."""
    rows = accounts_of(programme=programme, which=options["list"])[:LISTED]
    return {"accounts": [{"claim": row.claim_reference, **_masked(row)} for row in rows]}


def _ask(programme: Programme, _options: Options) -> Answer:
    """All that is due now, of every programme: banks know nothing of programmes."""
    at = timezone.now()
    want_accounts(at=at)
    asked = 0
    while taken := ask_next(at=at):
        asked += taken
    return {"asked": asked, **_figures(programme, {})}


def _decide(programme: Programme, options: Options) -> Answer:
    """In the name of a person: the system decides nothing by hand."""
    reference, kind, _by = (given(options, name) for name in ("claim", "kind", "by"))
    claim = claim_of_programme(programme=programme, reference=reference)
    accounts = account_history(merchant=claim.merchant) if claim else []
    if not accounts:
        raise CommandError("그런 접수나 계좌가 없습니다. (no such claim, or no account)")
    actor, reason = options["actor"], options["reason"]
    decide_account(account=accounts[0], kind=kind, reason=reason, actor=actor, at=timezone.now())
    accounts[0].refresh_from_db()
    return {"claim": reference, **_masked(accounts[0])}


def _masked(account: BankAccount) -> Answer:
    return {
        "bank": account.bank_code,
        "number": masked_account(account.number_last4),
        "holder": masked_name(account.holder),
        "standing": account.standing,
    }


class Command(ProgrammeCommand):
    help = "Shows which accounts can be paid to, asks banks about the others, and keeps what people decide."
    actions: ClassVar = {"figures": _figures, "list": _list, "ask": _ask, "decide": _decide}

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--list", choices=list(LISTS), default=TO_CHECK, help="list: which accounts")
        parser.add_argument("--claim", help="decide: reference of a claim of the merchant")
        parser.add_argument("--kind", choices=[str(kind) for kind in BY_STAFF], help="decide: what")
        parser.add_argument("--reason", default="", help="decide: why")
