"""manage.py bank_files CODE [profiles|show|write|read|losses]: bank profiles, and the files and results of a batch."""

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from claims.management.writing_files import write_files
from claims.models import PayoutBatch, ResultFile
from claims.selectors.bank_files import current_profiles, downloads_of, files_of, results_of
from claims.selectors.payouts import batch_named
from claims.services.bank_files.losses import losses
from claims.services.bank_files.profiles import ensure_profiles
from claims.services.bank_files.reading import ResultGivenUp, read_result
from compensation.policy.bank_cells import CellDoesNotFit
from compensation.programmes.models import Programme
from users.management.programme_command import Answer, Options, ProgrammeCommand, given

FAULTS_SHOWN = 20


def _profiles(programme: Programme, _options: Options) -> Answer:
    ensure_profiles(programme, timezone.now())
    rows = current_profiles(programme)
    return {
        "profiles": [
            {"code": row.code, "version": row.version, "name": row.layout["name_ko"], "checked_at": row.checked_at}
            for row in rows
        ]
    }


def _show(programme: Programme, options: Options) -> Answer:
    batch = _batch(programme, options)
    downloads = downloads_of(batch=batch)
    return {
        "batch": batch.reference,
        "state": batch.state,
        "files": [
            {"name": row.name, "rows": row.rows, "total_won": row.total_won, "sha256": row.sha256}
            for row in files_of(batch=batch)
        ],
        "downloads": [
            {"file": row.file.name, "user": row.actor.username, "reason": row.reason, "at": row.at} for row in downloads
        ],
        "results": [_result(row) for row in results_of(batch=batch)],
    }


def _write(programme: Programme, options: Options) -> Answer:
    write_files(_batch(programme, options), is_quiet=options["verbosity"] == 0)
    return _show(programme, options)


def _read(programme: Programme, options: Options) -> Answer:
    path: Path = given(options, "file")
    batch = _batch(programme, options)
    with tqdm(total=batch.payouts_count, unit=" lines", leave=False, disable=options["verbosity"] == 0) as bar:
        result = read_result(
            batch=batch,
            upload=path,
            name=path.name,
            actor=options["actor"],
            at=timezone.now(),
            on_lines=bar.update,
        )
    return _result(result) | {"faults": result.faults if options["json"] else result.faults[:FAULTS_SHOWN]}


def _losses(programme: Programme, options: Options) -> Answer:
    batch = _batch(programme, options)
    found = losses(batch.profile, batch)
    return {
        "losses": [
            {"reference": row.reference, "field": row.field, "is_fatal": row.is_fatal, "ko": row.message_ko}
            for row in found
        ]
    }


def _batch(programme: Programme, options: Options) -> PayoutBatch:
    reference = given(options, "batch")
    try:
        return batch_named(programme=programme, reference=reference)
    except PayoutBatch.DoesNotExist as error:
        raise CommandError(f"no such batch: {reference}") from error


def _result(row: ResultFile) -> Answer:
    names = ("name", "is_accepted", "lines", "paid_count", "paid_won", "returned_count", "returned_won")
    names = (*names, "unknown_count", "known_count", "faults_count")
    return {name: getattr(row, name) for name in names}


class Command(ProgrammeCommand):
    help = (
        "profiles: puts in the shipped bank profiles. show: files, downloads and results of a batch. write: makes the "
        "files that are missing. losses: what the files would lose. read: reads a result file here and now; exits with "
        "1 where it is refused. Doing it twice is once."
    )
    actions: ClassVar = {"profiles": _profiles, "show": _show, "write": _write, "read": _read, "losses": _losses}

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--batch", help="reference of the payout batch")
        parser.add_argument("--file", type=Path, help="read: the bank's result file")

    def handle(self, **options: Any) -> None:
        try:
            super().handle(**options)
        except (CellDoesNotFit, ResultGivenUp) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
