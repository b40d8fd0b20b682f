"""Objecting to a determination, asking for confirmation of a higher loss, and taking either back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from claims.models import Claim, ObjectionKind
from claims.selectors.status import policy_for, why_not_open_to
from claims.services.evidence_files.refusals import CLAIM_MB_MAX, FILE_MB_MAX
from claims.services.objections import ObjectionRefused, file_objection, withdraw_objection
from claims.views.claim_content import tier_of
from claims.views.status.own import REFUSED, by_kind, own, own_claim, papers_since, take_papers
from claims.views.status.questions import ONLY_UPLOAD
from compensation import limits
from compensation.policy.deadlines import objection_until
from compensation.runtime.forms import Problem, told
from compensation.values.refused import ValueRefused

TARGETS = {"objection_reasons_missing": "reasons", "text_too_long": "reasons"}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def my_objection(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """The form for an objection or for confirmation to the determination that counts now."""
    claim = own_claim(request, reference)
    if claim.determination is None or kind not in ObjectionKind.values:
        raise Http404
    chosen = ObjectionKind(kind)
    if request.method != "POST":
        return _page(request, claim, chosen)
    if _why_not(claim, chosen):
        return _send(request, claim, chosen)  # nothing more is taken; a second click finds what the first sent
    problems = take_papers(request, claim=claim, kinds=policy_for(claim=claim).evidence_kinds)
    if problems or request.POST.get("action") == ONLY_UPLOAD:
        return _page(request, claim, chosen, problems)
    return _send(request, claim, chosen)


@require_POST
@never_cache
@login_required
def my_objection_withdrawal(request: HttpRequest, reference: str, objection: str) -> HttpResponse:
    """Takes it back."""
    claim = own_claim(request, reference)
    try:
        withdraw_objection(objection=own(claim.objections, objection), actor=request.user, at=timezone.now())
    except ObjectionRefused as refused:
        messages.error(request, told(refused))
    else:
        messages.success(request, gettext("철회했습니다. 결정된 내용은 그대로입니다."))
    return redirect("my-claim", claim.reference)


def _send(request: HttpRequest, claim: Claim, kind: ObjectionKind) -> HttpResponse:
    assert claim.determination is not None  # noqa: S101 - the view has looked
    try:
        file_objection(
            determination=claim.determination,
            kind=kind,
            reasons=request.POST.get("reasons", ""),
            evidence=papers_since(claim, claim.determination.decided_at),
            actor=request.user,
            at=timezone.now(),
        )
    except ValueRefused as refused:
        first = policy_for(claim=claim).evidence_kinds[0].code
        return _page(request, claim, kind, [Problem(TARGETS.get(refused.code, f"files-{first}"), told(refused))])
    sent = {
        ObjectionKind.OBJECTION: gettext("이의신청을 접수했습니다."),
        ObjectionKind.CONFIRMATION: gettext("확인 요청을 접수했습니다."),
    }
    messages.success(request, sent[kind])
    return redirect("my-claim", claim.reference)


def _why_not(claim: Claim, kind: ObjectionKind) -> Any:
    determination = claim.determination
    policy = policy_for(claim=claim)
    return why_not_open_to(kind=kind, claim=claim, determination=determination, policy=policy, at=timezone.now())


def _page(
    request: HttpRequest, claim: Claim, kind: ObjectionKind, problems: list[Problem] | None = None
) -> HttpResponse:
    problems, policy, determination = problems or [], policy_for(claim=claim), claim.determination
    papers = papers_since(claim, determination.decided_at)
    content = {
        "claim": claim,
        "kind": kind.value,
        "determination": determination,
        "tier": tier_of(determination.assessment, policy),
        "why_not": _why_not(claim, kind),
        "until": objection_until(determined_at=determination.decided_at, policy=policy),
        "working_days": policy.deadlines.objection_working_days,
        "kinds": by_kind(policy.evidence_kinds, papers, problems),
        "problems": problems,
        "text": request.POST.get("reasons", ""),
        "text_problems": [problem.message for problem in problems if problem.target == "reasons"],
        "length_max": limits.PARAGRAPHS_LENGTH_MAX,
        "file_mb_max": FILE_MB_MAX,
        "claim_mb_max": CLAIM_MB_MAX,
    }
    return render(request, "merchant/objection.html", content, status=REFUSED if problems else 200)
