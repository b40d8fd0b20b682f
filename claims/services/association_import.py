"""Importing a file of claims that the merchants' association took in: good rows go in, bad rows come back."""

import hashlib
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from claims.models import AssociationFile
from claims.services.association_files.claim_rows import RowParser, RowRefused
from claims.services.association_files.columns import HEADERS
from claims.services.association_files.kinds import unreadable
from claims.services.association_files.refusals import Refusals
from claims.services.association_files.rows import AssociationFileRefused, RefusedRow, SourceRow, fault_of
from claims.services.association_files.tables import ClaimTable, NamedRow, open_table
from claims.services.intake import Submission, receive_claims
from claims.services.intake_rules import IntakeRules, load_intake_rules
from compensation import limits
from compensation.audit.services import because
from compensation.programmes.models import Programme
from compensation.runtime.progress import Reporter
from compensation.values.business_numbers import format_business_number
from compensation.values.refused import ValueRefused
from users.models import User

__all__ = ["AssociationFileRefused", "ImportResult", "import_association_file"]

CHANNEL = "association"
REASON = "association file"
IMPORT_LOCK = 1015  # advisory lock: imports run one after another, so that no two wait for each other's rows

Progress = Callable[[int, int], None]  # rows read so far, rows in the file (0: not known)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file. rows = accepted + already_present + refused.

    `status`: `imported`, `already_imported` (the same bytes came in before; the counts are those of that time) or
    `dry_run` (nothing was kept). `refused_rows` are the first REFUSED_ROWS_LISTED, the report files have all.
    `refused_by_code` counts rows by their first fault. `title_rows` and `total_rows` were recognised as no data,
    `extra_columns` were ignored.
    """

    status: str
    programme: str
    file: str
    rows: int
    accepted: int
    already_present: int
    refused: int
    refused_by_code: dict[str, int]
    seconds: float
    rows_per_second: float
    kind: str = ""
    encoding: str = ""
    delimiter: str = ""
    refused_rows: tuple[RefusedRow, ...] = ()
    extra_columns: tuple[str, ...] = ()
    title_rows: tuple[NamedRow, ...] = ()
    total_rows: tuple[NamedRow, ...] = ()
    report_files: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON. The cells of refused rows stay out: so much personal data belongs in the report only."""
        result = asdict(self)
        for row in result["refused_rows"]:
            del row["cells"]
        return result


