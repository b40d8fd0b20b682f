"""The minutes (의사록) of a session: attendance, recusals, decisions with their digests; as a page and as a PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.models import CouncilSession
from claims.selectors.council_record import SessionRecord, record_of
from claims.services.council.verifying import chain_faults
from claims.services.council_minutes import minutes_pdf
from claims.views.council.access import open_session
from claims.views.council.pdf import language_asked_for, pdf_answer
from compensation.programmes.access import staff_page
from compensation.programmes.selectors import current_policy


@require_safe
@staff_page
def minutes_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """From the first case that was closed on; what is open still says so."""
    programme, session = open_session(request, code, reference)
    content = {
        "programme": programme,
        "policy": current_policy(programme=programme).policy,
        "session": session,
        "record": _record(session),
        "faults": [fault.number for fault in chain_faults(council=session.council)],
    }
    return render(request, "council/minutes.html", content)


@require_safe
@staff_page
def minutes_file(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The same as a PDF, in the language that the link names."""
    _programme, session = open_session(request, code, reference)
    language = language_asked_for(request)
    pdf = minutes_pdf(record=_record(session), language=language, at=timezone.now())
    return pdf_answer(pdf, f"council-{session.number}-minutes-{language}.pdf")


def _record(session: CouncilSession) -> SessionRecord:
    """Raises Http404 where there is nothing to write down yet."""
    record = record_of(session=session)
    if not any(row.item.state != "open" for row in record.items):
        raise Http404
    return record
