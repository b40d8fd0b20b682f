"""One claim for the people of its programme: what was said, how the loss was worked out, what was decided and asked."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from claims.selectors.claims import claims_seen_by
from claims.views.claim_content import content_of, find_claim
from claims.views.status.staff_content import review_content
from compensation.programmes.access import note_access, open_programme, staff_page
from compensation.programmes.models import Programme


@require_safe
@staff_page
def claim_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Whoever looks at it leaves an access record."""
    programme = open_programme(request, code)
    return show_claim(request, programme, reference)


def show_claim(
    request: HttpRequest, programme: Programme, reference: str, *, status: int = 200, **content: Any
) -> HttpResponse:
    """The page, with `content` besides: for views that come back to it with a problem. Raises Http404."""
    visible = claims_seen_by(user=request.user, programme=programme)
    if visible is None:
        raise Http404
    claim = find_claim(visible, reference)
    note_access(request, subject=f"claim {claim.reference}", task="claim_viewed")
    shown = content_of(claim) | {"programme": programme}
    shown |= review_content(claim=claim, user=request.user, policy=shown["policy"], missing=shown["missing"])
    return render(request, "staff/claim.html", shown | content, status=status)
