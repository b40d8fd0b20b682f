"""The case page of an officer: what was said and found, what can be done with it, and all addresses of a case."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from claims.services import desk
from claims.views.review.asking import asking, question_cancellation
from claims.views.review.case_content import overview_content
from claims.views.review.case_frame import Case, open_case, posted_version, show_case
from claims.views.review.checks import checks, checks_run
from claims.views.review.corrections import corrections
from claims.views.review.proposing import proposal
from claims.views.review.queue import PREPARE
from claims.views.review.reveal import reveal
from compensation.programmes.access import staff_page
from compensation.runtime.forms import REFUSED, Problem, told
from compensation.values.refused import ValueRefused


@require_safe
@staff_page
def case_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Facts, working, merchant, related claims, history; with the documents beside."""
    case = open_case(request, code, reference)
    return show_case(case, "overview", overview_content(case))


@require_POST
@staff_page
def case_action(request: HttpRequest, code: str, reference: str, action: str) -> HttpResponse:
    """Does one of ACTIONS with the case and comes back to it; with what was typed, where it cannot be done."""
    if action not in ACTIONS:
        raise Http404
    case = open_case(request, code, reference, permission=PREPARE)
    act, done, field = ACTIONS[action]
    try:
        act(case, {"actor": request.user, "version": posted_version(request), "at": timezone.now()})
    except ValueRefused as refused:
        problems = [Problem(field if refused.code in FIELD_FAULTS else "content", told(refused))]
        shown = overview_content(case) | {"problems": problems, "typed": request.POST.dict(), "tried": action}
        return show_case(case, "overview", shown, status=REFUSED)
    messages.success(request, done)
    return redirect("review", code, case.claim.reference)


def _take(case: Case, by: dict[str, Any]) -> None:
    desk.take(review=case.review, **by)


def _release(case: Case, by: dict[str, Any]) -> None:
    desk.release(review=case.review, reason=case.request.POST.get("release_reason", ""), **by)


def _hold(case: Case, by: dict[str, Any]) -> None:
    desk.hold(review=case.review, reason=case.request.POST.get("hold_reason", ""), **by)


def _resume(case: Case, by: dict[str, Any]) -> None:
    desk.resume(review=case.review, **by)


def _take_back(case: Case, by: dict[str, Any]) -> None:
    desk.take_back(review=case.review, **by)


def _tag(case: Case, by: dict[str, Any]) -> None:
    """A word to be added, or the tags to be taken off."""
    word = case.request.POST.get("tag", "")
    remove = case.request.POST.getlist("remove")
    desk.tag(review=case.review, add=[word] if word or not remove else [], remove=remove, **by)


FIELD_FAULTS = ("reason_missing", "text_too_long", "name_blank", "name_too_long", "name_characters", "tags_too_many")
ACTIONS: dict[str, tuple[Callable[[Case, dict[str, Any]], None], Any, str]] = {
    "take": (_take, _("이 건을 맡았습니다."), "content"),
    "release": (_release, _("이 건을 내려놓았습니다."), "release_reason"),
    "hold": (_hold, _("이 건을 보류했습니다."), "hold_reason"),
    "resume": (_resume, _("보류를 풀었습니다."), "content"),
    "take-back": (_take_back, _("상정을 거두었습니다."), "content"),
    "tags": (_tag, _("표시를 바꾸었습니다."), "tag"),
}

CASE = "programmes/<slug:code>/review/<slug:reference>/"
CASE_URLS = [
    path(CASE, case_page, name="review"),
    path(f"{CASE}checks/", checks, name="review-checks"),
    path(f"{CASE}checks/run/", checks_run, name="review-checks-run"),
    path(f"{CASE}corrections/", corrections, name="review-corrections"),
    path(f"{CASE}asking/", asking, name="review-asking"),
    path(f"{CASE}asking/<slug:question>/cancel/", question_cancellation, name="review-question-cancellation"),
    path(f"{CASE}proposal/", proposal, name="review-proposal"),
    path(f"{CASE}reveal/", reveal, name="review-reveal"),
    path(f"{CASE}do/<slug:action>/", case_action, name="review-action"),
]
