"""The bank's files of a batch: what was made, getting it with a reason, who had it, and the results that were read."""

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from claims.models import BankFile, PayoutBatch, ResultUpload
from claims.selectors.bank_files import downloads_of, files_of, layout_of, number_of, results_of, uploads_shown
from claims.services.bank_files.downloads import DownloadRefused, download
from claims.services.bank_files.reading import progress_key as reading_key
from claims.services.bank_files.writing import progress_key as writing_key
from claims.views.bank_files.access import HANDLE, open_batch
from compensation import limits
from compensation.policy.transitions import PayoutBatchState
from compensation.programmes.access import may, note_access, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.downloads import attachment
from compensation.runtime.encryption import DecryptionFailed
from compensation.runtime.forms import REFUSED, Faults, number_sent, told
from compensation.runtime.progress import progress_of

logger = logging.getLogger(__name__)
SHOWN = 50  # downloads and results on the page
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
WITH_BANK = (PayoutBatchState.RELEASED, PayoutBatchState.CLOSED)


@require_safe
@staff_page
def bank_files(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Everything about the bank that a batch has."""
    programme, batch = open_batch(request, code, reference)
    return files_page(request, programme, batch)


@require_safe
@staff_page
def bank_files_live(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """How far the workers are that make the files or read a result."""
    programme, batch = open_batch(request, code, reference)
    return render(request, "ops/bank_files/live.html", {"programme": programme, **_live(batch)})


@require_POST
@staff_page
def bank_file(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """A file, for somebody who says why; the record is written before the first byte leaves."""
    programme, batch = open_batch(request, code, reference, permission=HANDLE)
    number = number_sent(request.POST.get("number", ""), digits_max=4)
    file = get_object_or_404(files_of(batch=batch).select_related("batch"), number=number)
    reason, at, faults = request.POST.get("reason", ""), timezone.now(), Faults()
    try:
        pieces = download(file=file, reason=reason, actor=request.user, at=at)
    except DownloadRefused as refused:
        faults["reason"] = told(refused)
        return files_page(request, programme, batch, faults=faults, reason=reason)
    except (FileNotFoundError, DecryptionFailed) as error:
        logger.exception("A bank file cannot be read: %s", file.storage_name)
        raise Http404 from error
    note_access(
        request,
        subject=f"payout batch {batch.reference}",
        task="bank_file_downloaded",
        detail=f"{file.name} {' '.join(reason.split())}",
    )
    return _attachment(file, pieces)


def files_page(
    request: HttpRequest,
    programme: Programme,
    batch: PayoutBatch,
    *,
    faults: Faults | None = None,
    reason: str = "",
) -> HttpResponse:
    """The page, with what is wrong with a form that was sent."""
    content = {
        "programme": programme,
        "batch": batch,
        "layout": layout_of(batch.profile),
        "files": list(files_of(batch=batch)),
        "downloads": list(downloads_of(batch=batch)[:SHOWN]),
        "results": list(results_of(batch=batch)[:SHOWN]),
        "is_with_bank": batch.state in WITH_BANK,
        "may_handle": may(request, HANDLE, programme),
        "reason": reason,
        "reason_length_max": limits.PAYOUT_REASON_LENGTH_MAX,
        "file_mb_max": limits.RESULT_FILE_BYTES_MAX // 1_048_576,
        "faults": faults or {},
        "problems": (faults or Faults()).problems({"reason": "reason", "file": "file"}),
        **_live(batch),
    }
    return render(request, "ops/bank_files/files.html", content, status=REFUSED if faults else 200)


def _live(batch: PayoutBatch) -> dict[str, Any]:
    """What is going on."""
    writing = progress_of(writing_key(batch)) if batch.state == PayoutBatchState.RELEASING else None
    return {
        "batch": batch,
        "made": files_of(batch=batch).count(),
        "writing": writing,
        "uploads": [upload_facts(upload) for upload in uploads_shown(batch=batch)],
    }


def upload_facts(upload: ResultUpload) -> dict[str, Any]:
    """What pages say of a file that was sent in: `reading` while a worker is at it, `number` of its result after."""
    reading = progress_of(reading_key(upload)) if upload.finished_at is None else None
    return {
        "upload": upload,
        "reading": reading,
        "is_applied": bool(reading and reading.total and reading.done >= reading.total),
        "number": number_of(result=upload.result) if upload.result else None,
    }


def _attachment(file: BankFile, pieces: Any) -> HttpResponse:
    kind = TYPES.get(file.name.rpartition(".")[2], "application/octet-stream")
    headers = attachment(file.name) | {"Content-Length": str(file.size_bytes)}
    return StreamingHttpResponse(pieces, content_type=kind, headers=headers)
