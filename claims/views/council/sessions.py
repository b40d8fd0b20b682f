"""The council's first page: what waits for the own vote, and all sessions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.selectors.council import council_of, open_items_for, referable
from claims.selectors.council_readers import sessions_seen_by
from claims.selectors.paging import page_of
from claims.views.council.access import CALL, VIEW, VOTE
from claims.views.paging import Page, page_number
from compensation.programmes.access import may, open_programme, staff_page


@require_safe
@staff_page
def sessions(request: HttpRequest, code: str) -> HttpResponse:
    """A member finds the own cases first; an officer, how many cases can be put on an agenda."""
    programme, at = open_programme(request, code, permission=VIEW), timezone.now()
    seen = sessions_seen_by(user=request.user, programme=programme, at=at)
    rows, number, total = page_of(rows=seen, number=page_number(request.GET))
    council = council_of(programme=programme)
    waiting = open_items_for(member=request.user, council=council, at=at) if council else []
    may_call = may(request, CALL, programme)
    content: dict[str, Any] = {
        "programme": programme,
        "sessions": rows,
        "page": Page(number=number, total=total, query=request.GET),
        "is_member": may(request, VOTE, programme),
        "waiting": waiting,
        "may_call": may_call,
        "referable_count": referable(programme=programme).count() if may_call else 0,
        "at": at,
    }
    return render(request, "council/sessions.html", content)
