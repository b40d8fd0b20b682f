"""Finding a grant job for whoever may see or run it, and writing down that members of it were looked at."""

from django.http import Http404, HttpRequest

from compensation.programmes.access import note_access, open_programme
from users.models import GrantJob
from users.selectors.grant_console import job_named

VIEW, RUN = "programmes.view_grants", "programmes.run_grants"


def open_job(request: HttpRequest, code: str, reference: str, *, permission: str = VIEW) -> GrantJob:
    """The job of a programme in which the person has the permission. Raises Http404."""
    programme = open_programme(request, code, permission=permission)
    try:
        return job_named(programme=programme, reference=reference)
    except GrantJob.DoesNotExist as error:
        raise Http404 from error


def note_members_taken(request: HttpRequest, job: GrantJob, *, outcome: str, reason: str) -> None:
    """Writes down that the members behind a figure of the job were taken away, and what for."""
    note_access(request, subject=f"grant job {job.reference}", task=f"grant_members_{outcome}", detail=reason)
