from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from claims.services.sample import sign_ins
from claims.services.sample_partners import partner_sign_ins


class Command(BaseCommand):
    help = "Prints one sign-in per role of the sample."

    def handle(self, **_options: Any) -> None:
        people = sign_ins()
        for person in people:
            self.stdout.write(f"  {person.role.value:<10} {person.username:<10} {person.password}")
        others = ", ".join(name for person in people for name in person.others)
        self.stdout.write(f"  The same password: {others}.")
        self.stdout.write(
            "  These sign in at /staff/sign-in/ . As a merchant: /sign-in/ with any Korean mobile number."
        )
        for partner in partner_sign_ins():
            self.stdout.write(f"  A program of the partner {partner.partner}: Authorization: Bearer {partner.token}")
        if settings.MESSAGING["sms"] == "file":
            self.stdout.write(f"  Codes and other messages are written to {settings.MESSAGING['folder']}")
