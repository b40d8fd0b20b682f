"""Cuts a job that was approved into chunks: ranges of members' ids, the only truth of what is left to do."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Exists, F, Max, Min, OuterRef

from compensation.policy.transitions import GrantChunkState
from users.models import AudienceMember, GrantChunk, GrantJob, GrantJobKind, Member

PACED_SECONDS = 2  # members of as many seconds in a chunk, where a job has a speed: a large chunk would go in jerks
PACED_LEAST = 500  # members: below this the fixed cost of a chunk is most of it

_CUT_LIST = """
    SELECT nth, min(member_id), max(member_id) + 1
      FROM (SELECT nth, member_id, (row_number() OVER (PARTITION BY nth ORDER BY member_id) - 1) / %s AS part
              FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS span (lower, upper, nth)
              JOIN users_audiencemember ON job_id = %s AND NOT out AND member_id >= lower AND member_id < upper) listed
     GROUP BY nth, part ORDER BY nth, part
"""

Span = tuple[int, int]  # ids of members, from the first to before the second


def cut_into_chunks(*, job: GrantJob) -> None:
    """Makes the chunks, once: the caller has just moved the job to approved, and holds its row."""
    if job.kind == GrantJobKind.RECALL:
        chunks = _like_those_recalled(job)
    else:
        below = job.members_below or 0
        lowest = Member.objects.aggregate(lowest=Min("id"))["lowest"] or below
        [pieces] = _pieces(job, [(lowest, below)])
        chunks = (GrantChunk(lower_id=lower, upper_id=upper) for lower, upper in pieces)
    GrantChunk.objects.bulk_create(_numbered(job, chunks, first=1), batch_size=5_000)


def cut_finer(*, job: GrantJob) -> None:
    """Cuts the pending chunks of a job that was given a speed, as they would have been cut with it: else one large
    chunk went at once, and nothing for long after it. Those at work stay as they are, and those of a recall: each takes
    back what one chunk granted. The caller holds the job's row.
    """
    if job.members_per_second is None or job.kind == GrantJobKind.RECALL:
        return
    wide = GrantChunk.objects.filter(
        job=job, state=GrantChunkState.PENDING, upper_id__gt=F("lower_id") + _size(job)
    ).order_by("lower_id")
    cut, rest = list(wide.select_for_update(skip_locked=True)), []
    for chunk, pieces in zip(cut, _pieces(job, [(chunk.lower_id, chunk.upper_id) for chunk in cut]), strict=True):
        [(_lower, chunk.upper_id), *others] = pieces
        rest += [GrantChunk(lower_id=lower, upper_id=upper) for lower, upper in others]
    if rest:
        last = GrantChunk.objects.filter(job=job).aggregate(last=Max("number"))["last"]
        GrantChunk.objects.bulk_update(cut, ["upper_id"], batch_size=5_000)
        GrantChunk.objects.bulk_create(_numbered(job, iter(rest), first=last + 1), batch_size=5_000)


def _numbered(job: GrantJob, chunks: Iterator[GrantChunk], *, first: int) -> Iterator[GrantChunk]:
    for number, chunk in enumerate(chunks, start=first):
        chunk.job, chunk.number = job, number
        yield chunk


def _pieces(job: GrantJob, spans: list[Span]) -> list[list[Span]]:
    """Each span in pieces. No count, no sort; ids that are not in use cost nothing but a smaller chunk. Of a list as
    many members in each, however far apart their ids are: one query for all spans.
    """
    size = _size(job)
    if not job.who.by_list:
        return [[(at, min(at + size, below)) for at in range(lowest, below, size)] for lowest, below in spans]
    pieces: list[list[Span]] = [[] for _ in spans]
    with connection.cursor() as cursor:
        cursor.execute(_CUT_LIST, [size, [low for low, _ in spans], [below for _, below in spans], job.pk])
        for nth, lower, upper in cursor:
            pieces[nth - 1].append((lower, upper))
    return pieces


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
