"""Finding what the pages of bank files are about: what a person may not see is not there (404)."""

from datetime import datetime

from django.http import Http404, HttpRequest

from claims.models import PayoutBatch
from claims.selectors.payouts import batch_named
from compensation.audit.services import record_access
from compensation.programmes.access import open_programme
from compensation.programmes.models import Programme
from compensation.runtime.middleware import client_address

VIEW, HANDLE = "programmes.view_payouts", "programmes.handle_payouts"
DETAIL_LENGTH_MAX = 200  # characters: the width of the column; the whole reason is in the batch's own log
# What comes from a file does nothing but be saved, wherever it is opened; no browser or proxy keeps it.
HARMLESS_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store, private",
}


def open_batch(
    request: HttpRequest, code: str, reference: str, *, permission: str = VIEW
) -> tuple[Programme, PayoutBatch]:
    """A batch of a programme on which the person works. Raises Http404."""
    programme = open_programme(request, code, permission=permission)
    try:
        return programme, batch_named(programme=programme, reference=reference)
    except PayoutBatch.DoesNotExist as error:
        raise Http404 from error


def note(request: HttpRequest, at: datetime, batch: PayoutBatch, task: str, detail: str) -> None:
    """Who had the accounts of a whole batch, from where."""
    record_access(
        user=request.user,
        at=at,
        address=client_address(request),
        subject=f"payout batch {batch.reference}",
        task=task,
        detail=detail[:DETAIL_LENGTH_MAX],
    )
