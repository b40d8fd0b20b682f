import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from claims.management.stage_bars import StageBars
from claims.models import ProgrammeRun
from claims.selectors.run_progress import run_progress
from claims.services.programme_run import RunNotPossible, start_run
from compensation.programmes.models import Programme, Role
from compensation.runtime.tasks import send_after_commit
from users.management.programme_command import programme_named
from users.models import User

LOOK_EVERY_SECONDS = 0.5
NUDGE_EVERY_SECONDS = 2.0  # as beat does: harmless beside it, enough without it
SAY_NO_WORKER_AFTER_SECONDS = 20


class Command(BaseCommand):
    help = "Runs a programme: imports files, assesses, books channel cash, grants the package; then prints the report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("--files", nargs="*", type=Path, help="the association's files; default: the sample files")
        parser.add_argument("--package", help="code of the benefit package; default: the programme's only one")
        parser.add_argument("--maker", help="who starts the grant job; default: the first ops person of the programme")
        parser.add_argument("--approver", help="who approves it; default: the second ops person")
        parser.add_argument("--json", action="store_true", help="print the report for machines, progress on stderr")

    def handle(self, **options: Any) -> None:
        programme = programme_named(options["programme"])
        maker, approver = _people(programme, options["maker"], options["approver"])
        try:
            run = start_run(
                programme=programme,
                files=_files(programme, options["files"]),
                package=_package(programme, options["package"]),
                maker=maker,
                approver=approver,
                at=timezone.now(),
            )
        except RunNotPossible as error:
            raise CommandError(str(error)) from error
        self._watch(run)
        call_command("programme_report", programme.code, json=options["json"], stdout=self.stdout)

    def _watch(self, run: ProgrammeRun) -> None:
        """Shows stage after stage until the run is done. The workers do the work: this may be stopped and started."""
        screen = StageBars()
        moved_at = nudged_at = time.monotonic()
        while True:
            run.refresh_from_db()
            if screen.show(run_progress(run=run, now=timezone.now())):
                moved_at = time.monotonic()
            if run.fault:
                raise CommandError(f"the run stopped: {run.fault}")
            if run.finished_at:
                return
            if time.monotonic() - nudged_at > NUDGE_EVERY_SECONDS:
                send_after_commit("claims.advance_run", run_id=run.pk)
                nudged_at = time.monotonic()
            if time.monotonic() - moved_at > SAY_NO_WORKER_AFTER_SECONDS:
                self.stderr.write("nothing has moved for a while: are workers running? (celery -A compensation worker)")
                moved_at = time.monotonic()
            time.sleep(LOOK_EVERY_SECONDS)


def _files(programme: Programme, given: list[Path] | None) -> list[Path]:
    folder = settings.VAR_DIR / "association" / programme.code
    files = given if given is not None else sorted(folder.glob("*.xlsx")) + sorted(folder.glob("*.csv"))
    return [file.resolve() for file in files if ".refused" not in file.name]


def _package(programme: Programme, code: str | None) -> Any:
    packages = programme.benefit_packages.all()
    chosen = packages.filter(code=code) if code else packages
    if len(chosen) != 1:
        raise CommandError(f"name one --package of: {', '.join(package.code for package in packages)}")
    return chosen[0]


def _people(programme: Programme, maker: str | None, approver: str | None) -> tuple[User, User]:
    ops = User.objects.filter(programme_roles__programme=programme, programme_roles__role=Role.OPS).order_by("id")
    chosen = [ops.filter(username=name).first() if name else None for name in (maker, approver)]
    if (maker and not chosen[0]) or (approver and not chosen[1]):
        raise CommandError("maker and approver must be ops people of the programme")
    first = chosen[0] or next((user for user in ops if user != chosen[1]), None)
    second = chosen[1] or next((user for user in ops if user != first), None)
    if first is None or second is None:
        raise CommandError("the grant job needs two ops people of the programme: one starts it, another approves it")
    return first, second
