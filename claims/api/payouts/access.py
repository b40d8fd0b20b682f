"""Finding what the operations on payouts are about: what a person may not see is not there (404)."""

from rest_framework.request import Request

from claims.models import PayoutBatch
from claims.selectors.payouts import batch_named
from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import general


def batch_in(request: Request, code: str, reference: str, *, permission: str) -> PayoutBatch:
    """A batch of a programme in which the person has the permission. Raises Http404, ApiProblem."""
    programme = open_programme(request, code, permission=permission)
    try:
        return batch_named(programme=programme, reference=reference)
    except PayoutBatch.DoesNotExist as error:
        raise general(404) from error
