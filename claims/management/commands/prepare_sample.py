import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from claims.services.sample import SAMPLE_SEED, prepare_people, prepare_window
from compensation.programmes.selectors import programme_by_code


class Command(BaseCommand):
    help = (
        "Makes what a first day needs, where there is none: people, members, the association's files, an open window."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", nargs="?", default="1015")
        parser.add_argument("--members", type=int, default=int(os.environ.get("MEMBERS") or 1_000_000))
        parser.add_argument("--rows", type=int, default=7_826, help="good rows in the association's files (announced)")

    def handle(self, **options: Any) -> None:
        programme = programme_by_code(code=options["programme"])
        prepare_people(programme=programme)
        prepare_window(programme=programme, at=timezone.now())
        call_command("make_members", count=options["members"])
        folder = settings.VAR_DIR / "association" / programme.code
        if not any(folder.glob("*.xlsx")):
            call_command(
                "make_association_files", programme=programme.code, rows=options["rows"], out=folder, seed=SAMPLE_SEED
            )
