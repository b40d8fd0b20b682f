"""Finding a grant job for whoever may see or run it, and writing down that members of it were looked at."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from compensation.audit.services import record_access
from compensation.programmes.access import open_programme
from compensation.runtime.middleware import client_address
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
    note_members_named(job, outcome=outcome, reason=reason, user=request.user, address=client_address(request))


def note_members_named(job: GrantJob, *, outcome: str, reason: str, user: Any, address: str) -> None:
    """The same for who sends no request: a command has no `address`."""
    record_access(
        user=user,
        at=timezone.now(),
        address=address,
        subject=f"grant job {job.reference}",
        task=f"grant_members_{outcome}",
        detail=reason,
    )
