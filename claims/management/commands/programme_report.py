import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from claims.management.report_text import report_text
from claims.selectors.report import programme_report
from users.management.programme_command import programme_named


class Command(BaseCommand):
    help = "Prints the figures of a programme. Exits with an error where a sum does not add up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("--json", action="store_true", help="the same figures for machines (docs/report.md)")

    def handle(self, **options: Any) -> None:
        report = programme_report(programme=programme_named(options["programme"]), as_of=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(report_text(report))
        if not report["checks_hold"]:
            broken = [check["name"] for check in report["checks"] if not check["holds"]]
            raise CommandError("does not add up: " + "; ".join(broken), returncode=2)
