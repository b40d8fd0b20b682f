import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from claims.selectors.council import council_of
from claims.services.council.verifying import verify
from users.management.programme_command import programme_named


class Command(BaseCommand):
    help = "Verifies the council's decisions: the chain of digests, and each content against the rows. Exits with 2."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("--json", action="store_true", help="the result for machines")

    def handle(self, **options: Any) -> None:
        council = council_of(programme=programme_named(options["programme"]))
        faults = verify(council=council) if council else []
        result = {
            "programme": options["programme"],
            "decisions": council.decisions.count() if council else 0,
            "faults": [asdict(fault) for fault in faults],
        }
        if options["json"]:
            self.stdout.write(json.dumps(result, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(f"{result['decisions']}건의 의결을 확인했습니다. 다른 곳: {len(faults)}")
            for fault in faults:
                self.stdout.write(f"  #{fault.number} {fault.place}: {fault.expected!r} -> {fault.found!r}")
        if faults:
            raise CommandError(f"{len(faults)} differences", returncode=2)
