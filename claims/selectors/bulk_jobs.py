"""Bulk jobs as people see them: how far one is, and what could not be done."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from claims.models import BulkItem, BulkJob
from compensation.programmes.models import Programme
from compensation.runtime.progress import Progress

RECENT = 20


@dataclass(frozen=True, slots=True)
class JobProgress:
    """`done` and `failed` of `total` cases; `rate` in cases per second, `seconds_left` None while nobody can know."""

    done: int
    failed: int
    total: int
    rate: float | None
    seconds_left: float | None

    @property
    def worked(self) -> int:
        return self.done + self.failed


def jobs_of(*, programme: Programme) -> list[BulkJob]:
    """The latest jobs of a programme, newest first, each with `cases` and `failed`."""
    jobs = BulkJob.objects.filter(programme=programme).select_related("made_by").order_by("-id")[:RECENT]
    counts: Counter[tuple[int, str]] = Counter()
    for row in (
        BulkItem.objects.filter(job__in=[job.pk for job in jobs]).values("job", "outcome").annotate(n=Count("id"))
    ):
        counts[row["job"], row["outcome"]] = row["n"]
    for job in jobs:
        job.failed = counts[job.pk, "failed"]  # type: ignore[attr-defined]
        job.cases = sum(counts[job.pk, outcome] for outcome in ("pending", "done", "failed"))  # type: ignore[attr-defined]
    return list(jobs)


def job_named(*, programme: Programme, reference: str) -> BulkJob:
    """One job of a programme. Raises BulkJob.DoesNotExist."""
    return BulkJob.objects.select_related("made_by").get(programme=programme, reference=reference)


def progress_of(*, job: BulkJob, at: datetime) -> JobProgress:
    """How far the job is at `at`."""
    rows = BulkItem.objects.filter(job=job).values("outcome").annotate(n=Count("id"))
    counts = {row["outcome"]: row["n"] for row in rows}
    done, failed, total = counts.get("done", 0), counts.get("failed", 0), sum(counts.values())
    until = job.finished_at or at
    speed = Progress(done + failed, total, job.made_at.timestamp(), until.timestamp())
    return JobProgress(done, failed, total, speed.rate or None, None if job.finished_at else speed.seconds_left)


def failures_of(*, job: BulkJob) -> list[BulkItem]:
    """The cases that could not be done, with their claims, in the order in which they were tried."""
    failed = BulkItem.objects.filter(job=job, outcome="failed").select_related("review__claim__merchant")
    return list(failed.defer("review__claim__merchant__phone", "review__claim__merchant__email").order_by("id"))
