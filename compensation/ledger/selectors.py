"""What stands on the accounts of a programme, now, at any moment, and day by day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from compensation.ledger.models import Account, Transfer
from compensation.programmes.models import Programme

BALANCES = """
SELECT account, sum(amount)::bigint FROM (
    SELECT to_account AS account, sum(amount_won) AS amount FROM ledger_transfer
    WHERE programme_id = %(p)s AND (%(until)s::timestamptz IS NULL OR booked_at < %(until)s) GROUP BY 1
    UNION ALL
    SELECT from_account, -sum(amount_won) FROM ledger_transfer
    WHERE programme_id = %(p)s AND (%(until)s::timestamptz IS NULL OR booked_at < %(until)s) GROUP BY 1
) sides GROUP BY account
"""

# One pass over the ledger: what each pair of accounts moved on each day, then both sides of it.
CHANGES_BY_DAY = """
WITH moved AS (
    SELECT (booked_at AT TIME ZONE 'Asia/Seoul')::date AS day, from_account, to_account, sum(amount_won) AS amount
    FROM ledger_transfer WHERE programme_id = %(p)s GROUP BY 1, 2, 3
)
SELECT day, account, sum(amount)::bigint FROM (
    SELECT day, to_account AS account, amount FROM moved UNION ALL SELECT day, from_account, -amount FROM moved
) sides GROUP BY day, account ORDER BY day, account
"""


@dataclass(frozen=True, slots=True)
class Day:
    """A day in Seoul on which something was booked. By account, in won: what it changed, and what stood at its end.

    Every account is in both; each of them sums to 0.
    """

    day: date
    changes: dict[str, int]
    balances: dict[str, int]


def balances(*, programme: Programme, as_of: datetime | None = None) -> dict[str, int]:
    """The trial balance in won, every account named; the sum over all accounts is 0. The budget's balance is minus what
    was taken from it.

    `as_of`: of what was booked before that moment; without it, of everything.
    """
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"p": programme.pk, "until": as_of})
        found = dict(cursor.fetchall())
    return {account: found.get(account, 0) for account in Account.values}


def balances_by_day(*, programme: Programme) -> list[Day]:
    """The trial balance at the end of every day in Seoul that booked something, oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGES_BY_DAY, {"p": programme.pk})
        return list(_days(cursor.fetchall()))


def transfers_of(*, sources: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Transfer]:
    """The transfers that these (kind, source id) booked, each found by the unique key of both; what booked none is
    missing. One query.
    """
    kinds, ids = zip(*sources, strict=True) if (sources := list(sources)) else ((), ())
    rows = Transfer.objects.raw(
        """
        SELECT t.* FROM unnest(%s::text[], %s::bigint[]) AS said(kind, source_id)
        JOIN ledger_transfer t ON t.kind = said.kind AND t.source_id = said.source_id
        """,
        [list(kinds), list(ids)],
    )
    return {(row.kind, row.source_id): row for row in rows}


def _days(rows: list[tuple[date, str, int]]) -> Iterator[Day]:
    standing = dict.fromkeys(Account.values, 0)
    changed: dict[date, dict[str, int]] = {}
    for day, account, amount_won in rows:
        changed.setdefault(day, dict.fromkeys(Account.values, 0))[account] = amount_won
    for day, changes in changed.items():
        standing = {account: standing[account] + changes[account] for account in Account.values}
        yield Day(day, changes, standing)
