"""The proof that a grant job did what it says, to the row, and the names behind each of its figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from compensation.policy.transitions import GrantChunkState
from users.models import GrantChunk, GrantJob, GrantJobKind
from users.selectors.audience_sql import recall_condition, selection_of
from users.selectors.grants import RECALL_KIND, TRANSFER_KIND, GrantProgress, job_progress
from users.selectors.rehearsals import USED, recall_figures

GRANTED, EXCLUDED, FAILED, RECALLED, KEPT = "granted", "excluded", "failed", "recalled", "kept"
NAMED_AT_ONCE = 10_000  # members: fetched together, so that whole chunks need no memory of ours

# One statement, so that all of it is seen at one moment, also while workers grant.
_PROVE = """
    SELECT (SELECT count(*) FROM users_grantchunk chunk CROSS JOIN LATERAL (SELECT FROM {source} WHERE {within}) member
             WHERE chunk.job_id = %(job)s AND chunk.state <> 'pending'),
           (SELECT count(*) FROM users_grant WHERE package_id = %(package)s
               AND chunk_id IN (SELECT id FROM users_grantchunk WHERE job_id = %(job)s))
         + (SELECT count(*) FROM users_recalledgrant WHERE package_id = %(package)s
               AND chunk_id IN (SELECT id FROM users_grantchunk WHERE job_id = %(job)s)),
""".rstrip()
_PROVE_RECALL = """
    SELECT (SELECT sum(expected) FROM users_grantchunk WHERE job_id = %(job)s),
           (SELECT count(*) FROM users_recalledgrant WHERE package_id = %(package)s
               AND recall_chunk_id IN (SELECT id FROM users_grantchunk WHERE job_id = %(job)s)),
""".rstrip()
_SUMS = """
           (SELECT coalesce(sum(amount_won), 0) FROM ledger_transfer WHERE kind = %(kind)s
               AND source_id IN (SELECT id FROM users_grantchunk WHERE job_id = %(job)s)),
           coalesce(sum(expected), 0), coalesce(sum(granted + recalled), 0)
      FROM users_grantchunk WHERE job_id = %(job)s
