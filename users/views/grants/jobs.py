"""The list of grant jobs, and a new one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from compensation.programmes.access import may, open_programme, staff_page
from compensation.programmes.models import Programme
from users.models import GrantJob
from users.selectors.grant_console import is_under_way, job_lines, job_named
from users.services import grant_jobs
from users.services.grant_refusals import GrantJobRefused
from users.services.grant_running import GrantsNotOpenYet, SpeedOutOfBounds
from users.views.grants.access import RUN, VIEW
from users.views.grants.forms import NewJobForm

FIELDS: dict[type[GrantJobRefused], str] = {
    grant_jobs.PackageWithoutItems: "package",
    grant_jobs.PriorityOutOfBounds: "priority",
    grant_jobs.ChunkSizeOutOfBounds: "chunk_size",
    GrantsNotOpenYet: "starts_at",
    SpeedOutOfBounds: "members_per_second",
}


@require_safe
@staff_page
def grant_list(request: HttpRequest, code: str) -> HttpResponse:
    """Newest first; `?before=` is the job after which the list goes on."""
    programme = open_programme(request, code, permission=VIEW)
    lines, has_older = job_lines(programme=programme, before=_before(request, programme))
    content = {
        "programme": programme,
        "lines": lines,
        "is_live": any(is_under_way(line.job) for line in lines),
        "older": lines[-1].job.reference if has_older else None,
        "may_run": may(request, RUN, programme),
    }
    return render(request, "ops/grants/list.html", content)


def _before(request: HttpRequest, programme: Programme) -> GrantJob | None:
    reference = request.GET.get("before")
    if not reference:
        return None
    try:
        return job_named(programme=programme, reference=reference)
    except GrantJob.DoesNotExist as error:
        raise Http404 from error


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def grant_new(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a new job; sent, it makes a draft."""
    programme = open_programme(request, code, permission=RUN)
    form = NewJobForm(request.POST or None, programme=programme)
    if request.method == "POST" and form.is_valid() and (job := _planned(request, programme, form)):
        messages.success(request, gettext("작업을 만들었습니다. 미리 점검하면 대상과 금액을 볼 수 있습니다."))
        return redirect("grant", code, job.reference)
    content = {"programme": programme, "form": form, "problems": list(form.problems())}
    return render(request, "ops/grants/new.html", content, status=422 if form.errors else 200)


def _planned(request: HttpRequest, programme: Programme, form: NewJobForm) -> GrantJob | None:
    typed: dict[str, Any] = form.cleaned_data
    try:
        return grant_jobs.plan(
            programme=programme,
            package=form.packages[typed["package"]],
            maker=request.user,
            at=request.received_at,
            note=typed["note"] or "",
            audience=typed["who"],
            chunk_size=typed["chunk_size"],
            priority=typed["priority"],
            starts_at=typed["starts_at"],
            members_per_second=typed["members_per_second"],
            workers=typed["workers"],
        )
    except GrantJobRefused as refused:
        form.add_error(FIELDS.get(type(refused)), str(refused))
    return None
