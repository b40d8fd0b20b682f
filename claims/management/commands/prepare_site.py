from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.services.bank_files.profiles import ensure_profiles
from compensation.programmes.models import Programme


class Command(BaseCommand):
    help = "Everything that has to stand before the site can serve: texts, static files, tables, the programme's rules."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the programme file, e.g. programmes/1015.toml")

    def handle(self, *, file: Path, **_options: Any) -> None:
        """One process for all of it: each of these commands alone would load the whole site again."""
        call_command("translations", "compile", stdout=self.stdout)
        call_command("collectstatic", interactive=False, ignore_patterns=["redoc"], verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        self._load(file)
        for programme in Programme.objects.order_by("pk"):
            ensure_profiles(programme, timezone.now())

    def _load(self, file: Path) -> None:
        """A site that runs goes on with the rules it has: a file that does not fit them any more stops nothing."""
        try:
            call_command("load_programme", str(file), stdout=self.stdout)
        except CommandError as refused:
            if not Programme.objects.exists():
                raise
            self.stderr.write(f"{refused}\n" + _("지금까지의 내용으로 계속합니다."))
