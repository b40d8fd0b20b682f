"""What a grant job would do, how far it is, and the proof that it did what it says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum

from compensation.ledger.models import Transfer
from compensation.policy.transitions import GrantChunkState, GrantJobRunState
from compensation.programmes.models import BenefitPackage
from users.models import Grant, GrantChunk, GrantJob, Member, MemberStatus

TRANSFER_KIND = "grant_chunk"  # a ledger transfer per chunk, whose source_id is the chunk's
EXCLUSIONS = ("withdrawn", "suspended", "already_granted")  # in the order in which they are looked at: the first counts
_AS_COUNTED = ("counted", "granted", "failed", "chunks_done", "chunks_total", "started_at", "finished_at")


def unfinished_job(*, package: BenefitPackage) -> GrantJob | None:
    """The newest job of the package that has not finished."""
    return GrantJob.objects.filter(package=package).exclude(run_state=GrantJobRunState.FINISHED).order_by("-pk").first()


def count_grantable(*, package: BenefitPackage, members_below: int) -> dict[str, Any]:
    """Counts of the members with a smaller id: `expected`, `to_grant` and `excluded` by reason. Reads them all."""
    members = Member.objects.filter(id__lt=members_below).aggregate(
        expected=Count("pk"),
        active=Count("pk", filter=Q(status=MemberStatus.ACTIVE)),
        withdrawn=Count("pk", filter=Q(status=MemberStatus.WITHDRAWN)),
        suspended=Count("pk", filter=Q(status=MemberStatus.SUSPENDED)),
    )
    already_granted = Grant.objects.filter(
        package=package, member_id__lt=members_below, member__status=MemberStatus.ACTIVE
    ).count()
    return {
        "expected": members["expected"],
        "to_grant": members["active"] - already_granted,
        "excluded": {
            "withdrawn": members["withdrawn"],
            "suspended": members["suspended"],
            "already_granted": already_granted,
        },
    }


def anyone_to_grant(*, package: BenefitPackage) -> bool:
    """Whether an active member has no grant of the package yet."""
    granted = Grant.objects.filter(package=package, member_id=OuterRef("pk"))
    return Member.objects.filter(~Exists(granted), status=MemberStatus.ACTIVE).exists()


@dataclass(frozen=True, slots=True)
class GrantProgress:
    """How far a job is, counted in members. `rate` is members per second, None before the first chunk.

    `expected` is what the rehearsal counted while the job runs, and what the chunks counted once it is finished.
    """

    expected: int
    counted: int
    granted: int
    excluded: dict[str, int]
    failed: int
    chunks_done: int
    chunks_total: int
    started_at: datetime | None
    finished_at: datetime | None
    rate: float | None
    seconds_left: float | None

    @property
    def adds_up(self) -> bool:
        """Whether every expected member is granted, excluded or failed: true of a finished job only."""
        return self.expected == self.granted + sum(self.excluded.values()) + self.failed


def job_progress(*, job: GrantJob) -> GrantProgress:
    """The state of things now, in one query."""
    sums = {name: Sum(f"chunks__{name}", default=0) for name in ("granted", "failed")}
    excluded = {name: Sum(f"chunks__excluded_{name}", default=0) for name in EXCLUSIONS}
    row: dict[str, Any] = dict(
        GrantJob.objects.filter(pk=job.pk)
        .annotate(
            **sums,
            **excluded,
            counted=Sum("chunks__expected", default=0),
            chunks_total=Count("chunks"),
            chunks_done=Count("chunks", filter=~Q(chunks__state=GrantChunkState.PENDING)),
            last_chunk_at=Max("chunks__finished_at"),
        )
        .values()
        .get()
    )
    finished = row["run_state"] == GrantJobRunState.FINISHED
    expected = row["counted"] if finished else row["rehearsal"].get("expected", 0)
    rate = _rate(row["counted"], row["started_at"], row["last_chunk_at"])
    return GrantProgress(
        expected=expected,
        excluded={name: row[name] for name in EXCLUSIONS},
        rate=rate,
        seconds_left=max(expected - row["counted"], 0) / rate if rate else None,
        **{name: row[name] for name in _AS_COUNTED},
    )


def _rate(counted: int, started_at: datetime | None, last_chunk_at: datetime | None) -> float | None:
    if not (counted and started_at and last_chunk_at):
        return None
    seconds = (last_chunk_at - started_at).total_seconds()
    return counted / seconds if seconds > 0 else None


@dataclass(frozen=True, slots=True)
class GrantProof:
    """A finished job's own figures beside what the tables hold, counted anew."""

    progress: GrantProgress
    members: int
    grants: int
    booked_won: int
    due_won: int

    @property
    def holds(self) -> bool:
        return (
            self.progress.adds_up
            and self.members == self.progress.expected
            and self.grants == self.progress.granted
            and self.booked_won == self.due_won
        )


def prove(*, job: GrantJob) -> GrantProof:
    """Counts members, grants and money again, from the rows themselves. Reads all of them: seconds per ten million."""
    progress = job_progress(job=job)
    chunks = GrantChunk.objects.filter(job=job).values("pk")
    transfers = Transfer.objects.filter(kind=TRANSFER_KIND, source_id__in=chunks)
    return GrantProof(
        progress=progress,
        members=Member.objects.filter(id__lt=job.members_below or 0).count(),
        grants=Grant.objects.filter(package=job.package, chunk_id__in=chunks).count(),
        booked_won=transfers.aggregate(won=Sum("amount_won", default=0))["won"],
        due_won=progress.granted * job.package.value_won,
    )
