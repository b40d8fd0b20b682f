"""A session: its agenda, and the pack of papers to read beforehand, as a page and as a PDF."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.models import AgendaItem, CouncilSession
from claims.selectors.case_papers import papers_of
from claims.selectors.council import agenda_of
from claims.selectors.council_standings import standings_of
from claims.services.council_pack import pack_pdf
from claims.views.council.access import VOTE, note_reading, open_session, read_by
from claims.views.council.pdf import language_asked_for, pdf_answer
from claims.views.council.reading import sees_pages
from compensation.programmes.access import may, staff_page
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy


@require_safe
@staff_page
def session_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The agenda in its groups, and what of it waits for the own vote."""
    programme, session = open_session(request, code, reference)
    at = timezone.now()
    items = agenda_of(session=session)
    standings = standings_of(session=session, member=request.user, at=at)
    rows = [{"item": item, "standing": standings[item.pk]} for item in items]
    content = {
        "programme": programme,
        "policy": current_policy(programme=programme).policy,
        "session": session,
        "groups": [(key, list(found)) for key, found in groupby(rows, key=lambda row: row["item"].group)],
        "waiting": sum(row["standing"].own == "waits" and row["item"].state == "open" for row in rows),
        "is_open": session.opens_at <= at < session.due_at and session.open_count > 0,
        "has_minutes": any(item.state != "open" for item in items),
        "is_member": may(request, VOTE, programme),
        "at": at,
    }
    return render(request, "council/session.html", content)


@require_safe
@staff_page
def pack_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """All cases that the person may read, one below the other. Leaves an access record for each."""
    programme, session = open_session(request, code, reference)
    items = _read(request, programme, session)
    content: dict[str, Any] = {
        "programme": programme,
        "session": session,
        "cases": papers_of(items=items),
        "left_out": session.items_count - len(items),
        "sees_pages": sees_pages(request, programme),
    }
    return render(request, "council/pack.html", content)


@require_safe
@staff_page
def pack_file(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The pack as a PDF, in the language that the link names."""
    programme, session = open_session(request, code, reference)
    language = language_asked_for(request)
    items = _read(request, programme, session)
    pdf = pack_pdf(session=session, items=items, language=language, at=timezone.now())
    return pdf_answer(pdf, f"council-{session.number}-pack-{language}.pdf")


def _read(request: HttpRequest, programme: Programme, session: CouncilSession) -> list[AgendaItem]:
    items = read_by(request, agenda_of(session=session), programme, timezone.now())
    note_reading(request, items, "council_pack_read")
    return items
