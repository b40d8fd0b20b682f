"""One payout: where it is, why it is kept back, what happened to it, and what can be done."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from claims.models import Payout
from claims.selectors.payouts import payout_named, why_kept_back
from claims.views.payouts.overview import HANDLE, VIEW
from compensation.programmes.access import may, note_access, open_programme, staff_page


@require_safe
@staff_page
def payout_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Who sees it is noted: it names a merchant and an account, both masked."""
    programme = open_programme(request, code, permission=VIEW)
    try:
        payout = payout_named(programme=programme, reference=reference)
    except Payout.DoesNotExist as error:
        raise Http404 from error
    note_access(request, subject=f"claim {payout.claim.reference}", task="payout page")
    content = {
        "programme": programme,
        "payout": payout,
        "because": why_kept_back(payout=payout),
        "hold": payout.holds.select_related("held_by").filter(lifted_at=None).first(),
        "transitions": payout.transitions.select_related("actor", "batch"),
        "follow_up": payout.followed_by.order_by("-id").first(),
        "may_handle": may(request, HANDLE, programme),
    }
    return render(request, "ops/payouts/payout.html", content)
