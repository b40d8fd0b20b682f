"""A result in the database: its lines in a table of this transaction, what is wrong with them, and what they change.

Set-based: a file of 100,000 lines is looked at and applied in a handful of statements.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from claims.models import PayoutBatch, ResultFile
from claims.selectors.bank_returns import return_reasons
from claims.services.bank_files.result_faults import Faults
from claims.services.bank_files.result_lines import ResultLine
from compensation import limits
from users.models import User

LINES_AT_ONCE = 5_000

# The tables live as long as the connection: made for each file they would fill the database's catalogue.
EMPTY_TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS result_line (
    line integer, reference text, amount_won bigint, day date, outcome text, return_code text, words text
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS result_move (
    payout_id bigint, claim_id bigint, account_id bigint, amount_won bigint, from_state text, to_state text, day date,
    return_code text, words text, line integer
) ON COMMIT DELETE ROWS;
TRUNCATE result_line, result_move
"""
COPY_LINES = "COPY result_line FROM STDIN"

FAULTS = """
WITH known AS (
    SELECT l.*, p.id AS payout_id, p.amount_won AS due_won, p.state,
        p.batch_id IS NOT DISTINCT FROM %(batch)s AS is_ours
    FROM result_line l LEFT JOIN claims_payout p ON p.reference = l.reference AND p.programme_id = %(programme)s
), faults AS (
    SELECT line, 'reference_unknown' AS code, reference AS value, '' AS known FROM known
        WHERE payout_id IS NULL AND reference <> ''
    UNION ALL SELECT line, 'other_batch', reference, '' FROM known WHERE payout_id IS NOT NULL AND NOT is_ours
    UNION ALL SELECT line, 'reference_twice', reference, first::text
        FROM (SELECT line, reference, min(line) OVER (PARTITION BY reference) AS first FROM result_line) AS seen
        WHERE line > first AND reference <> ''
    UNION ALL SELECT line, 'amount_differs', amount_won::text, due_won::text FROM known
        WHERE is_ours AND amount_won <> due_won
    UNION ALL SELECT line, 'day_too_early', day::text, %(released_on)s::date::text FROM known
        WHERE day < %(released_on)s
    UNION ALL SELECT line, 'day_too_late', day::text, %(today)s::date::text FROM known WHERE day > %(today)s
    UNION ALL SELECT line, 'already_final', outcome, state FROM known
        WHERE is_ours AND state IN ('paid', 'returned') AND outcome <> state
)
SELECT line, code, value, known, count(*) OVER () FROM faults ORDER BY line, code LIMIT %(kept)s
"""

# In the order in which everybody else takes them. What is final already with the same outcome is known, and stays.
FIND_MOVES = """
INSERT INTO result_move
SELECT p.id, p.claim_id, p.account_id, p.amount_won, p.state, l.outcome, l.day, l.return_code, l.words, l.line
FROM result_line l JOIN claims_payout p ON p.reference = l.reference AND p.batch_id = %(batch)s
WHERE p.state IN ('released', 'unknown') AND p.state <> l.outcome
ORDER BY p.id FOR UPDATE OF p
"""
COUNTS = """
SELECT count(*), count(*) FILTER (WHERE outcome = 'paid'),
    coalesce(sum(amount_won) FILTER (WHERE outcome = 'paid'), 0), count(*) FILTER (WHERE outcome = 'returned'),
    coalesce(sum(amount_won) FILTER (WHERE outcome = 'returned'), 0), count(*) FILTER (WHERE outcome = 'unknown'),
    count(*) - (SELECT count(*) FROM result_move)
FROM result_line
"""
MOVE = """
UPDATE claims_payout p SET state = m.to_state, settled_on = CASE WHEN m.to_state <> 'unknown' THEN m.day END,
    return_code = m.return_code, result_file_id = %(result)s, result_line = m.line
FROM result_move m WHERE p.id = m.payout_id AND p.state = m.from_state
"""
APPLY = (
    """
    INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT payout_id, from_state, to_state, %(batch)s, %(actor)s,
        CASE WHEN words = '' THEN 'bank result' ELSE 'bank result: ' || words END, %(at)s
    FROM result_move ORDER BY payout_id
    """,
    """
    INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT %(programme)s, 'payouts_released', 'payouts_' || to_state, amount_won, 'payout_' || to_state, payout_id,
        %(at)s
    FROM result_move WHERE to_state IN ('paid', 'returned') ORDER BY payout_id
    """,
    """
    INSERT INTO claims_notice (claim_id, payout_id, template, at)
    SELECT claim_id, payout_id, CASE WHEN to_state = 'paid' THEN 'payout_paid'
        WHEN return_code = ANY(%(another_account)s) THEN 'payout_returned' ELSE 'payout_delayed' END, %(at)s
    FROM result_move WHERE to_state IN ('paid', 'returned') ORDER BY payout_id
    """,
    """
    UPDATE merchants_bankaccount AS account SET standing = 'to_check' FROM (
        SELECT id FROM merchants_bankaccount WHERE standing = 'verified' AND id IN (
            SELECT account_id FROM result_move
            WHERE to_state = 'returned' AND return_code = ANY(%(another_account)s))
        ORDER BY id FOR UPDATE
    ) AS held WHERE account.id = held.id
    """,
)


