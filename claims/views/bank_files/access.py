"""Finding what the pages of bank files are about: what a person may not see is not there (404)."""

from django.http import Http404, HttpRequest

from claims.models import PayoutBatch
from claims.selectors.payouts import batch_named
from compensation.programmes.access import open_programme
from compensation.programmes.models import Programme

VIEW, HANDLE = "programmes.view_payouts", "programmes.handle_payouts"
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
