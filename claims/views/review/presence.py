"""Who else has a case open: a fragment of its page that says so every few seconds."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.models import Review
from claims.selectors.queue import open_reviews
from claims.services.presence import HEARTBEAT_SECONDS, arrive
from claims.views.review.queue import VIEW
from compensation.programmes.access import open_programme, staff_page


@require_safe
@staff_page
def presence(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The heartbeat of an open page: notes who looks, and shows the others."""
    programme = open_programme(request, code, permission=VIEW)
    review = open_reviews(programme=programme).filter(claim__reference=reference).first()
    if review is None:
        raise Http404
    content = {"programme": programme, "reference": reference, **presence_content(request, review)}
    return render(request, "officer/presence.html", content)


def presence_content(request: HttpRequest, review: Review) -> dict[str, object]:
    """What templates/officer/presence.html shows besides `programme` and `reference`, for the page that includes it."""
    others = arrive(review=review, user=request.user, at=timezone.now())
    return {"others": others, "heartbeat_seconds": HEARTBEAT_SECONDS}
