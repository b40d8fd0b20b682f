"""Evidence of a draft or claim on its page: the list, sending and taking back files; and all addresses of evidence."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from claims.models import Claim, ClaimDraft
from claims.selectors.evidence_files import claims_open_to, evidence_list
from claims.services.evidence import receive_evidence, remove_evidence
from claims.services.evidence_files import refusals
from claims.services.evidence_files.inspection import Upload
from claims.services.evidence_files.names import plain_name
from claims.services.evidence_files.refusals import EvidenceRefused
from claims.views.draft_access import draft_in_hand, draft_may_be_gone
from claims.views.evidence_viewing import evidence_page, staff_evidence_file, staff_evidence_page
from compensation.programmes.selectors import current_policy
from compensation.runtime.forms import REFUSED, told

Problem = dict[str, str]  # kind, file_name, code, message


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@draft_may_be_gone
def draft_evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """The evidence of a draft: the list with its forms, and sending files to it."""
    draft = draft_in_hand(request, reference)
    return _list_or_receive(request, draft)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def claim_evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """The evidence of a claim that was submitted: files can be added to it."""
    claim = get_object_or_404(claims_open_to(user=request.user), reference=reference)
    return _list_or_receive(request, claim)


@require_POST
@login_required
@draft_may_be_gone
def draft_evidence_removal(request: HttpRequest, reference: str, evidence: str) -> HttpResponse:
    """Takes a file back. A second click finds it gone, which is what was asked for."""
    draft = draft_in_hand(request, reference)
    try:
        remove_evidence(draft=draft, reference=evidence, actor=request.user)
    except EvidenceRefused as refused:
        return _shown(request, draft, [_problem("", refused)])
    return _shown(request, draft)


def upload_files(request: HttpRequest, *, owner: ClaimDraft | Claim, kind: str) -> list[Problem]:
    """Takes every file of the request's field `files`; a problem (kind, file_name, message) for each that is not taken.

    For pages that have a form with files of their own, such as the answer to a question.
    """
    problems = []
    files = request.FILES.getlist("files")
    for file in files:
        try:
            upload = Upload.from_request(file)
            receive_evidence(owner=owner, kind=kind, upload=upload, actor=request.user, at=timezone.now())
        except EvidenceRefused as refused:
            problems.append(_problem(kind, refused, file_name=plain_name(file.name)))
    return problems if files else [_problem(kind, refusals.nothing_sent())]


def _list_or_receive(request: HttpRequest, owner: ClaimDraft | Claim) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, owner)
    return _shown(request, owner, upload_files(request, owner=owner, kind=request.POST.get("kind", "")))


def _shown(request: HttpRequest, owner: ClaimDraft | Claim, problems: Sequence[Problem] = ()) -> HttpResponse:
    """The list: a part of a page for htmx, a page without it; after a change that went well, back to where it began."""
    next_address = _next(request)
    if request.method == "POST" and not problems and not request.htmx:
        return redirect(next_address or _address(owner))
    content = evidence_content(owner=owner, problems=problems, next_address=next_address)
    template = "merchant/evidence_list.html" if request.htmx else "merchant/evidence.html"
    return render(request, template, content, status=REFUSED if problems else 200)


def evidence_content(
    *, owner: ClaimDraft | Claim, problems: Sequence[Problem] = (), next_address: str = ""
) -> dict[str, Any]:
    """What merchant/evidence_list.html needs. `next_address`: where one goes on after sending a file without htmx."""
    kinds = _by_kind(owner, problems)
    placed = [problem for row in kinds for problem in row["problems"]]
    return {
        "owner": owner,
        "is_draft": isinstance(owner, ClaimDraft),
        "address": _address(owner),
        "kinds": kinds,
        "problems": [problem for problem in problems if problem not in placed],
        "next": next_address,
        "file_mb_max": refusals.FILE_MB_MAX,
        "claim_mb_max": refusals.CLAIM_MB_MAX,
    }


def _by_kind(owner: ClaimDraft | Claim, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """The policy's kinds of evidence, each with what is there of it and what was not taken."""
    there = evidence_list(owner=owner)
    rows = []
    for kind in current_policy(programme=owner.programme).policy.evidence_kinds:
        evidence = [row for row in there if row.kind == kind.code]
        rows.append(
            {
                "kind": kind,
                "evidence": evidence,
                "is_live": any(row.due_at for row in evidence),  # a worker still has to scan or draw one
                "problems": [problem for problem in problems if problem["kind"] == kind.code],
            }
        )
    return rows


def _address(owner: ClaimDraft | Claim) -> str:
    name = "draft-evidence" if isinstance(owner, ClaimDraft) else "claim-evidence"
    return reverse(name, args=[owner.reference])


def _next(request: HttpRequest) -> str:
    """Where the person came from, where that is a page of this site."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if is_ours else ""


def _problem(kind: str, refused: EvidenceRefused, *, file_name: str = "") -> Problem:
    message = told(refused)
    return {"kind": kind, "file_name": file_name, "code": refused.code, "message": message}


EVIDENCE_URLS = [
    path("my/drafts/<slug:reference>/evidence/", draft_evidence, name="draft-evidence"),
    path(
        "my/drafts/<slug:reference>/evidence/<slug:evidence>/remove/",
        draft_evidence_removal,
        name="draft-evidence-removal",
    ),
    path("my/claims/<slug:reference>/evidence/", claim_evidence, name="claim-evidence"),
    path("my/evidence/<slug:reference>/pages/<int:number>/", evidence_page, name="evidence-page"),
    path(
        "programmes/<slug:code>/evidence/<slug:reference>/pages/<int:number>/",
        staff_evidence_page,
        name="staff-evidence-page",
    ),
    path("programmes/<slug:code>/evidence/<slug:reference>/file/", staff_evidence_file, name="staff-evidence-file"),
]
