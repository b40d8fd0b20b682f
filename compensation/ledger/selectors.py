"""What stands on the accounts of a programme."""

from django.db import connection

from compensation.ledger.models import Account
from compensation.programmes.models import Programme

BALANCES = """
SELECT account, sum(amount)::bigint FROM (
    SELECT to_account AS account, sum(amount_won) AS amount FROM ledger_transfer WHERE programme_id = %(p)s GROUP BY 1
    UNION ALL
    SELECT from_account, -sum(amount_won) FROM ledger_transfer WHERE programme_id = %(p)s GROUP BY 1
) sides GROUP BY account
"""


def balances(*, programme: Programme) -> dict[str, int]:
    """The trial balance in won, every account named; the sum over all accounts is 0. The budget's balance is minus what
    was taken from it."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"p": programme.pk})
        found = dict(cursor.fetchall())
    return {account: found.get(account, 0) for account in Account.values}
