"""Result files of the bank as they are sent in: kept, encrypted, before anybody reads them.

A file of 100,000 lines takes a worker some seconds; whoever sent it can go away and come back. What waits is a row, so
a lost message, a killed worker or a second one changes nothing.
"""

import hashlib
import logging
import secrets
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import transaction

from claims.models import PayoutBatch, ResultUpload
from claims.services.bank_files import store
from claims.services.bank_files.result_faults import not_kept, not_released, too_large
from compensation import limits
from compensation.audit.services import because
from compensation.policy.references import reference_from
from compensation.policy.transitions import PayoutBatchState
from compensation.runtime.tasks import send_after_commit
from compensation.runtime.uploads import MeasuringUploadHandler
from users.models import User

logger = logging.getLogger(__name__)
WITH_BANK = (PayoutBatchState.RELEASED, PayoutBatchState.CLOSED)


class ResultUploadHandler(MeasuringUploadHandler):
    """Takes files as large as a result may be."""

    file_bytes_max = request_bytes_max = limits.RESULT_FILE_BYTES_MAX


def take_result(
    *, batch: PayoutBatch, upload: Path, name: str, actor: User, at: datetime, is_sent: bool = True
) -> ResultUpload:
    """Keeps the bank's file at `upload` for a worker to read; `is_sent` False: the caller reads it at once.

    Raises ResultRefused: far too large, the batch is not with the bank, or a full disk: nothing is kept.
    """
    size = upload.stat().st_size
    if size > limits.RESULT_FILE_BYTES_MAX:
        raise too_large()
    if batch.state not in WITH_BANK:
        raise not_released()
    reference = reference_from(secrets.randbits(limits.REFERENCE_RANDOM_BITS))
    with transaction.atomic(), because(actor=actor, reason="bank result sent in", batch=batch.reference):
        taken = ResultUpload.objects.create(
            batch=batch,
            reference=reference,
            name=_shown_name(name),
            sha256=_sha256(upload),
            size_bytes=size,
            storage_name=store.name_of_result(reference=reference),
            sent_by=actor,
            sent_at=at,
        )
    try:
        store.keep_result(name=taken.storage_name, path=upload)
    except OSError as error:
        logger.exception("A result file cannot be kept: %s", taken.reference)
        raise not_kept() from error
    with transaction.atomic():
        ResultUpload.objects.filter(pk=taken.pk).update(stored_at=at)
        if is_sent:
            send_after_commit("claims.read_bank_result", upload_id=taken.pk)
    taken.stored_at = at
    return taken


def sweep_results() -> None:
    """Sends a worker for every result that waits: a lost message, a killed worker. One that is being read is passed."""
    waiting = ResultUpload.objects.filter(finished_at=None, stored_at__isnull=False).order_by("pk")
    for pk in waiting.values_list("pk", flat=True):
        send_after_commit("claims.read_bank_result", upload_id=pk)


@contextmanager
def plain_file(upload: ResultUpload) -> Iterator[Path]:
    """The file as the bank sent it, for as long as it is read. It has no name on the disk: nothing outlives a worker
    that is killed. Raises FileNotFoundError, DecryptionFailed, OSError (a full disk)."""
    with tempfile.TemporaryFile() as file:
        file.writelines(store.plain_pieces(upload.storage_name))
        file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _shown_name(name: str) -> str:
    """A file's name as it can be stored and shown; the end is kept."""
    text = "".join(c for c in unicodedata.normalize("NFC", name) if c.isprintable())
    return text.encode(errors="replace").decode()[-limits.FILE_NAME_LENGTH_MAX :] or "-"
