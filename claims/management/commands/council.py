"""manage.py council CODE [show|appoint|end]: who sits on a council, in the name of the system's account."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from claims.models import SeatHolder
from claims.selectors.council import council_of, holders_of
from claims.services.council.seats import SeatsRefused, appoint, end_term
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme
from users.management.programme_command import given, programme_named, user_named
from users.services.people import system_user


class Command(BaseCommand):
    help = "Shows who sits on a programme's council, appoints somebody, or ends a term. Doing it twice is once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("action", nargs="?", choices=["show", "appoint", "end"], default="show")
        parser.add_argument("--party", help="code of the party, e.g. academia")
        parser.add_argument("--number", type=int, default=1, help="which of the party's seats, from 1")
        parser.add_argument("--user", help="the user name of the person")
        parser.add_argument("--substitute", action="store_true", help="speaks where the member of the seat has not")
        parser.add_argument("--from", dest="term_from", type=date.fromisoformat, help="first day; default: today")
        parser.add_argument("--until", type=date.fromisoformat, help="first day that is not in the term any more")
        parser.add_argument("--json", action="store_true", help="the seats for machines")

    def handle(self, **options: Any) -> None:
        programme = programme_named(options["programme"])
        try:
            {"show": _show, "appoint": _appoint, "end": _end}[options["action"]](programme, options)
        except SeatsRefused as error:
            raise CommandError(f"{error.code}: {error.message_ko} ({error.message_en})") from error
        rows = _rows(programme)
        if options["json"]:
            document = {"programme": programme.code, "seats": rows}
            self.stdout.write(json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        for row in rows:
            kind = "예비 위원" if row["is_substitute"] else "위원"
            term = f"{row['term_from']} ~ {row['term_until'] or ''}"
            self.stdout.write(f"  {row['party']} {row['number']}: {row['user']} ({kind}, {term})")


def _show(programme: Programme, options: dict[str, Any]) -> None:
    """The list is printed after every action."""


def _appoint(programme: Programme, options: dict[str, Any]) -> None:
    at = timezone.now()
    appoint(
        programme=programme,
        party=given(options, "party"),
        number=options["number"],
        user=user_named(given(options, "user")),
        is_substitute=options["substitute"],
        term_from=options["term_from"] or day_in_seoul(at),
        term_until=options["until"],
        actor=system_user(),
        at=at,
    )


def _end(programme: Programme, options: dict[str, Any]) -> None:
    """The person's term that runs, or the next one."""
    at = timezone.now()
    until = options["until"] or day_in_seoul(at)
    user = user_named(given(options, "user"))
    holders = SeatHolder.objects.filter(seat__council__programme=programme, user=user).order_by("term_from")
    holder = next((row for row in holders if row.term_until is None or row.term_until >= day_in_seoul(at)), None)
    if holder is None:
        raise CommandError(f"{user.username} has no seat")
    end_term(holder=holder, term_until=until, actor=system_user(), at=at)


def _rows(programme: Programme) -> list[dict[str, Any]]:
    council = council_of(programme=programme)
    if council is None:
        return []
    return [
        {
            "party": holder.seat.party,
            "number": holder.seat.number,
            "user": holder.user.username,
            "is_substitute": holder.is_substitute,
            "term_from": holder.term_from,
            "term_until": holder.term_until,
        }
        for holder in holders_of(council=council)
    ]
