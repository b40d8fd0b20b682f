"""Reading a result file of the bank: as a whole or not at all.

A worker reads it (or whoever sent it, where it is small). The row of what was sent is held, so that it is read once
however often its message comes; then the batch's row, so that two people with the same file come one after the other,
and the second finds that it was read. With any fault nothing changes but that the result is kept as refused, with its
faults; without one everything that the bank says is applied in the same transaction.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from claims.models import PayoutBatch, ResultFile, ResultUpload
from claims.selectors.bank_files import layout_of, number_of
from claims.services.bank_files import result_tables
from claims.services.bank_files.result_faults import Faults, ResultRefused, ResultUnreadable, not_released
from claims.services.bank_files.result_lines import ResultLines
from claims.services.bank_files.result_uploads import WITH_BANK, plain_file, take_result
from claims.services.payouts.batch_rows import note_event
from claims.services.payouts.due import settle_returned
from claims.services.payouts.releasing import close_if_settled
from compensation import limits
from compensation.audit.services import because
from compensation.policy.seoul import day_in_seoul
from compensation.runtime.progress import Reporter
from users.models import User

__all__ = ["ResultGivenUp", "ResultRefused", "progress_key", "read_result", "read_upload"]


class ResultGivenUp(Exception):
    """Workers died over the file again and again: nothing of it was applied, and nobody tries any more."""


def read_result(
    *,
    batch: PayoutBatch,
    upload: Path,
    name: str,
    actor: User,
    at: datetime,
    on_lines: Callable[[int], object] = lambda _: None,
) -> ResultFile:
    """What the bank's file at `upload` says of the batch, kept and read here; `is_accepted`: whether it was applied.

    The same bytes are applied once: again they are the first result. Lines that say what is known already are no fault,
    and a payout without a line stays open. `on_lines` is told how many lines more were read. Raises ResultRefused: far
    too large, or the batch is not with the bank.
    """
    taken = take_result(batch=batch, upload=upload, name=name, actor=actor, at=at, is_sent=False)
    read = read_upload(upload_id=taken.pk, at=at, is_awaited=True, on_lines=on_lines)
    if read is None or read.result is None:
        raise ResultGivenUp(taken.reference)
    return read.result


def read_upload(
    *,
    upload_id: int,
    at: datetime,
    is_awaited: bool = False,
    on_lines: Callable[[int], object] = lambda _: None,
) -> ResultUpload | None:
    """Reads what was sent in, once; None where somebody else is at it (`is_awaited`: waits for them instead).

    Harmless twice and at once. A repetition finishes what a killed worker began; after RESULT_TRIES_MAX of them it is
    given up: finished without a result. Raises OSError (a full disk), DecryptionFailed: then it is tried again.
    """
    begun = _begin(upload_id, at, is_awaited)
    if begun is None or begun.finished_at:
        return begun
    with transaction.atomic():
        upload = _held_upload(upload_id, is_awaited)
        if upload is None or upload.finished_at:
            return upload
        upload.result, upload.finished_at = _result_of(upload, at, on_lines), at
        upload.save(update_fields=["result", "finished_at"])
    if upload.result.returned_count:
        settle_returned(batch=upload.batch, actor=upload.sent_by, at=at)
    return upload


def progress_key(upload: ResultUpload) -> str:
    """Under which the lines that are read show on a page."""
    return f"bank-result:{upload.reference}"


@transaction.atomic
def _begin(upload_id: int, at: datetime, is_awaited: bool) -> ResultUpload | None:
    """Counts the try before anything can kill it."""
    upload = _held_upload(upload_id, is_awaited)
    if upload is None or upload.finished_at:
        return upload
    if upload.tries >= limits.RESULT_TRIES_MAX:
        upload.finished_at = at
    else:
        upload.tries += 1
    upload.save(update_fields=["finished_at", "tries"])
    return upload


def _held_upload(upload_id: int, is_awaited: bool) -> ResultUpload | None:
    rows = ResultUpload.objects.select_for_update(of=("self",), no_key=True, skip_locked=not is_awaited)
    return rows.select_related("batch", "sent_by", "result").filter(pk=upload_id, stored_at__isnull=False).first()


def _result_of(upload: ResultUpload, at: datetime, on_lines: Callable[[int], object]) -> ResultFile:
    """The result of these bytes: the earlier one, or a new one, applied or refused."""
    batch = _held(upload.batch)
    with because(actor=upload.sent_by, reason="bank result read", batch=batch.reference):
        earlier = ResultFile.objects.filter(batch=batch, sha256=upload.sha256, is_accepted=True).first()
        if earlier:
            return earlier
        with plain_file(upload) as path, connection.cursor() as cursor:
            return _read(cursor, batch, upload, path, on_lines, at)


def _held(batch: PayoutBatch) -> PayoutBatch:
    rows = PayoutBatch.objects.select_for_update(of=("self",), no_key=True).select_related("profile")
    held = rows.get(pk=batch.pk)
    if held.state not in WITH_BANK:
        raise not_released()
    return held


def _read(
    cursor: Any,
    batch: PayoutBatch,
    upload: ResultUpload,
    path: Path,
    on_lines: Callable[[int], object],
    at: datetime,
) -> ResultFile:
    faults, today, actor = Faults(), day_in_seoul(at), upload.sent_by
    reporter = Reporter(progress_key(upload), total=batch.payouts_count or 0)

    def advance(count: int) -> None:
        reporter.advance(count)
        on_lines(count)

    lines = ResultLines(path=path, layout=layout_of(batch.profile).result, faults=faults, today=today)
    try:
        result_tables.take_in(cursor, lines, advance=advance)
        released_on = day_in_seoul(batch.released_at or at)
        result_tables.find_faults(cursor, faults, batch=batch, released_on=released_on, today=today)
    except ResultUnreadable as error:
        faults.add_unreadable(error)
    about: dict[str, Any] = {"batch": batch, "read_by": actor, "read_at": at}
    about |= {"name": upload.name, "sha256": upload.sha256, "size_bytes": upload.size_bytes}
    if faults.count:
        return _refuse(faults, about)
    counts = result_tables.find_moves(cursor, batch=batch)
    figures = {field: getattr(counts, field) for field in counts.__slots__}
    result = ResultFile.objects.create(is_accepted=True, **about, **figures)
    moved = result_tables.apply(cursor, result=result, batch=batch, actor=actor, at=at)
    _log(result, "result_read", moved=moved, **figures)
    close_if_settled(batch=batch, actor=actor, at=at)
    return result


def _refuse(faults: Faults, about: dict[str, Any]) -> ResultFile:
    result = ResultFile.objects.create(is_accepted=False, faults_count=faults.count, faults=faults.first(), **about)
    _log(result, "result_refused", faults=faults.count)
    return result


def _log(result: ResultFile, kind: str, **figures: int) -> None:
    note_event(
        result.batch, kind, result.read_by, result.read_at, result.name, **figures, result=number_of(result=result)
    )
