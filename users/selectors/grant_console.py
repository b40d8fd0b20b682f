"""What the console of grant jobs shows: the jobs, how fast one goes, its chunks as a map, what people did with it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from compensation.policy.transitions import GrantChunkState, GrantJobRunState, GrantJobState
from compensation.programmes.models import Programme
from users.models import AudienceMember, GrantChunk, GrantJob, User
from users.selectors.grants import GrantProgress, progress_by_job

JOBS_SHOWN = 20  # of a page of the list
EVENTS_SHOWN = 50  # newest steps of a job
FAULTS_SHOWN = 20  # chunks that failed or are tried again
MAP_CELLS_MAX = 400  # squares of the map: beyond that one stands for several chunks
PACE_PARTS_MAX = 60  # of the plot: what a phone shows
PACED_PART_SECONDS = 10  # of the plot of a job with a speed: it has a chunk every other second, or fewer
# Seconds that a part of the plot may have: what people count in.
PACE_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400)


def jobs_of(*, programme: Programme) -> QuerySet[GrantJob]:
    """All jobs of the programme, with whom and what they are about."""
    return GrantJob.objects.filter(programme=programme).select_related("package", "maker", "approver", "recalls")


def job_named(*, programme: Programme, reference: str) -> GrantJob:
    """Raises GrantJob.DoesNotExist, also for what is no reference."""
    try:
        known = uuid.UUID(reference)
    except ValueError as error:
        raise GrantJob.DoesNotExist from error
    return jobs_of(programme=programme).select_related("programme").get(reference=known)


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job of the list."""

    job: GrantJob
    progress: GrantProgress


def job_lines(*, programme: Programme, before: GrantJob | None = None) -> tuple[list[JobLine], bool]:
    """The newest jobs (older than `before`), and whether there are older ones still. Two queries."""
    rows = jobs_of(programme=programme).order_by("-pk")
    found = list((rows.filter(pk__lt=before.pk) if before else rows)[: JOBS_SHOWN + 1])
    shown = found[:JOBS_SHOWN]
    progress = progress_by_job(jobs=shown)
    return [JobLine(job, progress[job.pk]) for job in shown], len(found) > JOBS_SHOWN


@dataclass(frozen=True, slots=True)
class PacePart:
    """Members whose chunks were finished from `begins` to `ends`, both in seconds since the start of the job."""

    begins: float
    ends: float
    members: int

    @property
    def rate(self) -> float:
        """Members per second."""
        return self.members / (self.ends - self.begins)


_PACE = """
    SELECT least(greatest(floor(extract(epoch FROM finished_at - %(start)s) / %(seconds)s), 0), %(last)s)::int AS part,
           sum(expected)
      FROM users_grantchunk WHERE job_id = %(job)s AND finished_at IS NOT NULL
     GROUP BY part
"""


