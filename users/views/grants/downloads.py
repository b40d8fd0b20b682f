"""The members behind a job's figures as a file: who got it, who was left out or failed, and why."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from compensation.programmes.access import staff_page
from compensation.runtime.downloads import CSV, attachment, csv_pieces
from users.selectors.grant_proof import NamedMember, members_of, outcomes_of
from users.templatetags.grant_wording import REASONS
from users.views.grants.access import RUN, note_members_taken, open_job
from users.views.grants.forms import ReasonForm
from users.views.grants.job import job_page

LISTED = "listed: "  # before the words of a list for whom it leaves out (users.selectors.grant_proof)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet program would calculate


@require_POST
@staff_page
def grant_members(request: HttpRequest, code: str, reference: str, outcome: str) -> HttpResponse:
    """A CSV file, row by row as they are read, so that millions need no memory. It leaves an access record."""
    job, form = open_job(request, code, reference, permission=RUN), ReasonForm(request.POST, prefix="download")
    if outcome not in outcomes_of(job):
        raise Http404
    if not form.is_valid():
        return job_page(request, job, status=422, reason_form=form)
    note_members_taken(request, job, outcome=outcome, reason=form.cleaned_data["reason"])
    # The texts now: while the file is sent, the language of the page is gone.
    words = {reason: str(text) for reason, text in REASONS.items()}
    head = [gettext("회원번호"), gettext("작업 구간"), gettext("사유")]
    name = f"grant-{job.reference}-{outcome}.csv"
    rows = (_row(member, words) for member in members_of(job=job, outcome=outcome))
    return StreamingHttpResponse(csv_pieces(head, rows), content_type=CSV, headers=attachment(name))


def _row(member: NamedMember, words: dict[str, str]) -> list[object]:
    reason = words.get(member.reason, member.reason)
    if member.reason.startswith(LISTED):
        reason = f"{words['listed']}: {member.reason.removeprefix(LISTED)}"
    return [member.member_id, member.chunk, harmless(reason)]


def harmless(text: str) -> str:
    """What somebody else wrote, as a cell that no spreadsheet program calculates."""
    return f"'{text}" if text.startswith(_FORMULA) else text
