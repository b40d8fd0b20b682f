"""What was handed over to whom, what they said of it, and what there is to hand over still."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Func, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate

from compensation.policy.benefits import NotActivated, Validity, valid_until
from compensation.policy.seoul import SEOUL, day_in_seoul
from compensation.policy.transitions import GrantChunkState, GrantJobRunState, HandoverFileState
from compensation.programmes.models import BenefitItem, Programme
from users.models import (
    GrantChunk,
    GrantJob,
    GrantJobKind,
    HandoverDelivery,
    HandoverFile,
    HandoverKind,
    HandoverReceipt,
    HandoverRefusal,
    Partner,
)

DAYS_SHOWN = 31
_SUMS = ("expected", "rows", "left_out", "accepted", "refused", "size_bytes")


@dataclass(frozen=True, slots=True)
class Delivered:
    """The figures of a delivery, in members but for `files`, `written`, `failed` (files) and `size_bytes`.

    `expected` members stood in the chunks: of the files that are written, `left_out` were recalled before, and the
    others are `rows` (sent).
    """

    files: int
    written: int
    failed: int
    expected: int
    rows: int
    left_out: int
    accepted: int
    refused: int
    size_bytes: int
    to_send_again: int

    @property
    def open(self) -> int:
        """Sent, and not spoken of in any receipt."""
        return self.rows - self.accepted - self.refused

    @property
    def is_ready(self) -> bool:
        return self.files == self.written

    @property
    def is_being_written(self) -> bool:
        """Workers have a file to write; those that failed wait for a person."""
        return self.written + self.failed < self.files

    @property
    def is_settled(self) -> bool:
        """Everything was accepted, or refused and sent again."""
        return self.is_ready and not self.open and not self.to_send_again

    @property
    def adds_up(self) -> bool:
        """Sent = accepted + refused + open; once it is ready, also expected = sent + left out."""
        return not self.is_ready or self.expected == self.rows + self.left_out


def deliveries_of(*, programme: Programme) -> QuerySet[HandoverDelivery]:
    """The newest first, with what pages and commands show of them."""
    rows = HandoverDelivery.objects.filter(partner__programme=programme)
    return rows.select_related("partner", "job__package", "again_of", "maker").order_by("-pk")


def deliveries_to(*, partner: Partner) -> QuerySet[HandoverDelivery]:
    """What the partner may read."""
    return HandoverDelivery.objects.filter(partner=partner).select_related("job__package", "job__programme", "again_of")


def file_of(*, partner: Partner, reference: str, number: int) -> HandoverFile:
    """A file of one of the partner's deliveries. Raises HandoverFile.DoesNotExist."""
    files = HandoverFile.objects.filter(delivery__partner=partner, delivery__reference=reference)
    return files.select_related("delivery").get(number=number)


def receipts_of_file(*, file: HandoverFile) -> QuerySet[HandoverReceipt]:
    return HandoverReceipt.objects.filter(file=file)


def delivered(*, deliveries: Sequence[HandoverDelivery]) -> dict[int, Delivered]:
    """Their figures by id. Two queries, however many files they have."""
    files = HandoverFile.objects.filter(delivery__in=[delivery.pk for delivery in deliveries])
    counted = files.values("delivery").annotate(
        files=Count("pk"),
        written=Count("pk", filter=Q(state=HandoverFileState.WRITTEN)),
        failed=Count("pk", filter=Q(state=HandoverFileState.FAILED)),
        **{f"all_{name}": Sum(name) for name in _SUMS},
    )
    waiting = HandoverRefusal.objects.filter(file__delivery__in=[delivery.pk for delivery in deliveries])
    to_send = dict(
        waiting.filter(sent_again=None).values_list("file__delivery").annotate(count=Count("member_id")).order_by()
    )
    rows: Any = counted.order_by()
    return {
        row["delivery"]: Delivered(
            files=row["files"],
            written=row["written"],
            failed=row["failed"],
            to_send_again=to_send.get(row["delivery"], 0),
            **{name: row[f"all_{name}"] for name in _SUMS},
        )
        for row in rows
    }


