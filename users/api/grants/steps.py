"""What people do with a grant job, by the API: the services of the pages. Each answers with the job as it is then."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.runtime.api_fields import ANY, TEXT, body, text_of
from compensation.runtime.idempotency import once
from users.api.grants.answers import JobAnswer, job_answer
from users.api.grants.common import NOTE, GrantView, read_form, telling_refusals
from users.services import grant_jobs, grant_running
from users.services.grant_again import plan_again, retry_failed
from users.services.grant_refusals import GrantJobMovedOn
from users.services.recalls import plan_recall
from users.views.grants.forms import LIST, HourForm, RecallForm, SpeedForm, parse_note

HOUR = {grant_running.GrantsNotOpenYet: "starts_at"}
SPEED = {grant_running.SpeedOutOfBounds: "members_per_second"}


class _Step(GrantView):
    """A step that takes nothing but the job."""

    def _take(self, request: Request, code: str, reference: str, step: Callable[..., object], **given: Any) -> Response:
        job = self.job_to_run(request, code, reference)
        with telling_refusals():
            step(job=job, actor=request.user, **given)
        return job_answer(job, status=201)


def _documented(operation_id: str, summary: str, request: Any = None) -> Any:
    return extend_schema(
        operation_id=operation_id, tags=["grants"], summary=summary, request=request, responses={201: JobAnswer}
    )


class Rehearsal(_Step):
    """Counting whom it is about."""

    @_documented("rehearse_grant_job", "Counts what the job would do; changes nothing else")
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self._take(request, code, reference, grant_jobs.rehearse, at=request._request.received_at)


class Approval(GrantView):
    """The second person."""

    @extend_schema(
        operation_id="approve_grant_job",
        tags=["grants"],
        summary="Approves the rehearsal that one has seen; never one's own job",
        description="`counted_at`: that of the job's `rehearsal` as it was read. 409 where it was counted again since.",
        request=body({"counted_at": TEXT}, required=("counted_at",)),
        responses={201: JobAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        job = self.job_to_run(request, code, reference)
        with telling_refusals():
            if text_of(request.data, "counted_at") != job.rehearsal.get("counted_at"):
                raise GrantJobMovedOn
            grant_jobs.approve(job=job, approver=request.user, at=request._request.received_at)
        return job_answer(job, status=201)


class Start(_Step):
    """Now."""

    @_documented("start_grant_job", "Starts an approved job now")
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self._take(request, code, reference, grant_running.start, at=request._request.received_at)


class Hour(GrantView):
    """Later."""

    @_documented(
        "schedule_grant_job", "Sets the hour at which a job starts by itself; blank: by hand", body({"starts_at": TEXT})
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        job = self.job_to_run(request, code, reference)
        typed = read_form(lambda: HourForm(request.data))
        with telling_refusals(HOUR):
            grant_running.schedule(job=job, actor=request.user, starts_at=typed["starts_at"])
        return job_answer(job, status=201)


class Pause(_Step):
    """Stopping for a while."""

    @_documented("pause_grant_job", "Pauses a running job after the chunks that are at work")
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self._take(request, code, reference, grant_running.pause)


class Resumption(_Step):
    """Going on."""

    @_documented("resume_grant_job", "Goes on with a paused job")
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self._take(request, code, reference, grant_running.resume)


class Speed(GrantView):
    """Faster or slower."""

    @_documented(
        "change_grant_job_speed",
        "Bounds members per second (blank: none) and workers, from the next chunk on",
        body({"members_per_second": ANY, "workers": {"type": "integer"}}, required=("workers",)),
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        job = self.job_to_run(request, code, reference)
        typed = read_form(lambda: SpeedForm(request.data))
        with telling_refusals(SPEED):
            grant_running.change_speed(job=job, actor=request.user, **typed)
        return job_answer(job, status=201)


class Retry(_Step):
    """Failed chunks once more."""

    @_documented("retry_grant_job", "Puts failed chunks of a running or paused job back among those to be done")
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self._take(request, code, reference, retry_failed, at=request._request.received_at)


class Cancellation(_Step):
    """Ending it."""

    @_documented("cancel_grant_job", "Ends a job for good; what it granted stays")
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self._take(request, code, reference, grant_jobs.cancel, at=request._request.received_at)


class Recall(GrantView):
    """Taking back."""

    @_documented(
        "recall_grant_job",
        "Plans a recall of what an ended job granted; answers with the recall, which is a job",
        body({"scope": {"type": "string", "enum": ["whole", LIST]}, "note": NOTE}, required=("scope", "note")),
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        job = self.job_to_run(request, code, reference)
        typed = read_form(lambda: RecallForm(request.data))
        with telling_refusals():
            recall = plan_recall(
                of=job,
                maker=request.user,
                at=request._request.received_at,
                note=typed["note"],
                by_list=typed["scope"] == LIST,
            )
        return job_answer(recall, status=201)


class Again(GrantView):
    """What it left."""

    @_documented(
        "continue_grant_job",
        "Plans a job for whoever an ended one left without a grant; answers with the new job",
        body({"note": NOTE}),
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        job = self.job_to_run(request, code, reference)
        note = parse_note(text_of(request.data, "note"))
        with telling_refusals():
            again = plan_again(of=job, maker=request.user, at=request._request.received_at, note=note)
        return job_answer(again, status=201)
