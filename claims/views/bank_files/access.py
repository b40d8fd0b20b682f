"""Finding what the pages of bank files are about: what a person may not see is not there (404)."""

from django.http import Http404, HttpRequest

from claims.models import PayoutBatch
from claims.selectors.payouts import batch_named
from compensation.programmes.access import open_programme
from compensation.programmes.models import Programme

VIEW, HANDLE = "programmes.view_payouts", "programmes.handle_payouts"


def open_batch(
    request: HttpRequest, code: str, reference: str, *, permission: str = VIEW
) -> tuple[Programme, PayoutBatch]:
    """A batch of a programme on which the person works. Raises Http404."""
    programme = open_programme(request, code, permission=permission)
    try:
        return programme, batch_named(programme=programme, reference=reference)
    except PayoutBatch.DoesNotExist as error:
        raise Http404 from error
