"""Looking at evidence: pictures of pages for merchants and staff, and the file itself for staff, with a reason."""

import logging
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from claims.models import Evidence, EvidencePage
from claims.selectors.evidence_files import downloadable, evidence_of_merchant, evidence_seen_by, page_of
from claims.services.evidence_files import store
from claims.views.draft_access import draft_may_be_gone, note_in_hand
from compensation.programmes.access import note_access, open_programme
from compensation.programmes.models import Programme
from compensation.runtime.downloads import HARMLESS_HEADERS

logger = logging.getLogger(__name__)
REASON_MISSING = 422
DOWNLOAD_REASON_LENGTH_MAX = 160  # characters: fits an access record beside the document's reference


@require_safe
@login_required
@draft_may_be_gone
def evidence_page(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The picture of a page, for the merchant whose document it is, and for the agent who fills in the draft."""
    page = _page(evidence_of_merchant(user=request.user), reference, number)
    if page.evidence.draft:
        note_in_hand(request, page.evidence.draft)
    return _picture(page)


@require_safe
@login_required
def staff_evidence_page(request: HttpRequest, code: str, reference: str, number: int) -> HttpResponse:
    """The picture of a page, for the people who work on the claim. Whoever looks at it leaves an access record."""
    programme = open_programme(request, code)
    seen = evidence_seen_by(user=request.user, programme=programme, at=timezone.now())
    page = _page(seen, reference, number)
    _note(request, page.evidence, "evidence_viewed", f"{page.evidence.reference} page {page.number}")
    return _picture(page)


@require_POST
@login_required
def staff_evidence_file(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The file as it was sent, scanned and clean, to be saved and never shown in the browser. Asks for a reason."""
    programme = open_programme(request, code)
    seen = evidence_seen_by(user=request.user, programme=programme, at=timezone.now())
    evidence = get_object_or_404(downloadable(evidence=seen), reference=reference)
    reason = " ".join(request.POST.get("reason", "").split())
    if not 0 < len(reason) <= DOWNLOAD_REASON_LENGTH_MAX or not reason.isprintable():
        content = _reason_content(programme, evidence, reason)
        return render(request, "staff/evidence_reason.html", content, status=REASON_MISSING)
    _note(request, evidence, "evidence_downloaded", f"{evidence.reference} {reason}")
    return FileResponse(
        _opened(evidence.storage_key),
        as_attachment=True,
        filename=evidence.file_name,
        content_type="application/octet-stream",
        headers=HARMLESS_HEADERS,
    )


def _page(evidence: QuerySet[Evidence], reference: str, number: int) -> EvidencePage:
    try:
        return page_of(evidence=evidence, reference=reference, number=number)
    except EvidencePage.DoesNotExist as error:
        raise Http404 from error


def _opened(key: str) -> Any:
    try:
        return store.open_kept(key=key)
    except FileNotFoundError as error:
        logger.exception("A stored file is gone: %s", key)
        raise Http404 from error


def _picture(page: EvidencePage) -> HttpResponse:
    name = f"{page.evidence.reference}-{page.number}.webp"
    return FileResponse(_opened(page.storage_key), filename=name, content_type="image/webp", headers=HARMLESS_HEADERS)


def _note(request: HttpRequest, evidence: Evidence, task: str, detail: str) -> None:
    note_access(request, subject=f"claim {evidence.claim.reference}", task=task, detail=detail)


def _reason_content(programme: Programme, evidence: Evidence, reason: str) -> dict[str, Any]:
    return {
        "programme": programme,
        "evidence": evidence,
        "reason": reason[:DOWNLOAD_REASON_LENGTH_MAX],
        "length_max": DOWNLOAD_REASON_LENGTH_MAX,
    }
