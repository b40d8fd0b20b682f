"""manage.py bank_accounts CODE [figures|list|ask|decide]: what is known of accounts, asking banks, decisions."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from claims.selectors.accounts import LISTS, TO_CHECK, account_figures, account_history, accounts_of, claim_of_account
from claims.services.account_checks import ask_next, decide_account, want_accounts
from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code
from compensation.runtime.masking import masked_account, masked_name
from compensation.values.refused import ValueRefused
from merchants.models import BankAccount
from merchants.services.account_decisions import BY_STAFF
from users.models import User
from users.services.people import system_user

Answer = dict[str, Any]
LISTED = 100


class Command(BaseCommand):
    help = "Shows which accounts can be paid to, asks banks about the others, and keeps what people decide."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("action", nargs="?", choices=list(_ACTIONS), default="figures")
        parser.add_argument("--list", choices=list(LISTS), default=TO_CHECK, help="list: which accounts")
        parser.add_argument("--claim", help="decide: reference of a claim of the merchant")
        parser.add_argument("--kind", choices=[str(kind) for kind in BY_STAFF], help="decide: what")
        parser.add_argument("--reason", default="", help="decide: why")
        parser.add_argument("--by", help="decide: user name of the person who decides")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, **options: Any) -> None:
        try:
            system_user()
            answer = _ACTIONS[options["action"]](programme_by_code(code=options["programme"]), options)
        except (Programme.DoesNotExist, User.DoesNotExist) as error:
            raise CommandError(str(error)) from error
        except ValueRefused as refused:
            raise CommandError(f"{refused.message_ko} ({refused.message_en})") from refused
        if options["json"]:
            self.stdout.write(json.dumps(answer, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        for name, value in answer.items():
            if isinstance(value, list):
                for row in value:
                    self.stdout.write(", ".join(f"{key} {part}" for key, part in row.items()))
            else:
                self.stdout.write(f"{name}: {value}")


def _figures(programme: Programme, _options: Answer) -> Answer:
    return asdict(account_figures(programme=programme))


def _list(programme: Programme, options: Answer) -> Answer:
    """Masked, as on the page; the first hundred."""
    rows = accounts_of(programme=programme, which=options["list"])[:LISTED]
    return {"accounts": [{"claim": row.claim_reference, **_masked(row)} for row in rows]}


def _ask(programme: Programme, _options: Answer) -> Answer:
    """All that is due now, of every programme: banks know nothing of programmes."""
    at = timezone.now()
    want_accounts(at=at)
    asked = 0
    while taken := ask_next(at=at):
        asked += taken
    return {"asked": asked, **_figures(programme, {})}


def _decide(programme: Programme, options: Answer) -> Answer:
    missing = [name for name in ("claim", "kind", "by") if not options[name]]
    if missing:
        raise CommandError(f"--{missing[0]} is needed")
    claim = claim_of_account(programme=programme, reference=options["claim"])
    accounts = account_history(merchant=claim.merchant) if claim else []
    if not accounts:
        raise CommandError("그런 접수나 계좌가 없습니다. (no such claim, or no account)")
    actor = User.objects.get(username=options["by"])
    decide_account(account=accounts[0], kind=options["kind"], reason=options["reason"], actor=actor, at=timezone.now())
    accounts[0].refresh_from_db()
    return {"claim": options["claim"], **_masked(accounts[0])}


def _masked(account: BankAccount) -> Answer:
    return {
        "bank": account.bank_code,
        "number": masked_account(account.number_last4),
        "holder": masked_name(account.holder),
        "standing": account.standing,
    }


_ACTIONS = {"figures": _figures, "list": _list, "ask": _ask, "decide": _decide}
