"""The objections' own queue: what is objected to, by how much the decision fell short, how long there is, and who must
not have the case.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.selectors.objections import objection_rows, objections_under_review
from claims.selectors.paging import page_of
from claims.views.paging import Page, page_number
from compensation.programmes.access import open_programme, staff_page

PERMISSION = "programmes.view_reviews"


@require_safe
@staff_page
def objections(request: HttpRequest, code: str) -> HttpResponse:
    """The most urgent first; `?whose=mine` or `nobody` for one's own, or those that nobody has."""
    programme = open_programme(request, code, permission=PERMISSION)
    whose = request.GET.get("whose", "")
    found = objections_under_review(programme=programme, whose=whose, user=request.user)
    reviews, number, total = page_of(rows=found, number=page_number(request.GET))
    content = {
        "programme": programme,
        "rows": objection_rows(reviews=reviews),
        "whose": whose,
        "page": Page(number=number, total=total, query=request.GET),
        "at": timezone.now(),
    }
    return render(request, "officer/objections.html", content)
