"""Asking the merchant for everything that is missing, at once, from the page of a case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from claims.selectors.evidence import missing_documents_of
from claims.services.questions import ask, cancel
from claims.views.review.case_frame import Case, open_case, show_case
from claims.views.review.queue import PREPARE, VIEW
from claims.views.status.own import own
from claims.views.status.staff_content import review_content
from claims.views.status.staff_questions import refused_question, typed_question
from compensation.programmes.access import staff_page
from compensation.runtime.forms import REFUSED, told
from compensation.values.refused import ValueRefused


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def asking(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The thread with the form; a POST asks, and the clock stands still until the merchant answers."""
    case = open_case(request, code, reference, permission=PREPARE if request.method == "POST" else VIEW)
    if request.method != "POST":
        return show_case(case, "asking", _content(case))
    typed = typed_question(request)
    try:
        ask(claim=case.claim, actor=request.user, at=timezone.now(), **typed)
    except ValueRefused as refused:
        return show_case(case, "asking", _content(case) | refused_question(typed, refused), status=REFUSED)
    messages.success(request, gettext("소상공인에게 요청을 보냈습니다. 답변할 때까지 심사 기간이 멈춥니다."))
    return redirect("review-asking", code, case.claim.reference)


@require_POST
@staff_page
def question_cancellation(request: HttpRequest, code: str, reference: str, question: str) -> HttpResponse:
    """Takes a question back; the clock goes on."""
    case = open_case(request, code, reference, permission=PREPARE)
    try:
        cancel(question=own(case.claim.questions, question), actor=request.user, at=timezone.now())
        messages.success(request, gettext("요청을 취소했습니다. 심사 기간이 이어집니다."))
    except ValueRefused as refused:
        messages.error(request, told(refused))
    return redirect("review-asking", code, case.claim.reference)


def _content(case: Case) -> dict[str, object]:
    missing = missing_documents_of(claim=case.claim, policy=case.policy)
    content = review_content(claim=case.claim, user=case.request.user, policy=case.policy, missing=missing)
    content |= {"ask_view": "review-asking", "cancel_view": "review-question-cancellation"}
    return content | {"may_ask": content["may_ask"] and case.may_act}
