"""Showing phone, account and holder on purpose: for one view of the page, with a reason that is kept."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from claims.views.review.case_content import overview_content
from claims.views.review.case_frame import open_case, show_case
from claims.views.review.queue import PREPARE
from compensation.programmes.access import note_access, staff_page
from compensation.runtime.forms import REFUSED, Problem, told
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused

REASON_LENGTH_MAX = 160  # characters: fits an access record


@require_POST
@staff_page
def reveal(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The case page, once, with what is masked otherwise. Asks for a reason."""
    case = open_case(request, code, reference, permission=PREPARE)
    content = overview_content(case)
    try:
        reason = _reason(request.POST.get("reveal_reason", ""))
    except ValueRefused as refused:
        problems = [Problem("reveal_reason", told(refused))]
        shown = content | {"problems": problems, "typed": request.POST.dict(), "tried": "reveal"}
        return show_case(case, "overview", shown, status=REFUSED)
    note_access(request, subject=f"claim {case.claim.reference}", task="personal_data_revealed", detail=reason)
    return show_case(case, "overview", content | {"is_revealed": True})


def _reason(text: str) -> str:
    reason = " ".join(parse_paragraphs(text, length_max=REASON_LENGTH_MAX).split())
    if not reason:
        raise ValueRefused("reason_missing", "확인하는 이유를 적어 주세요.", "Please write why you need to see it.")
    return reason
