"""Finding what the council's pages are about: what a person may not see is not there (404)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache

from claims.models import AgendaItem, CouncilSession
from claims.selectors.council import item_at
from claims.selectors.council_readers import items_read_by, sessions_seen_by
from compensation.programmes.access import note_access, open_programme
from compensation.programmes.models import Programme
from compensation.runtime.forms import Problem, told
from compensation.values.refused import ValueRefused

VIEW, CALL, VOTE = "programmes.view_decisions", "programmes.call_sessions", "programmes.vote"
REFUSED = 422


def staff_page(view: Any) -> Any:
    """A page for people who are signed in, that no browser keeps."""
    return never_cache(login_required(view))


def may(request: HttpRequest, permission: str, programme: Programme) -> bool:
    return bool(rules.has_perm(permission, request.user, programme))


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


class Faults(dict[str, str]):
    """What is wrong with a form, by the field beside which it stands ('' where it is about all of it)."""

    def problems(self, targets: Mapping[str, str]) -> list[Problem]:
        """For the summary above the form; `targets` are the ids of the elements where a field is put right."""
        return [Problem(targets.get(field, "content"), message) for field, message in self.items()]

    @contextmanager
    def taking(self, fields: Mapping[str, str], *, field: str = "") -> Iterator[None]:
        """Takes a refusal of what is done inside; `fields` says by its code to which field it belongs."""
        try:
            yield
        except ValueRefused as refused:
            self.setdefault(fields.get(refused.code, field), told(refused))