def import_association_file(
    *,
    programme: Programme,
    path: Path,
    actor: User,
    at: datetime,
    service: str | None = None,
    received_at: datetime | None = None,
    dry_run: bool = False,
    report: Path | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Imports an XLSX or CSV file in one transaction: after a crash either no row of it is there or all good ones.

    `service` (code or name) is for rows that name none, `received_at` for rows without one (else `at`). `report` names
    two files, .xlsx and .csv, that get the refused rows; they are complete before anything is committed. The same bytes
    for the same service come in once. Raises AssociationFileRefused: nothing of the file was imported.
    """
    started = time.monotonic()
    rules = load_intake_rules(programme=programme, channel=CHANNEL)
    service_code = _service_code(rules, service)
    with transaction.atomic(), because(actor=actor, reason=REASON, file=_printable(path.name)), Refusals() as refusals:
        _wait_for_other_imports()
        file, is_new = _enter(programme, path, service_code, actor, at)
        if not is_new:
            return _result(file, started, status="already_imported")
        table = open_table(path)
        if not service_code and not table.has("service"):
            raise _service_missing()
        parser = RowParser(table.columns, rules, service_code, received_at or at, at)
        _take_in(file, table, parser, refusals, progress)
        reports = refusals.write_report(header=table.header, path=report) if report else ()
        if dry_run:
            transaction.set_rollback(True)
        return _result(
            file,
            started,
            status="dry_run" if dry_run else "imported",
            kind=table.source.kind,
            encoding=table.source.encoding,
            delimiter=table.source.delimiter,
            refused_rows=tuple(refusals.first),
            extra_columns=tuple(table.extra_columns),
            title_rows=tuple(table.title_rows),
            total_rows=tuple(table.total_rows),
            report_files=tuple(map(str, reports)),
        )


def _service_code(rules: IntakeRules, service: str | None) -> str:
    try:
        return rules.service(service) if service else ""
    except ValueRefused as refusal:
        raise AssociationFileRefused(refusal.code, refusal.message_ko, refusal.message_en) from refusal


def _wait_for_other_imports() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        # Foreign keys are checked with each statement: millions of checks kept for the end would fill the memory.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _enter(programme: Programme, path: Path, service: str, actor: User, at: datetime) -> tuple[AssociationFile, bool]:
    """The row of the file, and whether it is new. First of all that is written: it is what a second import meets."""
    return AssociationFile.objects.select_related("programme").get_or_create(
        programme=programme,
        sha256=_sha256(path),
        service=service,
        defaults={"name": _printable(path.name), "imported_by": actor, "imported_at": at},
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(error) from error


def _printable(name: str) -> str:
    """A file's name as it can be stored: bytes that are no text, and forms that only a Mac writes, are taken out."""
    return unicodedata.normalize("NFC", name.encode(errors="replace").decode())[-200:]


def _take_in(
    file: AssociationFile, table: ClaimTable, parser: RowParser, refusals: Refusals, progress: Progress | None
) -> None:
    """Takes the rows in batch by batch and counts. Raises AssociationFileRefused for a table without rows."""
    expected = table.source.row_count_hint
    reporter = Reporter(f"import:{file.programme.code}:{file.name}", total=expected)
    rows = table.rows()
    while batch := list(islice(rows, limits.IMPORT_BATCH_ROWS)):
        for refused in _take_in_batch(file, batch, parser):
            refusals.add(refused)
        file.rows += len(batch)
        reporter.advance(len(batch))
        if progress:
            progress(file.rows, expected)
    if not file.rows:
        raise _no_rows()
    reporter.total = file.rows
    reporter.advance(0)
    file.refused, file.refused_by_code = len(refusals), dict(refusals.by_code)
    file.save()


def _take_in_batch(file: AssociationFile, batch: list[SourceRow], parser: RowParser) -> list[RefusedRow]:
    """Receives the good rows of a batch; returns the others, in order."""
    refused: list[RefusedRow] = []
    good = list(_parsed(batch, parser, refused))
    outcome = receive_claims(
        programme=file.programme,
        submissions=[submission for _, submission in good],
        channel=CHANNEL,
        actor=file.imported_by,
        at=file.imported_at,
        reason=REASON,
        association_file=file,
    )
    file.accepted += len(outcome.received)
    file.already_present += len(outcome.already_present)
    refused += [_refused(*good[place], refusal) for place, refusal in outcome.refused.items()]
    return sorted(refused, key=lambda row: row.number)


def _parsed(
    batch: list[SourceRow], parser: RowParser, refused: list[RefusedRow]
) -> Iterator[tuple[SourceRow, Submission]]:
    for row in batch:
        try:
            yield row, parser.parse(row)
        except RowRefused as error:
            refused.append(RefusedRow(row.number, row.cells, error.faults))


def _refused(row: SourceRow, submission: Submission, refusal: ValueRefused) -> RefusedRow:
    key, value = "external_reference", submission.external_reference
    if refusal.code == "duplicate":
        key, value = "business_number", format_business_number(submission.merchant.business_number)
    return RefusedRow(row.number, row.cells, [fault_of(refusal, column=HEADERS[key], value=value)])


def _result(file: AssociationFile, started: float, **about_the_file: Any) -> ImportResult:
    seconds = time.monotonic() - started
    return ImportResult(
        programme=file.programme.code,
        file=file.name,
        rows=file.rows,
        accepted=file.accepted,
        already_present=file.already_present,
        refused=file.refused,
        refused_by_code=file.refused_by_code,
        seconds=round(seconds, 3),
        rows_per_second=round(file.rows / seconds, 1),
        **about_the_file,
    )


def _service_missing() -> AssociationFileRefused:
    return AssociationFileRefused(
        "service_missing",
        "파일에 서비스 열이 없습니다. 어느 서비스의 접수인지 --service로 알려 주세요.",
        "The file has no 서비스 column. Please name the service with --service.",
    )


def _no_rows() -> AssociationFileRefused:
    return AssociationFileRefused(
        "no_rows", "제목 행 아래에 접수 내용이 한 행도 없습니다.", "There is no row below the header."
    )
