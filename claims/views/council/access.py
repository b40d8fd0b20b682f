"""Finding what the council's pages are about: what a person may not see is not there (404)."""

from collections.abc import Sequence
from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils import timezone

from claims.models import AgendaItem, CouncilSession
from claims.selectors.council import item_at
from claims.selectors.council_readers import items_read_by, sessions_seen_by
from compensation.programmes.access import note_access, open_programme
from compensation.programmes.models import Programme

VIEW, CALL, VOTE = "programmes.view_decisions", "programmes.call_sessions", "programmes.vote"


def open_session(request: HttpRequest, code: str, reference: str) -> tuple[Programme, CouncilSession]:
    """A session that the person may look at. Raises Http404."""
    programme = open_programme(request, code, permission=VIEW)
    seen = sessions_seen_by(user=request.user, programme=programme, at=timezone.now())
    try:
        return programme, seen.get(reference=reference)
    except CouncilSession.DoesNotExist as error:
        raise Http404 from error


def open_item(request: HttpRequest, code: str, reference: str, position: int) -> tuple[Programme, AgendaItem]:
    """A case of such a session. Raises Http404."""
    programme, session = open_session(request, code, reference)
    try:
        return programme, item_at(session=session, position=position)
    except AgendaItem.DoesNotExist as error:
        raise Http404 from error


def read_by(request: HttpRequest, items: Sequence[AgendaItem], programme: Programme, at: datetime) -> list[AgendaItem]:
    """Those of the cases whose contents the person may read: not of those from which they are recused."""
    read = items_read_by(user=request.user, programme=programme, at=at)
    ids = set(read.filter(pk__in=[item.pk for item in items]).values_list("pk", flat=True))
    return [item for item in items if item.pk in ids]


def note_reading(request: HttpRequest, items: Sequence[AgendaItem], task: str) -> None:
    """Who read which claims, and when."""
    for item in items:
        note_access(request, subject=f"claim {item.review.claim.reference}", task=task)