def figures_of_delivery(*, delivery: HandoverDelivery) -> Delivered:
    return delivered(deliveries=[delivery])[delivery.pk]


def files_of(*, delivery: HandoverDelivery) -> QuerySet[HandoverFile]:
    return HandoverFile.objects.filter(delivery=delivery).select_related("item").order_by("number")


def receipts_of(*, delivery: HandoverDelivery) -> QuerySet[HandoverReceipt]:
    """The newest first."""
    return HandoverReceipt.objects.filter(file__delivery=delivery).select_related("file").order_by("-pk")


def refusals_of(*, delivery: HandoverDelivery) -> QuerySet[HandoverRefusal]:
    """Whom the partner did not accept, by file and number."""
    rows = HandoverRefusal.objects.filter(file__delivery=delivery).select_related("file", "sent_again")
    return rows.order_by("file__number", "member_id")


def refusals_by_reason(*, delivery: HandoverDelivery) -> list[tuple[str, int]]:
    """The partner's codes, and how many members each is said of."""
    rows = HandoverRefusal.objects.filter(file__delivery=delivery).values_list("reason")
    return list(rows.annotate(count=Count("member_id")).order_by("-count", "reason"))


def refused_lines(*, delivery: HandoverDelivery) -> Iterator[tuple[int, int, str, str]]:
    """File, member number, reason, and the reference of the delivery that sends it again, for a download."""
    rows = refusals_of(delivery=delivery).values_list("file__number", "member_id", "reason", "sent_again__reference")
    for number, member, reason, again in rows.iterator(chunk_size=10_000):
        yield number, member, reason, again or ""


def jobs_to_hand_over(*, programme: Programme) -> list[GrantJob]:
    """Jobs and recalls that have done something, the newest first."""
    done = GrantChunk.objects.filter(job=OuterRef("pk"), state=GrantChunkState.DONE)
    members = done.values("job").annotate(sum=Sum(F("granted") + F("recalled"))).values("sum")
    jobs = GrantJob.objects.filter(programme=programme).annotate(members=Coalesce(Subquery(members), 0))
    return list(jobs.filter(members__gt=0).select_related("package", "recalls").order_by("-pk"))


def chunks_to_hand_over(
    *,
    partner: Partner,
    job: GrantJob,
    kind: HandoverKind,
    item: BenefitItem | None = None,
    at: datetime,
    anew: bool = False,
) -> list[GrantChunk]:
    """The chunks of the job, in order, that no delivery to the partner has yet (with `anew`: those too that one has);
    of EXPIRED: those whose `item` is over.

    Each of them granted (of a recall: took back) something.
    """
    files = HandoverFile.objects.filter(
        delivery__partner=partner, delivery__job=job, delivery__kind=kind, delivery__again_of=None, item=item
    )
    known = set() if anew else {chunk for chunks in files.values_list("chunks", flat=True) for chunk in chunks}
    counted = "recalled" if job.kind == GrantJobKind.RECALL else "granted"
    done = GrantChunk.objects.filter(job=job, state=GrantChunkState.DONE, **{f"{counted}__gt": 0})
    return [chunk for chunk in done.order_by("number") if chunk.pk not in known and _is_due(chunk, item, at)]


def jobs_owed(*, partner: Partner) -> QuerySet[GrantJob]:
    """Finished jobs and recalls of which no delivery has all to the partner, the oldest first."""
    finished = GrantJob.objects.filter(programme=partner.programme_id, run_state=GrantJobRunState.FINISHED)
    owed = _chunks_owed(partner)
    return finished.filter(pk__in=owed.values("job")).select_related("package").order_by("pk")


@dataclass(frozen=True, slots=True)
class LeftOfJob:
    """The members of a job (or recall) whose chunks are done and in no delivery to the partner."""

    partner: Partner
    job: GrantJob
    members: int