def pace_of(*, job: GrantJob, at: datetime) -> list[PacePart]:
    """How fast the job has been going from its start until now (or its end), in equal parts; none before the start.

    The last part is up to twice as long as the others: so it is never too short to say anything. One query.
    """
    if job.started_at is None:
        return []
    total = max(((job.finished_at or at) - job.started_at).total_seconds(), 0.1)
    least = PACED_PART_SECONDS if job.members_per_second else 1
    steps = (step for step in PACE_SECONDS if step >= least and total / step <= PACE_PARTS_MAX)
    seconds = next(steps, total / PACE_PARTS_MAX)
    count = max(int(total // seconds), 1)
    with connection.cursor() as cursor:
        cursor.execute(_PACE, {"job": job.pk, "start": job.started_at, "seconds": seconds, "last": count - 1})
        members = dict(cursor.fetchall())
    bounds = [*(part * seconds for part in range(count)), total]
    return [PacePart(begins, ends, int(members.get(part, 0))) for part, (begins, ends) in enumerate(pairwise(bounds))]


@dataclass(frozen=True, slots=True)
class MapCell:
    """The chunks with the numbers `first` to `last`, and how many of them are done or failed."""

    first: int
    last: int
    done: int
    failed: int

    @property
    def state(self) -> str:
        """failed (one of them, at least) | done | part | pending."""
        if self.failed:
            return GrantChunkState.FAILED
        if self.done == self.last - self.first + 1:
            return GrantChunkState.DONE
        return "part" if self.done else GrantChunkState.PENDING


_MAP = """
    SELECT min(number), max(number), count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'failed')
      FROM users_grantchunk WHERE job_id = %(job)s
     GROUP BY (number - 1)::bigint * %(cells)s / %(total)s ORDER BY 1
"""


def chunk_map(*, job: GrantJob, chunks_total: int) -> list[MapCell]:
    """The chunks in their order; of more than MAP_CELLS_MAX, neighbours are taken together. One query."""
    if not chunks_total:
        return []
    cells = min(chunks_total, MAP_CELLS_MAX)
    with connection.cursor() as cursor:
        cursor.execute(_MAP, {"job": job.pk, "cells": cells, "total": chunks_total})
        return [MapCell(*row) for row in cursor.fetchall()]


# Who is at work holds a place (users.services.grant_chunks): an advisory lock of two numbers.
_AT_WORK = """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND granted AND objsubid = 2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND classid::bigint = (hashtext('grant_job')::bigint & 4294967295)
       AND objid::bigint BETWEEN %(job)s * 16 + 1 AND %(job)s * 16 + 15
"""


def workers_at_work(*, job: GrantJob) -> int:
    """How many workers have a chunk of the job in their hands at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_WORK, {"job": job.pk})
        return int(cursor.fetchone()[0])


def chunks_with_faults(*, job: GrantJob) -> Sequence[GrantChunk]:
    """Those that failed, and those that failed before and are tried again; the first FAULTS_SHOWN."""
    failed = Q(state=GrantChunkState.FAILED) | Q(state=GrantChunkState.PENDING, attempts__gt=0)
    return list(job.chunks.filter(failed).order_by("number")[:FAULTS_SHOWN])


def list_sizes(*, job: GrantJob) -> dict[bool, int]:
    """How many members the job's lists name, by whether they are the ones left out."""
    rows = AudienceMember.objects.filter(job=job).values_list("out").order_by("out").annotate(Count("member_id"))
    return {False: 0, True: 0} | dict(rows)


@dataclass(frozen=True, slots=True)
class JobEvent:
    """What was done with a job: `reason` is the code under which the service wrote it down.

    `out`: of a list, whether it is the one of those who are left out.
    """

    at: datetime
    reason: str
    actor: User | None
    members_per_second: int | None
    workers: int
    starts_at: datetime | None
    out: bool | None


def job_events(*, job: GrantJob) -> list[JobEvent]:
    """The newest steps, newest first, from the audit trail. Two queries."""
    events: Any = job.events.select_related("pgh_context").order_by("-pgh_id")[:EVENTS_SHOWN]  # type: ignore[attr-defined]
    rows = [(event, event.pgh_context.metadata if event.pgh_context else {}) for event in events]
    people = User.objects.in_bulk({detail["actor"] for _event, detail in rows if detail.get("actor")})
    return [
        JobEvent(
            at=event.pgh_created_at,
            reason=detail.get("reason", ""),
            actor=people.get(detail.get("actor")),
            members_per_second=event.members_per_second,
            workers=event.workers,
            starts_at=event.starts_at,
            out=detail.get("out"),
        )
        for event, detail in rows
    ]


def recalls_of(*, job: GrantJob) -> Sequence[GrantJob]:
    """The recalls of what the job granted, newest first."""
    return list(job.recalled_by.order_by("-pk"))


def is_under_way(job: GrantJob) -> bool:
    """Whether it may move while somebody looks: by workers, at its hour, or by another person."""
    return job.state == GrantJobState.APPROVED and job.run_state != GrantJobRunState.FINISHED


def members_left(*, job: GrantJob, progress: GrantProgress) -> int:
    """Members of whom nothing is said yet; of a cancelled job those to whom nothing will happen."""
    return max(job.rehearsal.get("expected", 0) - progress.counted, 0) if job.approved_at else 0
