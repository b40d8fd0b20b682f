"""Holding a case before the council: whoever votes, recuses, closes or undoes takes these rows, in this order."""

from claims.models import AgendaItem, Review
from claims.selectors.council import AGENDA_RELATIONS
from claims.services.claim_lock import lock_claim


def hold(item: AgendaItem) -> AgendaItem:
    """The case as it is now: its claim, its review and itself are held until the transaction ends.

    So of two votes, or a vote and the end of the time, or a decision and a withdrawal, the second waits and sees what
    the first one did.
    """
    lock_claim(item.review.claim)
    Review.objects.select_for_update(no_key=True).get(pk=item.review_id)
    rows = AgendaItem.objects.select_for_update(of=("self",), no_key=True).select_related(*AGENDA_RELATIONS)
    return rows.get(pk=item.pk)