def left_for(*, partner: Partner) -> list[LeftOfJob]:
    """What the partner does not have yet, also of jobs that run, the newest first. Two queries."""
    chunks = _chunks_owed(partner).filter(job__programme=partner.programme_id)
    members = dict(chunks.values_list("job").annotate(sum=Sum(F("granted") + F("recalled"))).order_by())
    jobs = GrantJob.objects.filter(pk__in=members).select_related("package").order_by("-pk")
    return [LeftOfJob(partner, job, members[job.pk]) for job in jobs]


def _chunks_owed(partner: Partner) -> QuerySet[GrantChunk]:
    """Chunks of any programme that are done, did something, and are in no delivery to the partner."""
    files = HandoverFile.objects.filter(delivery__partner=partner, delivery__again_of=None, item=None)
    known = files.annotate(chunk=Func(F("chunks"), function="unnest")).values("chunk")
    did_something = Q(granted__gt=0) | Q(recalled__gt=0)
    return GrantChunk.objects.filter(did_something, state=GrantChunkState.DONE).exclude(pk__in=known)


def _is_due(chunk: GrantChunk, item: BenefitItem | None, at: datetime) -> bool:
    if item is None:
        return True
    until = item_valid_until(item=item, granted_at=chunk.finished_at)
    return until is not None and until <= at


def item_valid_until(*, item: BenefitItem, granted_at: datetime | None) -> datetime | None:
    """The first moment at which the item of a grant is not valid any more; None for good, or while it is not begun."""
    if granted_at is None:
        return None
    try:
        return valid_until(validity=Validity.from_json(item.validity), granted_at=granted_at)
    except NotActivated:
        return None


@dataclass(frozen=True, slots=True)
class HandedOverOnDay:
    """What a partner was handed over on one day in Seoul, in members: as the receipts' days have it."""

    day: date
    accepted: int
    refused: int


def handed_over_by_day(*, partner: Partner, at: datetime) -> list[HandedOverOnDay]:
    """By the day of the receipts, the last DAYS_SHOWN, newest first."""
    since = day_in_seoul(at) - timedelta(days=DAYS_SHOWN - 1)
    receipts = HandoverReceipt.objects.filter(file__delivery__partner=partner)
    recent = receipts.filter(received_at__gte=datetime.combine(since, datetime.min.time(), tzinfo=SEOUL))
    counted = recent.annotate(day=TruncDate("received_at", tzinfo=SEOUL)).values("day")
    rows = counted.annotate(sum_accepted=Sum("accepted"), sum_refused=Sum("refused")).order_by("-day")
    return [HandedOverOnDay(row["day"], row["sum_accepted"], row["sum_refused"]) for row in rows]


def manifest(*, delivery: HandoverDelivery) -> dict[str, Any]:
    """What a delivery consists of, as its partner reads it: files with their digests, and counts that add up."""
    found = figures_of_delivery(delivery=delivery)
    return {
        "reference": delivery.reference,
        "number": delivery.number,
        "kind": delivery.kind,
        "format": delivery.format,
        "programme": delivery.job.programme.code,
        "package": delivery.job.package.code,
        "job": delivery.job.reference,
        "again_of": delivery.again_of.reference if delivery.again_of else None,
        "created_at": delivery.created_at,
        "ready_at": delivery.ready_at,
        "is_complete": found.is_ready,
        "totals": {
            "files": found.files,
            "expected": found.expected,
            "sent": found.rows,
            "left_out": found.left_out,
            "accepted": found.accepted,
            "refused": found.refused,
            "open": found.open,
        },
        "files": [_file_of_manifest(file) for file in files_of(delivery=delivery)],
    }


def _file_of_manifest(file: HandoverFile) -> dict[str, Any]:
    names = ("number", "state", "expected", "rows", "left_out", "accepted", "refused", "open", "size_bytes", "sha256")
    shown = {name: getattr(file, name) for name in (*names, "fault", "destroyed_at")}
    return shown | {"item": file.item.code if file.item else None}
