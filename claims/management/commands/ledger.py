import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from claims.management.ledger_text import trace_lines
from claims.selectors.money_search import find_money
from claims.selectors.money_trace import trace_of
from claims.services.payouts.invariants import verify, violations
from compensation.ledger.selectors import balances, balances_by_day
from compensation.policy.seoul import end_of_day
from compensation.programmes.models import Programme
from compensation.values.dates import parse_date
from compensation.values.refused import ValueRefused
from users.management.programme_command import programme_named
from users.services.people import system_user


class Command(BaseCommand):
    help = "The books: the trial balance, what became of a won, and whether everything agrees (exits with 2 else)."

    def add_arguments(self, parser: CommandParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True)
        balance = self._task(tasks, "trial_balance", "what stands on every account, in won")
        balance.add_argument("--as-of", help="at the end of this day in Seoul, or at this moment")
        balance.add_argument("--by-day", action="store_true", help="at the end of every day that booked something")
        trace = self._task(tasks, "trace", "what became of a won: from the determination to the bank's word")
        trace.add_argument(
            "query", help="a reference, a bank row (name#17), a name, an account or business number, won"
        )
        check = self._task(tasks, "verify", "looks whether ledger, payouts, batches and bank files agree")
        check.add_argument("--keep", action="store_true", help="keeps what was found as the newest check of the page")

    def _task(self, tasks: Any, name: str, about: str) -> CommandParser:
        parser: CommandParser = tasks.add_parser(name, help=about)
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("--json", action="store_true", help="the same for machines")
        return parser

    def handle(self, **options: Any) -> None:
        task = {"trial_balance": self._balance, "trace": self._trace, "verify": self._verify}[options["task"]]
        task(programme_named(options["programme"]), options)

    def _balance(self, programme: Programme, options: dict[str, Any]) -> None:
        if options["by_day"]:
            rows = [{"day": day.day.isoformat()} | day.balances for day in balances_by_day(programme=programme)]
        else:
            as_of = _moment(options["as_of"])
            told = timezone.localtime(as_of).isoformat(timespec="seconds")
            rows = [{"as_of": told} | balances(programme=programme, as_of=as_of)]
        self._tell(
            options,
            rows,
            [
                f"{name:>20}  {value:>24,}" if isinstance(value, int) else f"{value}"
                for row in rows
                for name, value in row.items()
            ],
        )

    def _trace(self, programme: Programme, options: dict[str, Any]) -> None:
        found = find_money(programme=programme, text=options["query"])
        traces = [trace_of(claim=hit.claim) for hit in found.hits]
        rows = [trace_lines(trace) for trace in traces]
        self._tell(options, rows, [line for row in rows for line in (row["claim"], *row["lines"])] or ["nothing"])

    def _verify(self, programme: Programme, options: dict[str, Any]) -> None:
        at = timezone.now()
        if options["keep"]:
            rows = verify(programme=programme, by=system_user(), at=at).violations
        else:
            rows = [asdict(found) for found in violations(programme, at=at)]
        told = [f"{row['code']} {row['reference']}: {row['en']}" for row in rows]
        self._tell(options, rows, told or ["everything agrees"])
        if rows:
            raise CommandError(f"{len(rows)} violations", returncode=2)

    def _tell(self, options: dict[str, Any], rows: list[Any], lines: list[str]) -> None:
        told = json.dumps(rows, ensure_ascii=False, indent=2) if options["json"] else "\n".join(lines)
        self.stdout.write(told)


def _moment(text: str | None) -> datetime:
    """A moment, or the end of a day; without a text, now."""
    if text is None:
        return timezone.now()
    try:
        said = parse_date(text)
    except ValueRefused as refused:
        raise CommandError(f"--as-of: {refused.message_en}") from refused
    return said.moment if said.has_time else end_of_day(said.day)
