"""The data plane of a grant job: one chunk is one set-based statement, however many its members.

The row lock on the chunk is the lease. A worker that dies loses its connection, PostgreSQL rolls back the grants, the
ledger entry and the chunk's new state together, and the chunk is pending again: no lease to expire, nothing to repair.
"""

from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from compensation.ledger.models import Account, Transfer
from compensation.policy.transitions import GrantChunkState, GrantJobRunState
from users.models import GrantChunk, GrantJob, GrantJobKind
from users.selectors.audience_sql import selection_of
from users.selectors.grant_proof import members_of_chunk
from users.selectors.grants import TRANSFER_KIND
from users.services.grant_running import seconds_to_wait
from users.services.recall_chunks import recall

ATTEMPTS_MAX = 5  # tries of one chunk; a fault that is still there after these is not a passing one

# All parts of one statement see the same moment, so the counts add up however the members change meanwhile. Each member
# of the chunk is granted or counted by a reason; that these are all its members is what the proof counts again. How
# many were granted is the number of rows that it inserts: to return them costs an eighth of the whole.
_GRANT = """
    WITH {open_to} kept_out AS (
        SELECT {counts}, {already_granted} AS already_granted FROM {source} WHERE {within} AND {kept_out}
    ), noted AS (
        UPDATE users_grantchunk SET excluded_withdrawn = withdrawn, excluded_suspended = suspended,
               excluded_listed = listed, excluded_recalled = kept_out.recalled,
               excluded_already_granted = already_granted,
               expected = withdrawn + suspended + listed + kept_out.recalled + already_granted
          FROM kept_out WHERE id = %(chunk)s
    )
    INSERT INTO users_grant (package_id, member_id, chunk_id) {to_grant}
"""
# The chunk's bounds are repeated on the grants: without them each chunk reads the whole table.
_EARLIER = "earlier.package_id = %(package)s AND earlier.member_id >= %(lower)s AND earlier.member_id < %(upper)s"
# Not EXISTS, which may read the table from its start to find one: for a chunk that has none yet, all of it.
_FIRST_EARLIER = f"SELECT FROM users_grant earlier WHERE {_EARLIER} ORDER BY earlier.member_id LIMIT 1"
# Where nobody has the package yet, as with its first job, nobody need be asked. Should another job get there in this
# very moment, the key refuses the chunk, which is then tried again.
_TO_ALL = {
    "open_to": "",
    "already_granted": "0",
    "to_grant": "SELECT %(package)s, member.id, %(chunk)s FROM {source} WHERE {within} AND {open}",
}
_TO_OTHERS = {
    "open_to": """open_to AS MATERIALIZED (
        SELECT member.id, earlier.member_id IS NOT NULL AS has_one
          FROM {source} LEFT JOIN users_grant earlier ON earlier.member_id = member.id AND {earlier}
         WHERE {within} AND {open}
    ),""",
    "already_granted": "(SELECT count(*) FROM open_to WHERE has_one)",
    "to_grant": "SELECT %(package)s, id, %(chunk)s FROM open_to WHERE NOT has_one",
}
# The members of a chunk lie together: to read them page by page takes two thirds of the time that their index takes.
# PostgreSQL does not reckon so. For whatever comes after it may choose an index again.
_BY_PAGES = "SET LOCAL enable_indexscan = off;"
_DONE = """
    SET LOCAL enable_indexscan = on;
    UPDATE users_grantchunk SET expected = expected + %(granted)s, granted = %(granted)s, state = %(done)s,
           finished_at = %(at)s WHERE id = %(chunk)s
"""
# A place for a worker, free again when its transaction ends, however it ends. A job with a speed has one. The commit
# does not wait for the disk: a chunk that a crash of the server takes back is pending again, whole. Nobody is told of a
# chunk but by the database itself; the end of the job is committed with the usual care.
_PLACE = """
    SET LOCAL synchronous_commit = off;
    SELECT place, (SELECT members_per_second FROM users_grantjob WHERE id = %(job)s)
      FROM generate_series(1, (SELECT CASE WHEN members_per_second IS NULL THEN workers ELSE 1 END
                                            FROM users_grantjob WHERE id = %(job)s)) AS place
     WHERE pg_try_advisory_xact_lock(hashtext('grant_job'), (%(job)s * 16 + place)::int) LIMIT 1
"""


def grant_next_chunk(*, job: GrantJob, at: datetime) -> GrantChunk | None:
    """Grants the job's package to the members of one pending chunk that nobody else holds (a recall takes it back from
    them), in one transaction with its counts and its ledger entry. Answers that chunk, or None where there is none, the
    job does not run, all its places are taken, or its speed says later.

    A chunk whose statements fail stays pending and is tried again after the others, ATTEMPTS_MAX times in all, then it
    is failed with the fault's text and its members count as failed. They are granted by the next job of the package.
    """
    chunk = None
    try:
        with transaction.atomic():
            chunk = _take(job, at)
            if chunk is not None and job.kind == GrantJobKind.RECALL:
                recall(chunk, job=job, at=at)
            elif chunk is not None:
                _grant(chunk, job=job, at=at)
                _book(chunk, job=job, at=at)
    except DatabaseError as fault:
        if chunk is None:
            raise
        _note_failed_attempt(chunk, fault=fault, at=at)
    return chunk


def _take(job: GrantJob, at: datetime) -> GrantChunk | None:
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"job": job.pk})
        place, speed = cursor.fetchone() or (None, None)
    if place is None or (speed and seconds_to_wait(job=job, at=at)):
        return None
    return (
        GrantChunk.objects.filter(job=job, job__run_state=GrantJobRunState.RUNNING, state=GrantChunkState.PENDING)
        .order_by("attempts", "number")
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )


def _grant(chunk: GrantChunk, *, job: GrantJob, at: datetime) -> None:
    parts = selection_of(job=job)
    figures = parts.figures | {"chunk": chunk.pk, "lower": chunk.lower_id, "upper": chunk.upper_id}
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_EARLIER, figures)
        how = _TO_ALL if cursor.fetchone() is None else _TO_OTHERS
        sql = {name: getattr(parts, name) for name in ("counts", "source", "within", "open", "kept_out")}
        sql |= {name: text.format(**sql, earlier=_EARLIER) for name, text in how.items()}
        cursor.execute(_BY_PAGES + _GRANT.format(**sql), figures)
        chunk.granted, chunk.state = cursor.rowcount, GrantChunkState.DONE
        cursor.execute(_DONE, figures | {"granted": chunk.granted, "done": chunk.state, "at": at})


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
    tried_enough = pending.filter(attempts__gte=ATTEMPTS_MAX)
    if tried_enough.exists():
        members = members_of_chunk(chunk=chunk)
        tried_enough.update(state=GrantChunkState.FAILED, expected=members, failed=members, finished_at=at)
    chunk.refresh_from_db()
