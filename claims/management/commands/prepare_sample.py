import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from claims.services.sample import SAMPLE_SEED, prepare_people, prepare_representative, prepare_window
from claims.services.sample_council import prepare_council, prepare_session
from claims.services.sample_partners import prepare_partners
from compensation.programmes.models import Programme
from users.management.programme_command import programme_named


class Command(BaseCommand):
    help = (
        "Makes what a first day needs, where there is none: people, members, the association's files, an open window. "
        "After the programme's run, with --cases: a merchant's page, and cases that are open to votes of the council."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", nargs="?", default="1015")
        parser.add_argument("--members", type=int, default=int(os.environ.get("MEMBERS") or 1_000_000))
        parser.add_argument("--rows", type=int, default=7_826, help="good rows in the association's files (announced)")
        parser.add_argument("--cases", action="store_true", help="only what rests on claims that were decided")

    def handle(self, **options: Any) -> None:
        programme = programme_named(options["programme"])
        if options["cases"]:
            prepare_representative(programme=programme, at=timezone.now())
            prepare_session(programme=programme, at=timezone.now())
        else:
            _prepare(programme, options)


def _prepare(programme: Programme, options: dict[str, Any]) -> None:
    prepare_people(programme=programme)
    prepare_council(programme=programme, at=timezone.now())
    prepare_window(programme=programme, at=timezone.now())
    prepare_partners(programme=programme, at=timezone.now())
    call_command("make_members", count=options["members"])
    folder = settings.VAR_DIR / "association" / programme.code
    if not any(folder.glob("*.xlsx")):
        call_command(
            "make_association_files", programme=programme.code, rows=options["rows"], out=folder, seed=SAMPLE_SEED
        )
