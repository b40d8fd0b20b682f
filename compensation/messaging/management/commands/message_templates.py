"""The texts of all messages as they are registered with the Kakao dealer, under the codes that we send."""

from typing import Any

from django.core.management.base import BaseCommand

from compensation.messaging.texts import LANGUAGES, registered_text, texts


class Command(BaseCommand):
    help = "Prints every text as a template for the Kakao dealer: its code, then the text with #{variables}."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for template in texts():
            for language in LANGUAGES:
                self.stdout.write(f"--- {template}_{language}")
                self.stdout.write(registered_text(template=template, language=language) + "\n")
