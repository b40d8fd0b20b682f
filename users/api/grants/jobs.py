"""Grant jobs by the API: the list, a new one, one of them, its proof."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import limits
from compensation.programmes.access import open_programme
from compensation.runtime.api_fields import ANY, TEXT, body
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import page_of
from users.api.grants.answers import CourseAnswer, JobAnswer, JobsAnswer, ProofAnswer, course_of, job_answer
from users.api.grants.common import NOTE, read_form, telling_refusals
from users.selectors.grant_console import jobs_of
from users.selectors.grant_proof import prove
from users.services import grant_jobs
from users.views.grants.access import RUN, VIEW, open_job
from users.views.grants.forms import EVERYONE, FILTER, LIST, NewJobForm
from users.views.grants.jobs import FIELDS

_CODES = {"type": "array", "items": {"type": "integer"}}
_WORKERS = {"type": "integer", "minimum": 1, "maximum": limits.GRANT_WORKERS_MAX}
NEW_JOB = body(
    {
        "package": TEXT,
        "audience": {"type": "string", "enum": [EVERYONE, FILTER, LIST]},
        "joined_from": TEXT,
        "joined_until": TEXT,
        "statuses": _CODES,
        "regions": _CODES,
        "starts_at": TEXT,
        "members_per_second": ANY,
        "workers": _WORKERS,
        "chunk_size": ANY,
        "priority": {"type": "integer", "minimum": 1, "maximum": limits.GRANT_PRIORITY_MAX},
        "note": NOTE,
    },
    required=("package", "audience"),
)
_PLANNED = ("priority", "starts_at", "members_per_second", "workers", "chunk_size")
_AS_USUAL = {"workers": limits.GRANT_WORKERS_MAX, "priority": 5}  # where the body does not say


class GrantJobs(ApiView):
    """The jobs of a programme."""

    is_paged = True

    @extend_schema(
        operation_id="list_grant_jobs", tags=["grants"], summary="Grant jobs, newest first", responses=JobsAnswer
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request._request, code, permission=VIEW)
        page = page_of(rows=jobs_of(programme=programme), moment="created_at", asked=request.query_params)
        return Response(JobsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="plan_grant_job",
        tags=["grants"],
        summary="Plans a job, which grants nothing before another person has approved it",
        description=(
            "`audience`: everyone, filter (days of joining, statuses 1 active 2 suspended 3 withdrawn, regions), or "
            f"list (to be uploaded then). `chunk_size`: members who are granted at once, {grant_jobs.CHUNK_SIZE:,} if "
            "not said. The new job is `job.reference` of the answer."
        ),
        request=NEW_JOB,
        responses={201: JobAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme = open_programme(request._request, code, permission=RUN)
        content: Mapping[str, Any] = _AS_USUAL | request.data
        typed = read_form(lambda: NewJobForm(content, programme=programme))
        package = programme.benefit_packages.get(code=typed["package"])
        with telling_refusals(FIELDS):
            job = grant_jobs.plan(
                programme=programme,
                package=package,
                maker=request.user,
                at=request._request.received_at,
                note=typed["note"] or "",
                audience=typed["who"],
                **{name: typed[name] for name in _PLANNED},
            )
        return job_answer(jobs_of(programme=programme).get(pk=job.pk), status=201)


class OneGrantJob(ApiView):
    """A job."""

    @extend_schema(
        operation_id="show_grant_job", tags=["grants"], summary="A job with its progress", responses=JobAnswer
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        return job_answer(open_job(request._request, code, reference))


class GrantCourse(ApiView):
    """How a job has gone."""

    @extend_schema(
        operation_id="follow_grant_job",
        tags=["grants"],
        summary="Members per second, the map of chunks, faults and events of a job",
        responses=CourseAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        job = open_job(request._request, code, reference)
        return Response(CourseAnswer(course_of(job, at=timezone.now())).data)


class GrantProofOfJob(ApiView):
    """The proof of a job."""

    @extend_schema(
        operation_id="prove_grant_job",
        tags=["grants"],
        summary="Counts members, grants and money of a job anew",
        description="Reads every row: seconds per ten million members.",
        responses=ProofAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        return Response(ProofAnswer(prove(job=open_job(request._request, code, reference))).data)
