"""The checks of a case: what the machine and people found, recording one by hand, having the machine look again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from claims.models import Check, CheckOutcome
from claims.selectors.related import related_claims
from claims.services.case_checks import record_check, run_machine_checks
from claims.views.review.case_frame import Case, open_case, show_case
from claims.views.review.queue import PREPARE, VIEW
from compensation import limits
from compensation.policy.case_checks import CHECKS
from compensation.programmes.access import staff_page
from compensation.runtime.forms import REFUSED, Problem, told
from compensation.values.refused import ValueRefused

FIELDS = {"check_outcome_missing": "outcome", "check_note_missing": "note", "text_too_long": "note"}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def checks(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The list; a POST records what a person found."""
    case = open_case(request, code, reference, permission=PREPARE if request.method == "POST" else VIEW)
    if request.method != "POST":
        return show_case(case, "checks", _content(case))
    typed = {name: request.POST.get(name, "") for name in ("code", "outcome", "note")}
    try:
        record_check(claim=case.claim, actor=request.user, at=timezone.now(), **typed)
    except ValueRefused as refused:
        field = FIELDS.get(refused.code)
        problems = [Problem(f"{typed['code']}-{field}" if field else "content", told(refused))]
        content = _content(case) | {"typed": typed, "problems": problems, "wrong": field}
        return show_case(case, "checks", content, status=REFUSED)
    messages.success(request, gettext("확인한 내용을 기록했습니다."))
    return redirect("review-checks", code, case.claim.reference)


@require_POST
@staff_page
def checks_run(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Has the machine look again, now."""
    case = open_case(request, code, reference, permission=PREPARE)
    found = run_machine_checks(claim=case.claim, at=timezone.now())
    if found:
        messages.success(request, gettext("다시 확인했습니다. 새로 알게 된 것: %(count)d건") % {"count": found})
    else:
        messages.success(request, gettext("다시 확인했습니다. 바뀐 것이 없습니다."))
    return redirect("review-checks", code, case.claim.reference)


def _content(case: Case) -> dict[str, Any]:
    rows = list(Check.objects.filter(claim=case.claim).select_related("checked_by").order_by("-id"))
    by_code = {code: [row for row in rows if row.code == code] for code in CHECKS}
    related = related_claims(claim=case.claim)
    return {
        "checks": [
            {
                "check": check,
                "newest": next(iter(by_code[code]), None),
                "older": by_code[code][1:],
                "related": [other for other in related if code in other.shared],
            }
            for code, check in CHECKS.items()
        ],
        "outcomes": CheckOutcome.choices,
        "note_length_max": limits.REVIEW_NOTE_LENGTH_MAX,
        "is_waiting": case.review.checks_due_at is not None,
    }
