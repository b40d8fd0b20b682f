"""The page of a grant job: how far it is, how fast it goes, what failed, what can be done; and its live part."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh, HttpResponseStopPolling

from compensation.policy.transitions import GrantJobRunState, GrantJobState
from compensation.programmes.access import may, staff_page
from compensation.runtime.forms import all_problems
from users.models import GrantJob, GrantJobKind
from users.selectors.grant_console import (
    chunk_map,
    chunks_with_faults,
    is_under_way,
    job_events,
    list_sizes,
    members_left,
    pace_of,
    recalls_of,
    workers_at_work,
)
from users.selectors.grant_proof import prove
from users.selectors.grants import EXCLUSIONS, job_progress
from users.services.audiences import LoadedList
from users.views.grants.access import RUN, open_job
from users.views.grants.charts import chunk_picture, pace_chart
from users.views.grants.forms import HourForm, ListForm, ReasonForm, RecallForm, SpeedForm

Forms = dict[str, Any]


@require_safe
@staff_page
def grant_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    return job_page(request, open_job(request, code, reference))


@require_safe
@staff_page
def grant_live(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """What changes while the job runs. When it has moved on, the page loads anew and its buttons with it.

    `?seen=` is the state that the page shows.
    """
    job = open_job(request, code, reference)
    if request.GET.get("seen") != state_of(job):
        return HttpResponseClientRefresh()
    if not is_under_way(job):
        return HttpResponseStopPolling()
    return render(request, "ops/grants/job_live.html", {"programme": job.programme} | live_content(job))


@require_safe
@staff_page
def grant_proof(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Everything counted anew from the rows: takes seconds, so it is a page of its own."""
    job = open_job(request, code, reference)
    content = {"programme": job.programme, "job": job, "proof": prove(job=job), "at": timezone.now()}
    return render(request, "ops/grants/proof.html", content)


def job_page(
    request: HttpRequest, job: GrantJob, *, status: int = 200, loaded: LoadedList | None = None, **forms: Any
) -> HttpResponse:
    """The page; with `forms` that were sent and have errors, and with what became of a list (`loaded`)."""
    shown: Forms = _blank_forms(job) | forms
    sizes = list_sizes(job=job)
    content = {
        "programme": job.programme,
        "may_run": may(request, RUN, job.programme),
        "is_maker": job.maker_id == request.user.pk,
        "exclusions": _foreseen(job),
        "events": job_events(job=job),
        "recalls": recalls_of(job=job),
        "in_members": sizes[False],
        "out_members": sizes[True],
        "needs_list": _is_undecided(job) and job.who.by_list and not sizes[False],
        "is_due": bool(job.starts_at and job.starts_at <= timezone.now()),
        "items": list(job.package.items.order_by("pk")),
        "loaded": loaded,
        "problems": all_problems([form for form in shown.values() if form.is_bound]),
    }
    return render(request, "ops/grants/job.html", content | live_content(job) | _steps(job) | shown, status=status)


def state_of(job: GrantJob) -> str:
    """What the page compares to know that it has to load anew."""
    return f"{job.state}-{job.run_state}"


def live_content(job: GrantJob) -> dict[str, Any]:
    """Four queries, however many chunks there are."""
    progress = job_progress(job=job)
    running, cancelled = job.run_state == GrantJobRunState.RUNNING, job.state == GrantJobState.CANCELLED
    foreseen = job.rehearsal.get("expected", 0)
    return {
        "job": job,
        "seen": state_of(job),
        "is_live": is_under_way(job),
        "is_recall": job.kind == GrantJobKind.RECALL,
        "progress": progress,
        "total": foreseen if cancelled else progress.expected,
        "left": members_left(job=job, progress=progress),
        "excluded": sum(progress.excluded.values()) + sum(progress.kept.values()),
        "reasons": [(code, members) for code, members in (progress.excluded | progress.kept).items() if members],
        "at_work": workers_at_work(job=job) if running else 0,
        "workers_most": 1 if job.members_per_second else job.workers,
        "pace": pace_chart(pace_of(job=job, at=timezone.now())),
        "chunks": chunk_picture(chunk_map(job=job, chunks_total=progress.chunks_total)),
        "faults": chunks_with_faults(job=job),
    }


def _foreseen(job: GrantJob) -> list[tuple[str, int]]:
    """Whom the rehearsal found to be left out, by reason, in the order in which the reasons are looked at."""
    found = job.rehearsal.get("excluded", {})
    return [(code, found[code]) for code in EXCLUSIONS if found.get(code)]


def _is_undecided(job: GrantJob) -> bool:
    return job.state in (GrantJobState.DRAFT, GrantJobState.REHEARSED)


def _steps(job: GrantJob) -> dict[str, bool]:
    """What can be done with the job as it stands; whether this person may, says the page."""
    finished = job.run_state == GrantJobRunState.FINISHED
    waits = job.run_state == GrantJobRunState.IDLE and job.state != GrantJobState.CANCELLED
    runs = job.run_state in (GrantJobRunState.RUNNING, GrantJobRunState.PAUSED)
    return {
        "is_undecided": _is_undecided(job),
        "is_rehearsed": job.state == GrantJobState.REHEARSED,
        "waits_for_start": waits and job.state == GrantJobState.APPROVED,
        "can_schedule": waits,
        "runs": runs,
        "can_change_speed": waits or runs,
        "can_cancel": waits or runs,
        "is_over": finished,
        "can_recall": finished and job.kind == GrantJobKind.GRANT,
    }


def _blank_forms(job: GrantJob) -> Forms:
    speed = {"members_per_second": job.members_per_second, "workers": job.workers}
    hour = timezone.localtime(job.starts_at).strftime("%Y-%m-%d %H:%M") if job.starts_at else ""
    return {
        "speed_form": SpeedForm(initial=speed),
        "hour_form": HourForm(initial={"starts_at": hour}),
        "in_form": ListForm(prefix="in"),
        "out_form": ListForm(prefix="out"),
        "recall_form": RecallForm(prefix="recall"),
        "reason_form": ReasonForm(prefix="download"),
    }
