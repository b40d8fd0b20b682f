"""The data plane of a grant job: one chunk is one set-based statement, however many its members.

The row lock on the chunk is the lease. A worker that dies loses its connection, PostgreSQL rolls back the grants, the
ledger entry and the chunk's new state together, and the chunk is pending again: no lease to expire, nothing to repair.
"""

from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from compensation.ledger.models import Account, Transfer
from compensation.policy.transitions import GrantChunkState, GrantJobRunState
from users.models import GrantChunk, GrantJob, Member, MemberStatus
from users.selectors.grants import TRANSFER_KIND

ATTEMPTS_MAX = 5  # tries of one chunk; a fault that is still there after these is not a passing one

# All parts of one statement see the same moment, so the counts add up however the members change meanwhile.
# The chunk's bounds are repeated on the grants: without them each chunk reads the whole table.
_GRANT = """
    WITH seen AS (
        SELECT count(*) AS expected,
               count(*) FILTER (WHERE status = %(withdrawn)s) AS withdrawn,
               count(*) FILTER (WHERE status = %(suspended)s) AS suspended
          FROM users_member
         WHERE id >= %(lower)s AND id < %(upper)s
    ), granted AS (
        INSERT INTO users_grant (package_id, member_id, chunk_id)
        SELECT %(package)s, member.id, %(chunk)s
          FROM users_member member
         WHERE member.id >= %(lower)s AND member.id < %(upper)s AND member.status = %(active)s
           AND NOT EXISTS (
                SELECT FROM users_grant earlier
                 WHERE earlier.package_id = %(package)s AND earlier.member_id = member.id
                   AND earlier.member_id >= %(lower)s AND earlier.member_id < %(upper)s)
        RETURNING 1
    )
    SELECT expected, withdrawn, suspended, (SELECT count(*) FROM granted) FROM seen
"""


def grant_next_chunk(*, job: GrantJob, at: datetime) -> GrantChunk | None:
    """Grants the job's package to the members of one pending chunk that nobody else holds, in one transaction with its
    counts and its ledger entry. Answers that chunk, or None where there is none or the job does not run.

    A chunk whose statements fail stays pending and is tried again after the others, ATTEMPTS_MAX times in all, then it
    is failed with the fault's text and its members count as failed. They are granted by the next job of the package.
    """
    chunk = None
    try:
        with transaction.atomic():
            chunk = _take(job)
            if chunk is not None:
                _grant(chunk, job=job, at=at)
                _book(chunk, job=job, at=at)
    except DatabaseError as fault:
        if chunk is None:
            raise
        _note_failed_attempt(chunk, fault=fault, at=at)
    return chunk


def _take(job: GrantJob) -> GrantChunk | None:
    return (
        GrantChunk.objects.filter(job=job, job__run_state=GrantJobRunState.RUNNING, state=GrantChunkState.PENDING)
        .order_by("attempts", "number")
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )


def _grant(chunk: GrantChunk, *, job: GrantJob, at: datetime) -> None:
    figures = {
        "package": job.package_id,
        "chunk": chunk.pk,
        "lower": chunk.lower_id,
        "upper": chunk.upper_id,
        "active": MemberStatus.ACTIVE,
        "suspended": MemberStatus.SUSPENDED,
        "withdrawn": MemberStatus.WITHDRAWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GRANT, figures)
        chunk.expected, chunk.excluded_withdrawn, chunk.excluded_suspended, chunk.granted = cursor.fetchone()
    active = chunk.expected - chunk.excluded_withdrawn - chunk.excluded_suspended
    chunk.excluded_already_granted = active - chunk.granted
    chunk.state, chunk.finished_at = GrantChunkState.DONE, at
    chunk.save()


def _book(chunk: GrantChunk, *, job: GrantJob, at: datetime) -> None:
    """The face value of what was granted, in won, set aside from the budget."""
    amount_won = chunk.granted * job.package.value_won
    if amount_won:
        Transfer.objects.create(
            programme_id=job.programme_id,
            from_account=Account.BUDGET,
            to_account=Account.MEMBER_BENEFITS,
            amount_won=amount_won,
            kind=TRANSFER_KIND,
            source_id=chunk.pk,
            booked_at=at,
        )


@transaction.atomic
def _note_failed_attempt(chunk: GrantChunk, *, fault: DatabaseError, at: datetime) -> None:
    """Counted after the rollback, and only if the chunk is still pending: another worker may have done it meanwhile."""
    pending = GrantChunk.objects.filter(pk=chunk.pk, state=GrantChunkState.PENDING)
    pending.update(attempts=F("attempts") + 1, fault=str(fault).split("\n")[0][:200])
    members = Member.objects.filter(id__gte=chunk.lower_id, id__lt=chunk.upper_id).count()
    pending.filter(attempts__gte=ATTEMPTS_MAX).update(
        state=GrantChunkState.FAILED, expected=members, failed=members, finished_at=at
    )
    chunk.refresh_from_db()
