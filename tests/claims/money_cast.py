"""Money that went all the way in tests, and rows changed past the triggers."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from claims.models import Claim, Payout, PayoutBatch, ResultFile
from compensation.programmes.models import Programme
from merchants.models import ChannelCashGrant, UseKind
from merchants.services.channel_cash import grant_channel_cash
from merchants.services.channel_cash_lists import make_next_list
from merchants.services.channel_cash_uses import ReportedUse, book_uses
from tests.cast import NOW
from tests.claims.bank_cast import answers, read, with_bank
from tests.claims.bank_standin import NO_ACCOUNT
from tests.claims.payout_cast import TODAY
from users.models import User

AT_ONCE = timedelta(0)  # no grace: what is missing is missed now


def bank_says(batch: PayoutBatch, outcomes: Mapping[int, str], actor: User) -> ResultFile:
    """A result with the outcome (paid, returned or unknown) of payouts by row id; of the others it says nothing."""
    said = dict(Payout.objects.filter(pk__in=outcomes).values_list("reference", "pk"))
    returned = {reference: NO_ACCOUNT for reference, pk in said.items() if outcomes[pk] == "returned"}
    unknown = [reference for reference, pk in said.items() if outcomes[pk] == "unknown"]
    lines = [line for line in answers(batch, returned=returned, unknown=unknown) if line["reference"] in said]
    with tempfile.TemporaryDirectory() as folder:
        result = read(batch, Path(folder), lines, actor=actor)
    assert result.is_accepted, result.faults
    return result


def paid_out(programme: Programme, maker: User, *, returned: int = 0) -> PayoutBatch:
    """Everything that is due is paid, but the first `returned` of it came back."""
    batch = with_bank(programme, maker)
    keys = list(batch.payouts.order_by("id").values_list("pk", flat=True))
    bank_says(batch, {pk: "returned" if place < returned else "paid" for place, pk in enumerate(keys)}, maker)
    return PayoutBatch.objects.get(pk=batch.pk)


def with_channel_cash_used(claim: Claim, actor: User) -> None:
    """The merchant's 50,000 won of channel cash: 10,000 used, the rest expired."""
    claim.merchant.on_channel = True
    claim.merchant.save()
    grant_channel_cash(programme=claim.programme, at=NOW)
    make_next_list(programme=claim.programme, actor=actor, at=NOW)
    reference = ChannelCashGrant.objects.get().reference or ""
    said = [(UseKind.USED, 10_000), (UseKind.EXPIRED, None)]
    reported = [ReportedUse(None, reference, "", kind, amount_won, TODAY) for kind, amount_won in said]
    book_uses(programme=claim.programme, reported=reported, actor=actor, at=NOW)


@contextmanager
def past_the_triggers() -> Iterator[Any]:
    """A cursor whose changes no trigger looks at, as a broken restore or a slip of a superuser would make them."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = origin")
