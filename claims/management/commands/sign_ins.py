from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from claims.services.sample import prepare_representative, sign_ins
from compensation.programmes.selectors import programme_by_code


class Command(BaseCommand):
    help = "Prints one sign-in per role of the sample."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", nargs="?", default="1015")

    def handle(self, **options: Any) -> None:
        prepare_representative(programme=programme_by_code(code=options["programme"]), at=timezone.now())
        for person in sign_ins():
            self.stdout.write(f"  {person.role.value:<10} {person.username:<10} {person.password}")
        self.stdout.write(
            "  These sign in at /staff/sign-in/ . As a merchant: /sign-in/ with any Korean mobile number."
        )
        if settings.MESSAGING["sms"] == "file":
            self.stdout.write(f"  Codes and other messages are written to {settings.MESSAGING['folder']}")
