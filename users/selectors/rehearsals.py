"""What a grant job or a recall would do, counted before anybody approves it. Reads all of the audience."""

import math
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from compensation.policy.benefits import NotActivated, Validity, valid_until
from compensation.policy.transitions import GrantChunkState, GrantJobRunState
from compensation.programmes.models import BenefitPackage
from users.models import USES_THAT_COUNT, AudienceMember, GrantChunk, GrantJob, GrantJobKind
from users.selectors.audience_sql import recall_condition, selection_of

SAMPLE = 10  # members that are named, one of each tenth of the ids
SPEED_FORESEEN = 300_000  # members a second, where no job was ever measured here: half of what two cores do
LEAST_MEASURED = 10_000  # members: a smaller job tells nothing about speed

_COUNT = """
    SELECT count(*), {counts},
           count(*) FILTER (WHERE {open} AND earlier.member_id IS NOT NULL) AS already_granted,
           min(member.id) FILTER (WHERE {open} AND earlier.member_id IS NULL) AS sample
      FROM {source}
      LEFT JOIN users_grant earlier ON earlier.package_id = %(package)s AND earlier.member_id = member.id
     WHERE {within}
     GROUP BY member.id * %(sample)s / %(upper)s
"""
_REASONS = ("withdrawn", "suspended", "listed", "recalled", "already_granted")

# Whether something of a grant (table `had`) was used in a way that cannot be taken back.
USED = """EXISTS (SELECT FROM users_itemuse used WHERE used.member_id = had.member_id
     AND used.item_id = ANY(%(items)s) AND used.kind = ANY(%(uses)s))"""
_COUNT_RECALL = """
    SELECT count(*), count(*) FILTER (WHERE {used}),
           count(*) FILTER (WHERE had.chunk_id = ANY(%(expired)s) AND NOT {used})
      FROM users_grant had
     WHERE had.package_id = %(package)s AND had.member_id >= %(lower)s AND had.member_id < %(upper)s
       AND had.chunk_id = ANY(%(chunks)s) {condition}
"""


def count_grantable(*, job: GrantJob, members_below: int) -> dict[str, Any]:
    """Of the audience with a smaller id: `expected`, `to_grant`, `excluded` by reason, `left_out` by the list's reason,
    `sample` (ids of members who would be granted to), `value_won` and the `seconds` that it will take."""
    parts = selection_of(job=job)
    statement = _COUNT.format(counts=parts.counts, open=parts.open, source=parts.source, within=parts.within)
    figures = parts.figures | {"lower": 0, "upper": members_below, "sample": SAMPLE}
    with connection.cursor() as cursor:
        cursor.execute(statement, figures)
        rows = cursor.fetchall()
    expected, *excluded = (sum(column) for column in list(zip(*rows, strict=True))[:-1] or [(0,)] * 6)
    to_grant = expected - sum(excluded)
    reasons = AudienceMember.objects.filter(job=job, out=True).values_list("reason").order_by("reason")
    return {
        "expected": expected,
        "to_grant": to_grant,
        "excluded": dict(zip(_REASONS, excluded, strict=True)),
        "left_out": dict(reasons.annotate(members=Count("member_id"))),
        "sample": sorted(row[-1] for row in rows if row[-1] is not None),
        "value_won": to_grant * job.package.value_won,
        "seconds": seconds_foreseen(job=job, members=expected),
    }


def contents_of(*, package: BenefitPackage) -> dict[str, Any]:
    """What each member gets, as a rehearsal keeps it: the face value, and the items with their validity by code."""
    return {"value_won": package.value_won, "items": dict(package.items.values_list("code", "validity"))}


def count_recallable(*, job: GrantJob, at: datetime) -> dict[str, Any]:
    """Of what the recalled job granted and its members still have: `expected` = `to_recall` + `used` + `expired`.

    `value_won` is the face value that goes back to the budget.
    """
    chunks = list(GrantChunk.objects.filter(job=job.recalls_id, state=GrantChunkState.DONE).exclude(granted=0))
    figures = recall_figures(job=job) | {
        "chunks": [chunk.pk for chunk in chunks],
        "expired": [chunk.pk for chunk in chunks if is_expired(package=job.package, chunk=chunk, at=at)],
        "lower": 0,
        "upper": job.members_below,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_RECALL.format(used=USED, condition=recall_condition(job=job)), figures)
        expected, used, expired = cursor.fetchone()
    to_recall = expected - used - expired
    return {
        "expected": expected,
        "to_recall": to_recall,
        "used": used,
        "expired": expired,
        "value_won": to_recall * job.package.value_won,
        "seconds": seconds_foreseen(job=job, members=expected),
    }


def recall_figures(*, job: GrantJob) -> dict[str, Any]:
    """Values of the parameters of USED and of `recall_condition`."""
    items = list(job.package.items.values_list("pk", flat=True))
    return {"job": job.pk, "package": job.package_id, "items": items, "uses": list(USES_THAT_COUNT)}


def is_expired(*, package: BenefitPackage, chunk: GrantChunk, at: datetime) -> bool:
    """Whether nothing that this chunk granted is valid any more: there is nothing to take back."""
    items = package.items.all()
    return bool(items) and all(_has_run_out(Validity.from_json(item.validity), chunk, at) for item in items)


def _has_run_out(validity: Validity, chunk: GrantChunk, at: datetime) -> bool:
    try:
        until = valid_until(validity=validity, granted_at=chunk.finished_at or at)
    except NotActivated:
        return False
    return until is not None and until <= at


def seconds_foreseen(*, job: GrantJob, members: int) -> int:
    """How long the job will take, from what the last job of some size took here, and from its own speed."""
    speed = _speed_measured() or SPEED_FORESEEN
    return math.ceil(members / min(speed, job.members_per_second or speed))


def _speed_measured() -> float | None:
    finished = GrantJob.objects.filter(
        run_state=GrantJobRunState.FINISHED, members_per_second=None, kind=GrantJobKind.GRANT, started_at__isnull=False
    )
    last = (
        finished.annotate(members=Sum("chunks__expected")).filter(members__gte=LEAST_MEASURED).order_by("-pk").first()
    )
    if last is None or last.finished_at is None or last.started_at is None:
        return None
    seconds = (last.finished_at - last.started_at).total_seconds()
    return last.members / seconds if seconds > 0 else None
