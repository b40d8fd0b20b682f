"""Cuts a job that was approved into chunks: ranges of members' ids, the only truth of what is left to do."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Exists, Min, OuterRef

from compensation.policy.transitions import GrantChunkState
from users.models import AudienceMember, GrantChunk, GrantJob, GrantJobKind, Member

PACED_SECONDS = 2  # members of as many seconds in a chunk, where a job has a speed: a large chunk would go in jerks
PACED_LEAST = 500  # members: below this the fixed cost of a chunk is most of it

_CUT_LIST = """
    SELECT min(member_id), max(member_id) + 1
      FROM (SELECT member_id, (row_number() OVER (ORDER BY member_id) - 1) / %s AS part
              FROM users_audiencemember WHERE job_id = %s AND NOT out AND member_id < %s) AS listed
     GROUP BY part ORDER BY part
"""


def cut_into_chunks(*, job: GrantJob) -> None:
    """Makes the chunks, once: the caller has just moved the job to approved, and holds its row."""
    if job.kind == GrantJobKind.RECALL:
        chunks = _like_those_recalled(job)
    else:
        ranges = _of_list(job) if job.who.by_list else _of_ids(job)
        chunks = (GrantChunk(lower_id=lower, upper_id=upper) for lower, upper in ranges)
    GrantChunk.objects.bulk_create(_numbered(job, chunks), batch_size=5_000)


def _numbered(job: GrantJob, chunks: Iterator[GrantChunk]) -> Iterator[GrantChunk]:
    for number, chunk in enumerate(chunks, start=1):
        chunk.job, chunk.number = job, number
        yield chunk


def _of_ids(job: GrantJob) -> Iterator[tuple[int, int]]:
    """No count, no sort; ids that are not in use cost nothing but a smaller chunk."""
    below, size = job.members_below or 0, _size(job)
    first = Member.objects.aggregate(lowest=Min("id"))["lowest"] or below
    return ((lower, min(lower + size, below)) for lower in range(first, below, size))


def _of_list(job: GrantJob) -> Iterator[tuple[int, int]]:
    """As many listed members in each, however far apart their ids are."""
    with connection.cursor() as cursor:
        cursor.execute(_CUT_LIST, [_size(job), job.pk, job.members_below])
        return iter(cursor.fetchall())


def _like_those_recalled(job: GrantJob) -> Iterator[GrantChunk]:
    """One for each chunk that granted somebody; with a list, for each that granted somebody of it."""
    chunks = GrantChunk.objects.filter(job=job.recalls_id, state=GrantChunkState.DONE, granted__gt=0)
    if job.who.by_list:
        of_list = AudienceMember.objects.filter(
            job=job, out=False, member_id__gte=OuterRef("lower_id"), member_id__lt=OuterRef("upper_id")
        )
        chunks = chunks.filter(Exists(of_list))
    for chunk in chunks.order_by("number"):
        yield GrantChunk(recalls=chunk, lower_id=chunk.lower_id, upper_id=chunk.upper_id)


def _size(job: GrantJob) -> int:
    if job.members_per_second is None:
        return job.chunk_size
    return min(job.chunk_size, max(job.members_per_second * PACED_SECONDS, PACED_LEAST))
