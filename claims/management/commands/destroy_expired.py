import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from claims.services.retention import count_expired, destroy_expired
from users.services.people import system_user


class Command(BaseCommand):
    help = "Destroys what is no longer needed, as happens every night. How long what is kept: compensation/limits.py."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many of each kind")
        parser.add_argument("--json", action="store_true", help="the same figures for machines")

    def handle(self, **options: Any) -> None:
        at = timezone.now()
        counts = count_expired(at=at) if options["dry_run"] else destroy_expired(actor=system_user(), at=at).counts
        if options["json"]:
            answer = {"at": at.isoformat(), "dry_run": options["dry_run"], "counts": counts}
            self.stdout.write(json.dumps(answer, indent=2))
            return
        for code, count in counts.items():
            self.stdout.write(f"{code:<18} {count:>12,}")
        if not any(counts.values()):
            self.stdout.write("nothing is due")
