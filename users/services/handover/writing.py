"""The data plane of a hand-over: one file at a time, however many workers there are.

As with grants the row lock on the file is the lease: a worker that dies loses its connection, and the file is pending
again. A file has its name only once it is whole and on disk, and is named by its row only once that is committed; what
a dead worker left in the folder is removed when the delivery is ready.
"""

import hashlib
import secrets
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, transaction
from django.db.models import Exists, F, Max, OuterRef
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.audit.services import because
from compensation.policy.transitions import HandoverFileState
from users.models import HandoverDelivery, HandoverFile, HandoverKind, User
from users.selectors.handover_rows import columns_of, recalled_of, rows_sql
from users.services.handover.planning import send_work
from users.services.handover.refusals import HandoverRefused
from users.services.people import system_user

STORAGE = "handover"
SPOOLED_BYTES = 4_000_000  # of a file that are kept in memory until it is put into the storage
QUIET_SECONDS = 30  # without a written file for so long, a delivery's messages are taken for lost

_PENDING = HandoverFile.objects.filter(delivery=OuterRef("pk"), state=HandoverFileState.PENDING)
_UNWRITTEN = HandoverFile.objects.filter(delivery=OuterRef("pk")).exclude(state=HandoverFileState.WRITTEN)


class FileDoesNotAddUp(RuntimeError):
    """Members are missing, or there are too many: neither sent nor recalled. Nothing is written."""


def write_next_file(*, delivery: HandoverDelivery, at: datetime) -> HandoverFile | None:
    """Writes one pending file that nobody else holds; answers it, or None where there is none.

    A file whose writing fails (disk full, for one) stays pending and is tried again after the others,
    HANDOVER_ATTEMPTS_MAX times in all; then it is failed with the fault's text, until somebody has it written again.
    """
    file = None
    try:
        with transaction.atomic(), because(actor=system_user(), reason="handover file written"):
            pending = HandoverFile.objects.filter(delivery=delivery, state=HandoverFileState.PENDING)
            file = pending.order_by("attempts", "number").select_for_update(skip_locked=True, of=("self",)).first()
            if file is not None:
                file.delivery = delivery
                _write(file, at)
    except (DatabaseError, OSError, FileDoesNotAddUp) as fault:
        if file is None:
            raise
        _note_failed_attempt(file, fault)
    return file


def _write(file: HandoverFile, at: datetime) -> None:
    from users.services.handover import formats  # a worker that writes none does without pyarrow

    recalled_before = recalled_of(file=file)
    table = formats.rows_from_database(query=rows_sql(file=file), columns=columns_of(file=file))
    _require_nobody_missing(file, rows=table.num_rows, recalled_before=recalled_before)
    with tempfile.SpooledTemporaryFile(SPOOLED_BYTES) as content:
        formats.write(table, format_=file.delivery.format, target=cast("IO[bytes]", content))
        name = f"{file.delivery.reference}/{file.number:06d}-{secrets.token_hex(8)}.{formats.ending(file)}"
        file.size_bytes, file.sha256 = _measure(cast("IO[bytes]", content))
        file.name = storages[STORAGE].save(name, File(content))
    file.rows, file.left_out = table.num_rows, file.expected - table.num_rows
    file.state, file.written_at = HandoverFileState.WRITTEN, at
    file.save()


def _require_nobody_missing(file: HandoverFile, *, rows: int, recalled_before: int) -> None:
    """Grants are recalled while we write: who is not in the file was recalled before its rows were read, or since.

    Of a recall everybody is in it.
    """
    left_out = file.expected - rows
    if file.delivery.kind == HandoverKind.RECALLED:
        recalled_before, recalled_since = 0, 0
    else:
        recalled_since = recalled_of(file=file)
    if not recalled_before <= left_out <= recalled_since:
        raise FileDoesNotAddUp(f"{file.expected} expected, {rows} rows, {recalled_before} recalled")


def _measure(content: IO[bytes]) -> tuple[int, str]:
    """Bytes and SHA-256; the next reader begins at the start."""
    size = content.tell()
    content.seek(0)
    digest = hashlib.sha256()
    while part := content.read(1_000_000):
        digest.update(part)
    content.seek(0)
    return size, digest.hexdigest()


@transaction.atomic
def _note_failed_attempt(file: HandoverFile, fault: Exception) -> None:
    """Counted after the rollback, and only if the file is still pending: another worker may have written it."""
    text = str(fault).split("\n")[0][:200] or type(fault).__name__
    pending = HandoverFile.objects.filter(pk=file.pk, state=HandoverFileState.PENDING)
    pending.update(attempts=F("attempts") + 1, fault=text)
    pending.filter(attempts__gte=limits.HANDOVER_ATTEMPTS_MAX).update(state=HandoverFileState.FAILED)
    file.refresh_from_db()


def finish_if_written(*, delivery: HandoverDelivery, at: datetime) -> bool:
    """Says that the delivery is ready, once all its files are written; answers whether this call did it."""
    with transaction.atomic(), because(actor=system_user(), reason="handover ready"):
        done = HandoverDelivery.objects.filter(~Exists(_UNWRITTEN), pk=delivery.pk, ready_at=None)
        is_ready = done.update(ready_at=at) == 1
    if is_ready:
        _remove_leftovers(delivery)
    return is_ready


def _remove_leftovers(delivery: HandoverDelivery) -> None:
    """Files that no row names: of workers that died. Nobody writes into the folder any more."""
    storage = cast("FileSystemStorage", storages[STORAGE])
    known = {Path(name).name for name in delivery.files.values_list("name", flat=True)}
    for path in Path(storage.path(delivery.reference)).glob("*"):
        if path.name not in known:
            path.unlink(missing_ok=True)


class NothingFailed(HandoverRefused):
    sentence = _("실패한 파일이 없습니다. 이미 다시 작성하고 있을 수 있습니다.")


def retry_failed(*, delivery: HandoverDelivery, actor: User) -> int:
    """Has the files that failed written again; answers how many. Raises NothingFailed."""
    with transaction.atomic(), because(actor=actor, reason="handover files retried"):
        failed = HandoverFile.objects.filter(delivery=delivery, state=HandoverFileState.FAILED)
        count = failed.update(state=HandoverFileState.PENDING, attempts=0)
        if not count:
            raise NothingFailed
        send_work(delivery=delivery)
    return count


def sweep(*, at: datetime) -> None:
    """Sends work again for deliveries that wrote no file for QUIET_SECONDS: their messages or workers are lost."""
    quiet_since = at - timedelta(seconds=QUIET_SECONDS)
    unready = HandoverDelivery.objects.filter(ready_at=None, created_at__lt=quiet_since)
    for delivery in unready.annotate(last=Max("files__written_at"), is_pending=Exists(_PENDING)):
        if finish_if_written(delivery=delivery, at=at) or not delivery.is_pending:
            continue
        if delivery.last is None or delivery.last < quiet_since:
            send_work(delivery=delivery)
