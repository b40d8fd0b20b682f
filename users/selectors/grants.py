"""Which grant jobs there are, and how far each is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum

from compensation.policy.transitions import GrantChunkState, GrantJobRunState, GrantJobState
from compensation.programmes.models import BenefitPackage
from users.models import Grant, GrantChunk, GrantJob, GrantJobKind, Member, MemberStatus, RecalledGrant

TRANSFER_KIND = "grant_chunk"  # a ledger transfer per chunk, whose source_id is the chunk's
RECALL_KIND = "recall_chunk"  # and one back for what a chunk of a recall took
# In the order in which they are looked at: the first counts.
EXCLUSIONS = ("withdrawn", "suspended", "listed", "recalled", "already_granted")
KEPT = ("used", "expired")  # why a recall leaves a grant as it is
_COUNTS = ("granted", "recalled", "failed")
_AS_COUNTED = ("counted", *_COUNTS, "chunks_done", "chunks_total", "started_at", "finished_at")


def unfinished_job(*, package: BenefitPackage) -> GrantJob | None:
    """The newest job that grants the package to all members and has not finished."""
    jobs = GrantJob.objects.filter(package=package, kind=GrantJobKind.GRANT, audience={})
    under_way = jobs.exclude(run_state=GrantJobRunState.FINISHED).exclude(state=GrantJobState.CANCELLED)
    return under_way.order_by("-pk").first()


def more_urgent_job(*, job: GrantJob) -> GrantJob | None:
    """A running job that goes before this one and has something left to do."""
    pending = GrantChunk.objects.filter(job=OuterRef("pk"), state=GrantChunkState.PENDING)
    running = GrantJob.objects.filter(Exists(pending), run_state=GrantJobRunState.RUNNING, priority__lt=job.priority)
    if not running.exists():  # nearly always, and asked for every chunk
        return None
    return running.select_related("package").order_by("priority", "pk").first()


def anyone_to_grant(*, package: BenefitPackage) -> bool:
    """Whether an active member has no grant of the package yet, and had none that was recalled."""
    granted = Grant.objects.filter(package=package, member_id=OuterRef("pk"))
    recalled = RecalledGrant.objects.filter(package=package, member_id=OuterRef("pk"))
    return Member.objects.filter(~Exists(granted), ~Exists(recalled), status=MemberStatus.ACTIVE).exists()


@dataclass(frozen=True, slots=True)
class GrantProgress:
    """How far a job is, counted in members. `rate` is members per second, None before the first chunk.

    `expected` is what the rehearsal counted while the job runs, and what the chunks counted once it is finished.
    `recalled` and `kept` (by reason) are a recall's, `granted` and `excluded` those of a job that grants.
    """

    expected: int
    counted: int
    granted: int
    excluded: dict[str, int]
    recalled: int
    kept: dict[str, int]
    failed: int
    chunks_done: int
    chunks_total: int
    started_at: datetime | None
    finished_at: datetime | None
    rate: float | None
    seconds_left: float | None

    @property
    def adds_up(self) -> bool:
        """Whether every expected member is granted, excluded or failed (recalled or kept): of a finished job only."""
        return self.expected == self.settled

    @property
    def settled(self) -> int:
        """Members of whom the chunks that are done say what became of them; `counted`, if nothing is lost."""
        return self.granted + sum(self.excluded.values()) + self.recalled + sum(self.kept.values()) + self.failed


def job_progress(*, job: GrantJob) -> GrantProgress:
    """The state of things now, in one query."""
    return progress_by_job(jobs=[job])[job.pk]


def progress_by_job(*, jobs: Iterable[GrantJob]) -> dict[int, GrantProgress]:
    """The same of several jobs by their ids, in one query."""
    sums = {name: Sum(f"chunks__{name}", default=0) for name in _COUNTS}
    kept = {f"kept_{name}": Sum(f"chunks__kept_{name}", default=0) for name in KEPT}
    excluded = {f"excluded_{name}": Sum(f"chunks__excluded_{name}", default=0) for name in EXCLUSIONS}
    rows = (
        GrantJob.objects.filter(pk__in=[job.pk for job in jobs])
        .annotate(
            **sums,
            **kept,
            **excluded,
            counted=Sum("chunks__expected", default=0),
            chunks_total=Count("chunks"),
            chunks_done=Count("chunks", filter=~Q(chunks__state=GrantChunkState.PENDING)),
            last_chunk_at=Max("chunks__finished_at"),
        )
        .values()
    )
    return {row["id"]: _progress(row) for row in rows}


def _progress(row: Mapping[str, Any]) -> GrantProgress:
    finished = row["run_state"] == GrantJobRunState.FINISHED
    expected = row["counted"] if finished else row["rehearsal"].get("expected", 0)
    rate = _rate(row["counted"], row["started_at"], row["last_chunk_at"])
    if rate and not finished:  # the last chunk may be done at once, but the next one waits for it
        rate = min(rate, row["members_per_second"] or rate)
    return GrantProgress(
        expected=expected,
        excluded={name: row[f"excluded_{name}"] for name in EXCLUSIONS},
        kept={name: row[f"kept_{name}"] for name in KEPT},
        rate=rate,
        seconds_left=max(expected - row["counted"], 0) / rate if rate else None,
        **{name: row[name] for name in _AS_COUNTED},
    )


def _rate(counted: int, started_at: datetime | None, last_chunk_at: datetime | None) -> float | None:
    if not (counted and started_at and last_chunk_at):
        return None
    seconds = (last_chunk_at - started_at).total_seconds()
    return counted / seconds if seconds > 0 else None
