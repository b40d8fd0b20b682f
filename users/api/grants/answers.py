"""What the API says of grant jobs: all that their pages show. Counts of members, money in whole won."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from compensation.runtime.api_fields import Named
from users.models import GrantJob
from users.selectors.grant_console import (
    chunk_map,
    chunks_with_faults,
    job_events,
    list_sizes,
    members_left,
    pace_of,
    workers_at_work,
)
from users.selectors.grants import job_progress
from users.templatetags.grant_wording import masked_member

_OPEN = {"type": "object", "additionalProperties": True}


class JobShort(serializers.Serializer[Any]):
    """A job. `state` is what people decided, `run_state` what workers do; `recalls` is the job that it takes back.

    `rehearsal`: what was counted before approval, empty before that; of its `sample` the ends of member numbers only.
    """

    reference = serializers.CharField()
    package = Named()
    kind = serializers.CharField()
    recalls = serializers.CharField(source="recalls.reference", allow_null=True, default=None)
    audience = serializers.SerializerMethodField()
    note = serializers.CharField(allow_blank=True)
    state = serializers.CharField()
    run_state = serializers.CharField()
    priority = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    members_per_second = serializers.IntegerField(allow_null=True)
    workers = serializers.IntegerField()
    chunk_size = serializers.IntegerField()
    rehearsal = serializers.SerializerMethodField()
    maker = serializers.CharField(source="maker.get_full_name")
    approver = serializers.CharField(source="approver.get_full_name", allow_null=True, default=None)
    created_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(_OPEN)
    def get_audience(self, job: GrantJob) -> dict[str, Any]:
        return job.audience

    @extend_schema_field(_OPEN)
    def get_rehearsal(self, job: GrantJob) -> dict[str, Any]:
        sample = {"sample": [masked_member(member) for member in job.rehearsal.get("sample", [])]}
        return job.rehearsal | sample if job.rehearsal else {}


class JobsAnswer(serializers.Serializer[Any]):
    """A page of jobs, newest first."""

    results = JobShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ProgressAnswer(serializers.Serializer[Any]):
    """How far a job is. counted = granted + excluded + recalled + kept + failed; `rate` is members per second."""

    expected = serializers.IntegerField()
    counted = serializers.IntegerField()
    granted = serializers.IntegerField()
    excluded = serializers.DictField(child=serializers.IntegerField())
    recalled = serializers.IntegerField()
    kept = serializers.DictField(child=serializers.IntegerField())
    failed = serializers.IntegerField()
    chunks_done = serializers.IntegerField()
    chunks_total = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)
    seconds_left = serializers.FloatField(allow_null=True)


class JobAnswer(serializers.Serializer[Any]):
    """A job with its progress. `left`: members of whom nothing is said yet; `at_work`: workers that have a chunk."""

    job = JobShort()
    progress = ProgressAnswer()
    left = serializers.IntegerField()
    at_work = serializers.IntegerField()
    listed = serializers.IntegerField()
    left_out = serializers.IntegerField()


class ProofAnswer(serializers.Serializer[Any]):
    """The job's own figures beside what was counted anew from the rows."""

    holds = serializers.BooleanField()
    members = serializers.IntegerField()
    counted = serializers.IntegerField()
    grants = serializers.IntegerField()
    done = serializers.IntegerField()
    booked_won = serializers.IntegerField()
    due_won = serializers.IntegerField()
    progress = ProgressAnswer()


class MemberAnswer(serializers.Serializer[Any]):
    """A member behind a figure: number, chunk, and why."""

    member = serializers.IntegerField(source="member_id")
    chunk = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)


class MembersAnswer(serializers.Serializer[Any]):
    """A page of members, by number."""

    results = MemberAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class RowFaultAnswer(serializers.Serializer[Any]):
    """What is wrong with a row of a list."""

    row = serializers.IntegerField()
    code = serializers.CharField()
    message_ko = serializers.CharField()
    message_en = serializers.CharField()


class ListAnswer(serializers.Serializer[Any]):
    """What became of a list: `taken` members of `rows`; the first `faults` of the `faulty` rows."""

    rows = serializers.IntegerField()
    taken = serializers.IntegerField()
    faulty = serializers.IntegerField()
    faults = RowFaultAnswer(many=True)


class PacePartAnswer(serializers.Serializer[Any]):
    """Members whose chunks were finished from `begins` to `ends`, in seconds since the start; `rate` is per second."""

    begins = serializers.FloatField()
    ends = serializers.FloatField()
    members = serializers.IntegerField()
    rate = serializers.FloatField()


class MapCellAnswer(serializers.Serializer[Any]):
    """The chunks numbered `first` to `last`: how many are done or failed. `state`: pending, part, done, failed."""

    first = serializers.IntegerField()
    last = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    state = serializers.CharField()


class ChunkFaultAnswer(serializers.Serializer[Any]):
    """A chunk that failed, or is tried again: with how many members (failed), and what the database said."""

    number = serializers.IntegerField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    failed = serializers.IntegerField()
    fault = serializers.CharField(allow_blank=True)


class JobEventAnswer(serializers.Serializer[Any]):
    """A step: `reason` is what was done, `actor` who did it."""

    at = serializers.DateTimeField()
    reason = serializers.CharField()
    actor = serializers.CharField(source="actor.get_full_name", allow_null=True, default=None)


class CourseAnswer(serializers.Serializer[Any]):
    """How a job has gone: members per second, the chunks in their order, what went wrong, who did what (newest first).

    Of many chunks neighbours are taken together; of faults and events the first are told.
    """

    pace = PacePartAnswer(many=True)
    chunks = MapCellAnswer(many=True)
    faults = ChunkFaultAnswer(many=True)
    events = JobEventAnswer(many=True)


def course_of(job: GrantJob, *, at: datetime) -> dict[str, Any]:
    """CourseAnswer's values, read now."""
    return {
        "pace": pace_of(job=job, at=at),
        "chunks": chunk_map(job=job, chunks_total=job.chunks.count()),
        "faults": chunks_with_faults(job=job),
        "events": job_events(job=job),
    }


def job_answer(job: GrantJob, *, status: int = 200) -> Response:
    """The answer about a job as it stands."""
    progress, sizes = job_progress(job=job), list_sizes(job=job)
    values = {
        "job": job,
        "progress": progress,
        "left": members_left(job=job, progress=progress),
        "at_work": workers_at_work(job=job),
        "listed": sizes[False],
        "left_out": sizes[True],
    }
    return Response(JobAnswer(values).data, status=status)
