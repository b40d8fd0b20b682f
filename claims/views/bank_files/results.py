"""Results of the bank: sending a file, how far its reading is, what came of it, and all its faults."""

import logging
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from claims.models import PayoutBatch, ResultFile, ResultUpload
from claims.selectors.bank_files import number_of, result_numbered, upload_named
from claims.services.bank_files.reading import read_upload
from claims.services.bank_files.result_faults import ResultRefused, nothing_sent, too_large
from claims.services.bank_files.result_uploads import ResultUploadHandler, take_result
from claims.views.bank_files.access import HANDLE, open_batch
from claims.views.bank_files.files import files_page, upload_facts
from compensation import limits
from compensation.programmes.access import staff_page
from compensation.programmes.models import Programme
from compensation.runtime.downloads import CSV, attachment, csv_pieces
from compensation.runtime.forms import Faults, told
from compensation.runtime.templatetags.wording import page_language
from compensation.runtime.uploads import MeasuredFile

logger = logging.getLogger(__name__)
SHOWN = 100  # faults on the page; the file has all that are kept


@csrf_exempt  # until the handler is set: the token is a part of what it reads
@require_POST
@staff_page
def bank_result_upload(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Takes a result file. Whoever may not is turned away before a byte is read."""
    open_batch(request, code, reference, permission=HANDLE)
    request.upload_handlers = [ResultUploadHandler(request)]
    return _take(request, code, reference)


@require_safe
@staff_page
def bank_result_upload_page(request: HttpRequest, code: str, reference: str, upload: str) -> HttpResponse:
    """How far the reading of a file is; when it is over, its result."""
    programme, batch = open_batch(request, code, reference)
    found = _upload(batch, upload)
    if found.result:
        return _after(programme, batch, found)
    return render(request, "ops/bank_files/upload.html", _upload_content(programme, batch, found))


@require_safe
@staff_page
def bank_result_upload_live(request: HttpRequest, code: str, reference: str, upload: str) -> HttpResponse:
    """The progress alone; when it is over, the page loads anew."""
    programme, batch = open_batch(request, code, reference)
    found = _upload(batch, upload)
    if found.finished_at:
        return HttpResponseClientRefresh()
    return render(request, "ops/bank_files/upload_live.html", _upload_content(programme, batch, found))


def _upload_content(programme: Programme, batch: PayoutBatch, upload: ResultUpload) -> dict[str, Any]:
    return {"programme": programme, "batch": batch, "row": upload_facts(upload)}


@require_safe
@staff_page
def bank_result(request: HttpRequest, code: str, reference: str, number: int) -> HttpResponse:
    """What a result said, or why it was refused."""
    programme, batch = open_batch(request, code, reference)
    result = _result(batch, number)
    content = {"programme": programme, "batch": batch, "result": result, "number": number}
    return render(request, "ops/bank_files/result.html", content | {"faults": _faults(result)[:SHOWN]})


@require_safe
@staff_page
def bank_result_faults(request: HttpRequest, code: str, reference: str, number: int) -> HttpResponse:
    """The faults that are kept, as a CSV file for a spreadsheet."""
    _, batch = open_batch(request, code, reference)
    # A sentence of ours begins every cell: nothing that a bank writes can become a formula.
    rows = [(row["line"] or "", row["text"]) for row in _faults(_result(batch, number))]
    pieces = csv_pieces([gettext("줄"), gettext("오류")], rows)
    return HttpResponse(pieces, content_type=CSV, headers=attachment(f"{batch.reference}-result-{number}-faults.csv"))


@csrf_protect
def _take(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    programme, batch = open_batch(request, code, reference, permission=HANDLE)
    file, faults = request.FILES.get("file"), Faults()
    try:
        if not isinstance(file, MeasuredFile) or not file.size:
            raise nothing_sent()
        if not file.is_whole:
            raise too_large()
        upload = _taken(batch, file, request)
    except ResultRefused as refused:
        faults["file"] = told(refused)
        return files_page(request, programme, batch, faults=faults)
    if upload.result and upload.result.is_accepted:
        messages.success(request, gettext("결과 파일을 읽었습니다."))
    return _after(programme, batch, upload)


def _taken(batch: PayoutBatch, file: MeasuredFile, request: HttpRequest) -> ResultUpload:
    """Keeps the file; a small one is read at once, so that nobody waits for a worker. Raises ResultRefused."""
    is_small, at = file.size <= limits.RESULT_AT_ONCE_BYTES_MAX, timezone.now()
    path, name = Path(file.temporary_file_path()), file.name or ""
    upload = take_result(batch=batch, upload=path, name=name, actor=request.user, at=at, is_sent=not is_small)
    try:
        return (read_upload(upload_id=upload.pk, at=at) if is_small else None) or upload
    except OSError:  # a full disk: what waits is read by a worker once there is room
        logger.exception("A result file waits: %s", upload.reference)
        return upload


def _after(programme: Programme, batch: PayoutBatch, upload: ResultUpload) -> HttpResponse:
    """To the result, or to where one sees how far its reading is."""
    if upload.result:
        return redirect("bank-result", programme.code, batch.reference, number_of(result=upload.result))
    return redirect("bank-result-upload-page", programme.code, batch.reference, upload.reference)


def _upload(batch: PayoutBatch, reference: str) -> ResultUpload:
    upload = upload_named(batch=batch, reference=reference)
    if upload is None:
        raise Http404
    return upload


def _result(batch: Any, number: int) -> ResultFile:
    result = result_numbered(batch=batch, number=number)
    if result is None:
        raise Http404
    return result


def _faults(result: ResultFile) -> list[dict[str, Any]]:
    language = page_language()
    return [{"line": row["line"], "text": row[language]} for row in result.faults]
