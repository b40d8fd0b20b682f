"""Beginning a claim, for oneself or as an agent on a merchant's behalf; and the receipt once it is filed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from claims.models import Claim
from claims.selectors.claims import claims_of
from claims.selectors.drafts import assisted_drafts, own_drafts, unsent
from claims.selectors.public import BEFORE, OPEN, intake_state, open_programmes
from claims.services.drafts import TooManyDrafts, start_draft
from claims.services.drafts.agent import parse_agent_reason
from claims.services.drafts.context import AGENT, WEB
from claims.views.draft_access import FILES_FOR_MERCHANTS
from claims.views.form.receipts import receipt_content
from compensation import limits
from compensation.programmes.access import note_access, open_programme
from compensation.programmes.models import Programme
from compensation.runtime.forms import Problem, told
from compensation.values.refused import ValueRefused

REFUSED, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def claim_new(request: HttpRequest, code: str = "") -> HttpResponse:
    """What one needs to have at hand, the drafts that are there, and beginning a new one."""
    programmes = [_listed(programme, WEB) for programme in open_programmes() if code in ("", programme.code)]
    if request.method == "POST":
        chosen = next((row for row in programmes if row["programme"].code == request.POST.get("programme")), None)
        if chosen and chosen["can_begin"]:
            try:
                draft = start_draft(programme=chosen["programme"], owner=request.user, at=timezone.now())
            except TooManyDrafts:
                messages.error(request, _too_many())
                return redirect("claim-new")
            return redirect("draft-page", draft.reference)
    drafts = unsent(drafts=own_drafts(user=request.user))
    refused = request.method == "POST"
    content = {"programmes": programmes, "drafts": drafts, "refused": refused}
    return render(request, "merchant/form/start.html", content, status=CONFLICT if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def assist(request: HttpRequest, code: str) -> HttpResponse:
    """An agent begins a claim for a merchant who called, or goes on with one."""
    programme = open_programme(request, code, permission=FILES_FOR_MERCHANTS)
    listed, problems, typed = _listed(programme, AGENT), [], ""
    if request.method == "POST":
        typed = request.POST.get("reason", "")
        try:
            draft = start_draft(
                programme=programme,
                owner=request.user,
                at=timezone.now(),
                by_agent=True,
                reason=parse_agent_reason(typed),
            )
            return redirect("assist-page", code, draft.reference)
        except ValueRefused as refused:
            problems = [Problem("reason", told(refused))]
        except TooManyDrafts:
            problems = [Problem("reason", _too_many())]
    content = listed | {
        "drafts": unsent(drafts=assisted_drafts(user=request.user, programme=programme)),
        "problems": problems,
        "reason": typed[: 2 * limits.AGENT_REASON_LENGTH_MAX],
        "reason_length_max": limits.AGENT_REASON_LENGTH_MAX,
    }
    return render(request, "merchant/form/assist.html", content, status=REFUSED if problems else 200)


@require_safe
@never_cache
@login_required
def claim_receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt of one's own claim: to read aloud, to print, to keep."""
    claim = get_object_or_404(claims_of(user=request.user), reference=reference)
    content = receipt_content(claim) | {"status_address": reverse("my-claim", args=[reference])}
    return render(request, "merchant/receipt.html", content)


@require_safe
@never_cache
@login_required
def assist_receipt(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The receipt that an agent reads out to the merchant."""
    programme = open_programme(request, code, permission=FILES_FOR_MERCHANTS)
    claims = Claim.objects.filter(programme=programme, channel=AGENT, draft__owner=request.user)
    claim = get_object_or_404(claims, reference=reference)
    note_access(request, subject=f"claim {reference}", task="claim_receipt_read")
    content = receipt_content(claim) | {
        "by_agent": True,
        "status_address": reverse("claim", args=[code, reference]),
        "again_address": reverse("assist", args=[code]),
    }
    return render(request, "merchant/receipt.html", content)


def _listed(programme: Programme, channel: str) -> dict[str, Any]:
    """A programme with where its intake stands. A claim can be prepared before the window opens."""
    state = intake_state(programme=programme, at=timezone.now(), channel=channel)
    return {
        "programme": programme,
        "intake": state,
        "can_begin": state.stage in (BEFORE, OPEN),
        "is_open": state.stage == OPEN,
    }


def _too_many() -> str:
    return _("보내지 않은 접수가 너무 많습니다. 필요 없는 것을 먼저 지워 주세요.")
