"""Channel cash (announced): free message credit for every small merchant on the channel, once per programme."""

from datetime import datetime

from django.db import connection, transaction

from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from merchants.models import CertificateState

# One statement: whoever is not in yet gets a row, and every new row is booked. Two runs at once meet at the unique key.
GRANT_AND_BOOK = """
WITH granted AS (
    INSERT INTO merchants_channelcashgrant (programme_id, merchant_id, amount_won, granted_at)
    SELECT %(programme)s, id, %(amount)s, %(at)s FROM merchants_merchant
    WHERE on_channel AND certificate_state <> %(refused)s
    ON CONFLICT (merchant_id, programme_id) DO NOTHING
    RETURNING id
)
INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
SELECT %(programme)s, 'budget', 'channel_cash', %(amount)s, 'channel_cash', id, %(at)s FROM granted
"""


@transaction.atomic
def grant_channel_cash(*, programme: Programme, at: datetime) -> int:
    """Grants the policy's channel cash to every small merchant on the channel that has none yet; returns how many.

    A merchant counts as small unless its certificate was refused: the association vouches for those it hands over.
    A policy with 0 won of channel cash grants nothing.
    """
    amount_won = current_policy(programme=programme).policy.channel_cash_won
    if not amount_won:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            GRANT_AND_BOOK,
            {"programme": programme.pk, "amount": amount_won, "at": at, "refused": CertificateState.REFUSED},
        )
        return cursor.rowcount
