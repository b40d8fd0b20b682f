"""The decisions of the council with the state of their chain, and undoing one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from claims.models import CouncilDecision
from claims.selectors.council import council_of
from claims.selectors.council_readers import decisions_seen_by
from claims.selectors.council_record import item_record
from claims.selectors.paging import page_of
from claims.services.council.undoing import undo
from claims.services.council.verifying import chain_faults
from claims.views.council.access import VIEW
from claims.views.paging import Page, page_number
from compensation import limits
from compensation.programmes.access import may, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.forms import REFUSED, Faults

UNDO = "programmes.undo_decisions"
FIELDS = {"undo_reason_missing": "reason", "text_too_long": "reason"}


@require_safe
@staff_page
def decisions(request: HttpRequest, code: str) -> HttpResponse:
    """The newest first. Whether each follows the one before is worked out anew."""
    programme = open_programme(request, code, permission=VIEW)
    council = council_of(programme=programme)
    seen = decisions_seen_by(user=request.user, programme=programme, at=timezone.now())
    rows, number, total = page_of(rows=seen, number=page_number(request.GET))
    content = {
        "programme": programme,
        "decisions": rows,
        "page": Page(number=number, total=total, query=request.GET),
        "faults": list(dict.fromkeys(fault.number for fault in chain_faults(council=council))) if council else [],
        "may_undo": may(request, UNDO, programme),
    }
    return render(request, "council/decisions.html", content)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def decision_undo(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """What would be undone, and the form for the reason; the decision and its undoing both stay."""
    programme = open_programme(request, code, permission=UNDO)
    decision = _undoable(request, programme, number)
    faults, reason = Faults(), request.POST.get("reason", "")
    if request.method == "POST":
        with faults.taking(FIELDS):
            undo(decision=decision, reason=reason, actor=request.user, at=timezone.now())
            messages.success(request, gettext("의결을 취소했습니다. 사건은 다시 심사합니다."))
            return redirect("council-decisions", programme.code)
    content: dict[str, Any] = {
        "programme": programme,
        "decision": decision,
        "record": item_record(item=decision.item, decision=decision) if decision.item else None,
        "reason": reason,
        "reason_max": limits.REVIEW_NOTE_LENGTH_MAX,
        "faults": faults,
        "problems": faults.problems({"reason": "reason"}),
    }
    return render(request, "council/undo.html", content, status=REFUSED if faults else 200)


def _undoable(request: HttpRequest, programme: Programme, number: int) -> CouncilDecision:
    """A decision that determined something, undone or not: a second click finds out that it is. Raises Http404."""
    seen = decisions_seen_by(user=request.user, programme=programme, at=timezone.now())
    decision = seen.filter(number=number, determination__isnull=False).first()
    if decision is None:
        raise Http404
    return decision
