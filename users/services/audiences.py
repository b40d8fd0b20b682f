"""The lists of a grant job: who is in it, and who is left out and why. Frozen once the job is approved."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pghistory
from django.db import connection, transaction

from compensation import limits
from compensation.audit.services import because
from compensation.policy.transitions import GrantJobState
from compensation.values.member_numbers import parse_member_number
from compensation.values.refused import ValueRefused
from users.models import AudienceMember, GrantJob, User
from users.models.grant_job import LIST_LOADED
from users.services.grant_refusals import GrantJobMovedOn

COPY_ROWS = 50_000  # rows of a COPY: a few MB

_STAGE = "CREATE TEMPORARY TABLE audience_rows (row int, member_id bigint, reason text) ON COMMIT DROP"
_DOUBLED = """
    SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY member_id ORDER BY row) AS nth FROM audience_rows) rows
     WHERE nth > 1
"""
_UNKNOWN = """
    SELECT row FROM audience_rows WHERE NOT EXISTS (SELECT FROM users_member WHERE id = member_id)
"""
_LOAD = """
    INSERT INTO users_audiencemember (job_id, out, member_id, reason)
    SELECT DISTINCT ON (member_id) %s, %s, member_id, reason
      FROM audience_rows WHERE EXISTS (SELECT FROM users_member WHERE id = member_id)
     ORDER BY member_id, row
"""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One row of a list that names nobody. `code` is a parser's, `member_doubled` or `member_unknown`."""

    row: int
    code: str
    message_ko: str
    message_en: str


@dataclass(frozen=True, slots=True)
class LoadedList:
    """`taken` members of `rows` rows; `faulty` rows are not, the first REFUSED_ROWS_LISTED of which are in `faults`."""

    rows: int
    taken: int
    faulty: int
    faults: tuple[RowFault, ...]


class ListHasFaults(Exception):
    """Nothing was taken, as the caller asked. `loaded` says what is wrong, and how many would have been taken."""

    def __init__(self, loaded: LoadedList) -> None:
        super().__init__(f"{loaded.faulty} faulty rows")
        self.loaded = loaded


def load_list(
    *,
    job: GrantJob,
    rows: Iterable[tuple[int, object, object]],
    out: bool,
    actor: User,
    at: datetime,
    skip_faulty: bool = False,
) -> LoadedList:
    """Makes `rows` (row number, member number, reason) the job's list of those in it, or of those left out (`out`).

    It replaces the list of that kind, and the job has to be rehearsed again. With `skip_faulty` the other rows count;
    nobody is ever granted anything for a faulty one. Raises ListHasFaults, GrantJobMovedOn (it is approved already),
    ValueRefused (`rows` cannot be read on, or there are none: that would take everybody from the list unseen).
    """
    with transaction.atomic(), because(actor=actor, reason="grant_audience_loaded", out=out, at=at.isoformat()):
        undecided = [GrantJobState.DRAFT, GrantJobState.REHEARSED]
        held = GrantJob.objects.select_for_update().filter(pk=job.pk, state__in=undecided).first()
        if held is None:
            raise GrantJobMovedOn
        AudienceMember.objects.filter(job=job, out=out).delete()
        loaded = _load(job, rows, out=out)
        if not loaded.rows:
            raise ValueRefused(
                "audience_blank",
                "명단에 회원번호가 없습니다. 첫 칸에 회원번호를 적어 올려 주세요.",
                "There is no member number in the list. Please write them in the first column.",
            )
        if loaded.faulty and not skip_faulty:
            raise ListHasFaults(loaded)
        audience = held.audience if out else replace(held.who, by_list=True).as_json()
        if (held.state, held.audience) == (GrantJobState.DRAFT, audience):
            pghistory.create_event(held, label=LIST_LOADED)
        else:
            held.state, held.audience = GrantJobState.DRAFT, audience
            held.save(update_fields=["state", "audience"])
    job.refresh_from_db()
    return loaded


def _load(job: GrantJob, rows: Iterable[tuple[int, object, object]], *, out: bool) -> LoadedList:
    faults: list[RowFault] = []
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS audience_rows")  # of another list in the same transaction
        cursor.execute(_STAGE)
        total, malformed = 0, 0
        for text, count, refused in _batches(rows):
            cursor.cursor.copy_expert("COPY audience_rows FROM STDIN", text)
            total, malformed = total + count + len(refused), malformed + len(refused)
            faults += refused[: limits.REFUSED_ROWS_LISTED - len(faults)]
        cursor.execute("ANALYZE audience_rows")
        cursor.execute(_DOUBLED)
        doubled = [_doubled(row) for (row,) in cursor.fetchall()]
        cursor.execute(_UNKNOWN)
        unknown = [_unknown(row) for (row,) in cursor.fetchall()]
        cursor.execute(_LOAD, [job.pk, out])
        taken = cursor.rowcount
        cursor.execute("ANALYZE users_audiencemember")  # the chunks' plans rest on it
    named = sorted([*faults, *doubled, *unknown], key=lambda fault: fault.row)
    return LoadedList(total, taken, malformed + len(doubled) + len(unknown), tuple(named[: limits.REFUSED_ROWS_LISTED]))


def _batches(rows: Iterable[tuple[int, object, object]]) -> Iterator[tuple[io.StringIO, int, list[RowFault]]]:
    """Text for COPY, how many rows it has, and the rows that are malformed."""
    lines: list[str] = []
    refused: list[RowFault] = []
    for row, number, reason in rows:
        try:
            lines.append(f"{row}\t{parse_member_number(number)}\t{_reason(reason)}\n")
        except ValueRefused as fault:
            refused.append(RowFault(row, fault.code, fault.message_ko, fault.message_en))
        if len(lines) + len(refused) >= COPY_ROWS:
            yield io.StringIO("".join(lines)), len(lines), refused
            lines, refused = [], []
    yield io.StringIO("".join(lines)), len(lines), refused


def _reason(value: object) -> str:
    """One line, without what COPY reads as more than text."""
    text = " ".join(str("" if value is None else value).replace("\\", "/").split())
    return "".join(filter(str.isprintable, text))[: limits.GRANT_NOTE_LENGTH_MAX]


def _doubled(row: int) -> RowFault:
    return RowFault(
        row, "member_doubled", "같은 회원번호가 앞의 행에 있습니다.", "An earlier row has the same member number."
    )


def _unknown(row: int) -> RowFault:
    return RowFault(row, "member_unknown", "이 회원번호의 회원이 없습니다.", "No member has this number.")
