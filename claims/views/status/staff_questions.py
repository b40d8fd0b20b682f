"""Asking a merchant for papers, and taking the question back: the officer's side of the thread."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from claims.models import Claim
from claims.selectors.claims import claims_seen_by
from claims.services.questions import ask, cancel
from claims.views.claim_content import find_claim
from claims.views.claim_page import show_claim
from claims.views.status.own import REFUSED, own
from compensation.programmes.access import open_programme
from compensation.programmes.models import Programme
from compensation.runtime.forms import Problem, told
from compensation.values.refused import ValueRefused

ASK = "programmes.ask_merchant"


@require_POST
@never_cache
@login_required
def staff_question(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Asks; comes back to the claim, with a sentence and everything that was typed where it cannot be asked."""
    programme = open_programme(request, code, permission=ASK)
    claim = _claim(request, programme, reference)
    typed = typed_question(request)
    try:
        ask(claim=claim, actor=request.user, at=timezone.now(), **typed)
    except ValueRefused as refused:
        return show_claim(request, programme, reference, status=REFUSED, **refused_question(typed, refused))
    messages.success(request, gettext("소상공인에게 요청을 보냈습니다. 답변할 때까지 심사 기간이 멈춥니다."))
    return redirect("claim", programme.code, claim.reference)


@require_POST
@never_cache
@login_required
def staff_question_cancellation(request: HttpRequest, code: str, reference: str, question: str) -> HttpResponse:
    """Takes a question back."""
    programme = open_programme(request, code, permission=ASK)
    claim = _claim(request, programme, reference)
    try:
        cancel(question=own(claim.questions, question), actor=request.user, at=timezone.now())
    except ValueRefused as refused:
        messages.error(request, told(refused))
    return redirect("claim", programme.code, claim.reference)


def typed_question(request: HttpRequest) -> dict[str, Any]:
    """What was chosen and written, as `services.questions.ask` takes it."""
    chosen = {name: request.POST.getlist(name) for name in ("kinds", "reasons")}
    return chosen | {"text": request.POST.get("text", "")}


def refused_question(typed: dict[str, Any], refused: ValueRefused) -> dict[str, Any]:
    """What the form shows again, with why it could not be asked."""
    return {
        "problems": [Problem("question-text", told(refused))],
        "chosen_kinds": typed["kinds"],
        "chosen_reasons": typed["reasons"],
        "question_text": typed["text"],
    }


def _claim(request: HttpRequest, programme: Programme, reference: str) -> Claim:
    return find_claim(claims_seen_by(user=request.user, programme=programme), reference)