class ResultOvertaken(Exception):
    """Payouts of a batch moved although its row was held: nothing of the result was applied."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the lines of a file say: by the names of ResultFile's columns."""

    lines: int
    paid_count: int
    paid_won: int
    returned_count: int
    returned_won: int
    unknown_count: int
    known_count: int


def take_in(cursor: Any, lines: Iterable[ResultLine], *, advance: Callable[[int], None]) -> None:
    """Copies the lines into the table; `advance` is told how many more are in it. Raises what `lines` raises."""
    cursor.execute(EMPTY_TABLES)
    left = iter(lines)
    while batch := list(islice(left, LINES_AT_ONCE)):
        cursor.copy_expert(COPY_LINES, io.StringIO("".join(map(_copied, batch))))
        advance(len(batch))
    cursor.execute("ANALYZE result_line")


def find_faults(cursor: Any, faults: Faults, *, batch: PayoutBatch, released_on: date, today: date) -> None:
    """Adds what is wrong with the lines against what we have."""
    parameters = {"batch": batch.pk, "programme": batch.programme_id, "released_on": released_on, "today": today}
    cursor.execute(FAULTS, parameters | {"kept": limits.RESULT_FAULTS_KEPT})
    rows = cursor.fetchall()
    faults.merge((row[:4] for row in rows), count=rows[0][4] if rows else 0)


def find_moves(cursor: Any, *, batch: PayoutBatch) -> Counts:
    """Which payouts the lines move, held from now on; and the counts of the lines."""
    cursor.execute(FIND_MOVES, {"batch": batch.pk})
    cursor.execute("ANALYZE result_move")
    cursor.execute(COUNTS)
    return Counts(*map(int, cursor.fetchone()))


def apply(cursor: Any, *, result: ResultFile, batch: PayoutBatch, actor: User, at: datetime) -> int:
    """Moves the payouts, with history, ledger, notices and accounts; returns how many. Raises ResultOvertaken."""
    parameters = {
        "result": result.pk,
        "batch": batch.pk,
        "programme": batch.programme_id,
        "actor": actor.pk,
        "at": at,
        "another_account": [reason.code for reason in return_reasons().values() if reason.another_account],
    }
    cursor.execute(MOVE, parameters)
    moved = cursor.rowcount
    if moved != result.lines - result.known_count:
        raise ResultOvertaken(f"{batch.reference}: {moved} payouts moved")
    for statement in APPLY:
        cursor.execute(statement, parameters)
    return moved


def _copied(line: ResultLine) -> str:
    return "\t".join(_fields(line)) + "\n"


def _fields(line: ResultLine) -> Iterator[str]:
    """In COPY's text form: nothing that a bank writes may end a field or a line."""
    yield str(line.number)
    yield _plain(line.reference)
    yield "\\N" if line.amount_won is None else str(line.amount_won)
    yield "\\N" if line.day is None else line.day.isoformat()
    yield "\\N" if line.outcome is None else line.outcome
    yield line.return_code
    yield _plain(line.words)


def _plain(text: str) -> str:
    is_plain = text.isprintable() and "\\" not in text
    return text if is_plain else "".join(c if c.isprintable() and c != "\\" else " " for c in text)
