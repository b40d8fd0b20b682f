"""Doing one thing with many cases: choosing them on the queue, a preview, the job, and what became of it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from claims.models import BulkAction, BulkJob, Review, Verdict
from claims.models.bulk_job import bulk_job_reference
from claims.selectors.bulk_jobs import failures_of, job_named, jobs_of, progress_of
from claims.selectors.queue import officers_of, reviews_named, search_queue
from claims.services import bulk_parameters
from claims.services.bulk_jobs import BulkRefused, Preview, preview, start_job
from claims.services.bulk_parameters import ParametersRefused, read_parameters
from claims.services.proposals import reasons_for
from claims.views.review.queue import PREPARE, VIEW, note_search, search_of
from compensation import limits
from compensation.programmes.access import open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.forms import REFUSED, Problem, told

CHOSEN, PAGE, FOUND = "chosen", "page", "found"
PREVIEW, START = "preview", "start"


@require_safe
@staff_page
def bulk_list(request: HttpRequest, code: str) -> HttpResponse:
    """The latest jobs."""
    programme = open_programme(request, code, permission=VIEW)
    return render(request, "officer/bulk.html", {"programme": programme, "jobs": jobs_of(programme=programme)})


@require_POST
@staff_page
def bulk_new(request: HttpRequest, code: str) -> HttpResponse:
    """What is to be done with the chosen cases; then a preview; then the job, if nothing was changed since."""
    programme = open_programme(request, code, permission=PREPARE)
    if request.POST.get("action") not in BulkAction.values:
        raise Http404
    action, step = BulkAction(request.POST["action"]), request.POST.get("step", "")
    reviews = _chosen(request, programme)
    if not reviews:
        messages.error(request, gettext("먼저 건을 골라 주세요."))
        return redirect(_queue_address(request, programme))
    if step not in (PREVIEW, START):
        return _page(request, programme, action, reviews)
    try:
        parameters = read_parameters(programme=programme, action=action, typed=dict(request.POST.lists()))
    except ParametersRefused as refused:
        return _page(request, programme, action, reviews, faults=refused.faults)
    shown = preview(action=action, reviews=reviews, parameters=parameters, actor=request.user)
    digest = _digest(action, reviews, parameters)
    if step == START and request.POST.get("previewed") == digest:
        return _start(request, programme, action, shown, parameters)
    return _page(request, programme, action, reviews, shown=shown, digest=digest)


@require_safe
@staff_page
def bulk_job(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """How far the job is; when it is over, which cases could not be done, and why."""
    programme = open_programme(request, code, permission=VIEW)
    job = _job(programme, reference)
    content = {"programme": programme, "job": job, "progress": progress_of(job=job, at=timezone.now())}
    if job.finished_at:
        content["failures"] = failures_of(job=job)
    return render(request, "officer/bulk_job.html", content)


@require_safe
@staff_page
def bulk_live(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The progress of a job that works; once it is over, the page loads anew."""
    programme = open_programme(request, code, permission=VIEW)
    job = _job(programme, reference)
    if job.finished_at:
        return HttpResponseClientRefresh()
    content = {"programme": programme, "job": job, "progress": progress_of(job=job, at=timezone.now())}
    return render(request, "officer/bulk_live.html", content)


def _job(programme: Programme, reference: str) -> BulkJob:
    try:
        return job_named(programme=programme, reference=reference)
    except BulkJob.DoesNotExist as error:
        raise Http404 from error


def _chosen(request: HttpRequest, programme: Programme) -> list[Review]:
    """The cases that were ticked, all of the page, or all that were found; no more than a job can hold."""
    scope = request.POST.get("scope", CHOSEN)
    if scope == FOUND:
        search = search_of(QueryDict(request.POST.get("query", "")))
        if search.text:
            note_search(request, programme)
        found = search_queue(programme=programme, search=search, user=request.user)
        references = list(found.values_list("claim__reference", flat=True)[: limits.BULK_CASES_MAX])
    elif scope == PAGE:
        references = _words(request.POST.get("cases", ""))
    else:
        references = request.POST.getlist("case")
    known = [reference.replace("\0", "") for reference in references[: limits.BULK_CASES_MAX]]
    return reviews_named(programme=programme, references=known)


def _words(text: str) -> list[str]:
    return text[: limits.BULK_CASES_MAX * (limits.REFERENCE_LENGTH + 1)].split()


def _queue_address(request: HttpRequest, programme: Programme) -> str:
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return f"{reverse('reviews', args=[programme.code])}{'?' if query else ''}{query}"


def _digest(action: BulkAction, reviews: list[Review], parameters: Mapping[str, Any]) -> str:
    """What a preview was of: the action, the cases and everything that was typed."""
    content = json.dumps([action, sorted(review.pk for review in reviews), parameters], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _start(
    request: HttpRequest, programme: Programme, action: BulkAction, shown: Preview, parameters: Mapping[str, Any]
) -> HttpResponse:
    reference = request.POST.get("job", "").replace("\0", "")[:32] or bulk_job_reference()
    try:
        job = start_job(
            programme=programme,
            action=action,
            reviews=shown.included,
            parameters=parameters,
            reference=reference,
            actor=request.user,
            at=timezone.now(),
        )
    except BulkRefused as refused:
        messages.error(request, told(refused))
        return redirect(_queue_address(request, programme))
    return redirect("bulk-job", programme.code, job.reference)


def _page(
    request: HttpRequest,
    programme: Programme,
    action: BulkAction,
    reviews: list[Review],
    *,
    faults: Mapping[str, Any] | None = None,
    shown: Preview | None = None,
    digest: str = "",
) -> HttpResponse:
    """The form with everything that was typed, the problems beside their fields, or the preview below."""
    policy = current_policy(programme=programme).policy
    told_faults = {field: told(fault) for field, fault in (faults or {}).items()}
    content = {
        "programme": programme,
        "action": action,
        "count": len(reviews),
        "cases": " ".join(review.claim.reference for review in reviews),
        "query": request.POST.get("query", ""),
        "queue": _queue_address(request, programme),
        "job": request.POST.get("job") or bulk_job_reference(),
        "typed": {name: request.POST.get(name, "") for name in ("text", "officer", "add", "remove", "amount")}
        | {"share": request.POST.get("share", "100"), "verdict": request.POST.get("verdict", Verdict.GRANT)}
        | {"measure": request.POST.get("measure", bulk_parameters.SHARE)},
        "ticked": request.POST.getlist("kinds") + request.POST.getlist("reasons"),
        "faults": told_faults,
        "problems": [Problem(f"bulk-{field}", sentence) for field, sentence in told_faults.items()],
        "shown": shown,
        "digest": digest,
        "length_max": limits.PARAGRAPHS_LENGTH_MAX,
        "tags_max": limits.TAGS_MAX,
        "kinds": policy.evidence_kinds,
        "officers": officers_of(programme=programme) if action == BulkAction.ASSIGN else (),
        "verdicts": [(verdict, verdict.label, reasons_for(verdict=verdict, policy=policy)) for verdict in Verdict],
    }
    return render(request, "officer/bulk_new.html", content, status=REFUSED if faults else 200)
