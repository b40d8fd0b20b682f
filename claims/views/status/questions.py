"""Answering a question: the papers that are asked for and a text, in one form that loses nothing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from claims.models import Claim, Question
from claims.selectors.status import policy_for
from claims.services.evidence_files.refusals import CLAIM_MB_MAX, FILE_MB_MAX
from claims.services.questions import AnswerRefused, answer
from claims.views.status.own import REFUSED, by_kind, own, own_claim, papers_since, take_papers
from compensation import limits
from compensation.policy.transitions import QuestionState
from compensation.runtime.forms import Problem, told
from compensation.values.refused import ValueRefused

ONLY_UPLOAD = "upload"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def my_question(request: HttpRequest, reference: str, question: str) -> HttpResponse:
    """The form; sent with the button `upload` it only takes the files, and can be gone on with later."""
    claim = own_claim(request, reference)
    asked: Question = own(claim.questions, question)
    if request.method != "POST":
        if asked.state != QuestionState.ASKED:
            return redirect("my-claim", claim.reference)
        return _page(request, claim, asked)
    problems = take_papers(request, claim=claim, kinds=_kinds(claim, asked))
    if problems or request.POST.get("action") == ONLY_UPLOAD:
        return _page(request, claim, asked, problems)
    return _send(request, claim, asked)


def _send(request: HttpRequest, claim: Claim, asked: Question) -> HttpResponse:
    papers, text = papers_since(claim, asked.asked_at), request.POST.get("text", "")
    try:
        answer(question=asked, text=text, evidence=papers, actor=request.user, at=timezone.now())
    except ValueRefused as refused:
        gone = isinstance(refused, AnswerRefused) and refused.code in ("answer_already_there", "question_not_open")
        target = f"files-{asked.kinds[0]}" if refused.code == "answer_paper_unfit" and asked.kinds else "text"
        return _page(request, claim, asked, [Problem("content" if gone else target, told(refused))])
    messages.success(request, gettext("답변을 보냈습니다. 심사 기간이 남은 날부터 이어집니다."))
    return redirect("my-claim", claim.reference)


def _kinds(claim: Claim, asked: Question) -> list[Any]:
    return [kind for kind in policy_for(claim=claim).evidence_kinds if kind.code in asked.kinds]


def _page(request: HttpRequest, claim: Claim, asked: Question, problems: list[Problem] | None = None) -> HttpResponse:
    problems = problems or []
    kinds = _kinds(claim, asked)
    content = {
        "claim": claim,
        "question": asked,
        "policy": policy_for(claim=claim),
        "late": timezone.now() >= asked.due_at,
        "kinds": by_kind(kinds, papers_since(claim, asked.asked_at), problems),
        "problems": problems,
        "text": request.POST.get("text", ""),
        "text_problems": [problem.message for problem in problems if problem.target == "text"],
        "length_max": limits.PARAGRAPHS_LENGTH_MAX,
        "file_mb_max": FILE_MB_MAX,
        "claim_mb_max": CLAIM_MB_MAX,
    }
    return render(request, "merchant/question.html", content, status=REFUSED if problems else 200)