"""


@dataclass(frozen=True, slots=True)
class GrantProof:
    """A job's own figures (of the chunks that are done) beside what the tables hold, counted anew.

    `members` and `grants` (for a recall: grants taken back) are rows, `counted` and `done` the chunks' sums of them.
    """

    progress: GrantProgress
    members: int
    counted: int
    grants: int
    done: int
    booked_won: int
    due_won: int

    @property
    def holds(self) -> bool:
        """At any moment; of a finished job it also means that nobody was left out."""
        return (
            (self.progress.finished_at is None or self.progress.adds_up)
            and self.members == self.counted
            and self.grants == self.done
            and self.booked_won == self.due_won
        )


def prove(*, job: GrantJob) -> GrantProof:
    """Counts members, grants and money again, from the rows themselves. Reads all of them: seconds per ten million."""
    figures: dict[str, Any]
    if job.kind == GrantJobKind.RECALL:
        statement, figures = _PROVE_RECALL, {"job": job.pk, "package": job.package_id, "kind": RECALL_KIND}
    else:
        parts = selection_of(job=job, lower="chunk.lower_id", upper="chunk.upper_id")
        statement = _PROVE.format(source=parts.source, within=parts.within)
        figures = parts.figures | {"kind": TRANSFER_KIND}
    with connection.cursor() as cursor:
        cursor.execute(statement + _SUMS, figures)
        members, grants, booked_won, counted, done = cursor.fetchone()
    return GrantProof(
        progress=job_progress(job=job),
        members=members or 0,
        counted=counted,
        grants=grants,
        done=done,
        booked_won=booked_won,
        due_won=done * job.package.value_won,
    )


@dataclass(frozen=True, slots=True)
class NamedMember:
    """`reason` is one of EXCLUSIONS, the list's words for who was left out, KEPT's, or the fault of a failed chunk."""

    member_id: int
    chunk: int
    reason: str


_GOT = """(EXISTS (SELECT FROM users_grant got WHERE got.package_id = %(package)s AND got.member_id = member.id
                AND got.chunk_id = %(chunk)s AND got.member_id >= %(lower)s AND got.member_id < %(upper)s)
        OR EXISTS (SELECT FROM users_recalledgrant got WHERE got.package_id = %(package)s AND got.member_id = member.id
                AND got.chunk_id = %(chunk)s AND got.member_id >= %(lower)s AND got.member_id < %(upper)s))"""
_WHY = """CASE WHEN member.status = %(withdrawn)s THEN 'withdrawn' WHEN member.status = %(suspended)s THEN 'suspended'
               ELSE coalesce((SELECT 'listed: ' || reason FROM users_audiencemember WHERE job_id = %(job)s AND out
                                 AND member_id = member.id), {recalled} 'already_granted') END"""
_NAME = "SELECT member.id, {why} FROM {source} WHERE {within} AND {which} ORDER BY member.id"
_NAME_GRANTED = """SELECT member_id, '' FROM (
    SELECT member_id FROM users_grant WHERE package_id = %(package)s AND chunk_id = %(chunk)s
       AND member_id >= %(lower)s AND member_id < %(upper)s
     UNION ALL
    SELECT member_id FROM users_recalledgrant WHERE package_id = %(package)s AND chunk_id = %(chunk)s
       AND member_id >= %(lower)s AND member_id < %(upper)s) got ORDER BY member_id"""
_COUNT_MEMBERS = "SELECT count(*) FROM {source} WHERE {within}"
_COUNT_HAD = """SELECT count(*) FROM users_grant had WHERE had.package_id = %(package)s
    AND had.member_id >= %(lower)s AND had.member_id < %(upper)s AND had.chunk_id = %(granted_by)s"""
_NAME_RECALLED = """SELECT member_id, '' FROM users_recalledgrant WHERE package_id = %(package)s
    AND member_id >= %(lower)s AND member_id < %(upper)s AND recall_chunk_id = %(chunk)s ORDER BY member_id"""
_NAME_KEPT = """SELECT had.member_id, CASE WHEN {used} THEN 'used' ELSE 'expired' END FROM users_grant had
    WHERE had.package_id = %(package)s AND had.member_id >= %(lower)s AND had.member_id < %(upper)s
      AND had.chunk_id = %(granted_by)s {condition} ORDER BY had.member_id"""


def outcomes_of(job: GrantJob) -> tuple[str, str, str]:
    """The figures of a job behind which there are names."""
    return (RECALLED, KEPT, FAILED) if job.kind == GrantJobKind.RECALL else (GRANTED, EXCLUDED, FAILED)


def members_of(*, job: GrantJob, outcome: str, after: tuple[int, int] = (0, 0)) -> Iterator[NamedMember]:
    """Everybody behind a figure (`outcomes_of`) by chunk and number, those behind `after` (a chunk's number, a member).

    A query per chunk, NAMED_AT_ONCE fetched of it: millions can be written to a file as they come. Who was excluded
    follows from the rows, to the member; why is told from what the member is now.
    """
    state = GrantChunkState.FAILED if outcome == FAILED else GrantChunkState.DONE
    for chunk in job.chunks.filter(state=state, number__gte=after[0]).order_by("number").iterator():
        statement, figures = _question(job, chunk, outcome)
        lower = max(chunk.lower_id, after[1] + 1) if chunk.number == after[0] else chunk.lower_id
        with connection.chunked_cursor() as cursor:
            cursor.execute(statement, figures | {"lower": lower, "upper": chunk.upper_id})
            while rows := cursor.fetchmany(NAMED_AT_ONCE):
                for member_id, reason in rows:
                    yield NamedMember(member_id, chunk.number, chunk.fault if outcome == FAILED else reason)


def _question(job: GrantJob, chunk: GrantChunk, outcome: str) -> tuple[str, dict[str, Any]]:
    """The names of a chunk, and the figures but for the ids between which they are (`lower`, `upper`)."""
    chunks = {"chunk": chunk.pk, "granted_by": chunk.recalls_id}
    if job.kind == GrantJobKind.RECALL:
        statement = _NAME_KEPT.format(used=USED, condition=recall_condition(job=job))
        return (_NAME_RECALLED if outcome == RECALLED else statement), recall_figures(job=job) | chunks
    if outcome == GRANTED:
        return _NAME_GRANTED, {"package": job.package_id} | chunks
    parts = selection_of(job=job)
    recalled = f"CASE WHEN {parts.recalled} THEN 'recalled' END," if parts.recalled else ""
    which, why = ("true", "''") if outcome == FAILED else (f"NOT {_GOT}", _WHY.format(recalled=recalled))
    return _NAME.format(why=why, source=parts.source, within=parts.within, which=which), parts.figures | chunks


def members_of_chunk(*, chunk: GrantChunk) -> int:
    """How many members a chunk is about, counted anew: of a recall, those who still have what it would take back."""
    parts, figures = selection_of(job=chunk.job), {"lower": chunk.lower_id, "upper": chunk.upper_id}
    statement = _COUNT_MEMBERS.format(source=parts.source, within=parts.within)
    if chunk.recalls_id:
        statement = _COUNT_HAD + recall_condition(job=chunk.job)
        figures |= recall_figures(job=chunk.job) | {"granted_by": chunk.recalls_id}
    with connection.cursor() as cursor:
        cursor.execute(statement, parts.figures | figures)
        return int(cursor.fetchone()[0])
