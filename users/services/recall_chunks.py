"""The data plane of a recall: what one chunk granted is taken back, but for what was used or has run out.

A recalled grant is a row moved, in one statement, from the grants to the recalled grants.
"""

from datetime import datetime

from django.db import connection

from compensation.ledger.models import Account, Transfer
from compensation.policy.transitions import GrantChunkState
from users.models import GrantChunk, GrantJob
from users.selectors.audience_sql import recall_condition
from users.selectors.grants import RECALL_KIND
from users.selectors.rehearsals import USED, is_expired, recall_figures

_THEIRS = """
      FROM users_grant had
     WHERE had.package_id = %(package)s AND had.member_id >= %(lower)s AND had.member_id < %(upper)s
       AND had.chunk_id = %(granted_by)s {condition}
"""
# Locked first, and only then looked at for uses, by a statement of its own: whoever uses an item locks the grant too,
# and what they wrote before they let go of it is seen by the second statement.
_LOCK = "SELECT count(*) FROM (SELECT {theirs} ORDER BY had.member_id FOR UPDATE) AS theirs"
_RECALL = """
    WITH recalled AS (
        DELETE {theirs} AND NOT {used} AND NOT %(expired)s
        RETURNING had.package_id, had.member_id, had.chunk_id
    ), kept AS (
        INSERT INTO users_recalledgrant (package_id, member_id, chunk_id, recall_chunk_id)
        SELECT package_id, member_id, chunk_id, %(chunk)s FROM recalled RETURNING 1
    )
    SELECT (SELECT count(*) FROM kept), (SELECT count(*) {theirs} AND {used})
"""


def recall(chunk: GrantChunk, *, job: GrantJob, at: datetime) -> None:
    """Takes back what `chunk.recalls` granted, and books it back to the budget. The caller holds the chunk."""
    granted_by = GrantChunk.objects.get(recalled_by=chunk)
    figures = recall_figures(job=job) | {
        "lower": chunk.lower_id,
        "upper": chunk.upper_id,
        "chunk": chunk.pk,
        "granted_by": granted_by.pk,
        "expired": is_expired(package=job.package, chunk=granted_by, at=at),
    }
    parts = {"theirs": _THEIRS.format(condition=recall_condition(job=job)), "used": USED}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(**parts), figures)
        [chunk.expected] = cursor.fetchone()
        cursor.execute(_RECALL.format(**parts), figures)
        chunk.recalled, chunk.kept_used = cursor.fetchone()
    chunk.kept_expired = chunk.expected - chunk.recalled - chunk.kept_used
    chunk.state, chunk.finished_at = GrantChunkState.DONE, at
    chunk.save()
    _book_back(chunk, job=job, at=at)


def _book_back(chunk: GrantChunk, *, job: GrantJob, at: datetime) -> None:
    amount_won = chunk.recalled * job.package.value_won
    if amount_won:
        Transfer.objects.create(
            programme_id=job.programme_id,
            from_account=Account.MEMBER_BENEFITS,
            to_account=Account.BUDGET,
            amount_won=amount_won,
            kind=RECALL_KIND,
            source_id=chunk.pk,
            booked_at=at,
        )
