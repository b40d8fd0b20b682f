"""What is to be paid: a payout for every determination that counts, made by rule in the transaction that decided.

The amount of a payout is what the determination has more than was paid, or is on its way, for the claim already. So a
higher determination after an objection is paid by its difference, and a lower one takes nothing back by itself. Top-ups
are paid beside it: each has a payout of its own as long as anything is determined.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from claims.models import Claim, Payout, PayoutBatch
from claims.services.payouts.due_queries import (
    CANCEL_STALE,
    FIND_DUE,
    FIND_TOP_UPS,
    FIND_WITHOUT,
    GIVE_UP,
    INSERT_DUE,
)
from claims.services.payouts.overpayments import end_waivers
from compensation.policy.payouts import payout_reference
from compensation.policy.transitions import PayoutState
from compensation.programmes.models import Programme
from compensation.runtime.encryption import derived_secret
from merchants.models import Merchant
from users.models import User

REFERENCE_PURPOSE = "payout reference"
BATCH_CLAIMS = 5_000
FOUND_AT_ONCE = 200_000  # row ids: 8 MB


@transaction.atomic
def settle(*, claims: Collection[int], actor: User, at: datetime) -> int:
    """Brings the payouts of these claims (row ids) in line with what is determined now; returns how many were made.

    A payout that did not leave yet and is for another determination is cancelled. What left stays, whatever was decided
    afterwards. Harmless twice; a part of the transaction that decides, which holds the claims.
    """
    if not claims:
        return 0
    named: dict[str, Any] = {"claims": list(claims), "actor": actor.pk, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(CANCEL_STALE, named)
        end_waivers(claims=claims, at=at)
        cursor.execute(GIVE_UP, named)
        return _make(cursor, FIND_DUE, named) + _make(cursor, FIND_TOP_UPS, named)


@transaction.atomic
def settle_top_ups(*, claims: Collection[int], actor: User, at: datetime) -> int:
    """Makes the payouts of approved top-ups of these claims, which the caller holds; how many. Harmless twice."""
    with connection.cursor() as cursor:
        return _make(cursor, FIND_TOP_UPS, {"claims": list(claims), "actor": actor.pk, "at": at})


def settle_claim(*, claim: Claim, actor: User, at: datetime) -> int:
    """`settle` for one claim, held by the caller."""
    return settle(claims=[claim.pk], actor=actor, at=at)


def settle_merchant(*, merchant: Merchant, actor: User, at: datetime) -> int:
    """`settle` for a merchant who named another account: what came back is to be paid again. How many payouts."""
    return _settle_returned(Payout.objects.filter(merchant=merchant), actor, at)


def settle_returned(*, batch: PayoutBatch, actor: User, at: datetime) -> int:
    """`settle` for what the bank sent back of a batch: some merchants have named another account meanwhile."""
    return _settle_returned(Payout.objects.filter(batch=batch), actor, at)


@transaction.atomic
def _settle_returned(payouts: QuerySet[Payout], actor: User, at: datetime) -> int:
    """Whoever holds one of the claims changes the account too, and settles it when it comes to that."""
    returned = payouts.filter(state=PayoutState.RETURNED).values("claim")
    rows = Claim.objects.select_for_update(no_key=True, skip_locked=True)
    held = rows.filter(pk__in=returned).order_by("pk")
    return settle(claims=list(held.values_list("pk", flat=True)), actor=actor, at=at)


def make_missing(*, programme: Programme, actor: User, at: datetime, size: int = BATCH_CLAIMS) -> int:
    """Makes the payouts of determinations that have none, such as those of before there were payouts; how many.

    Looks at everything, `size` claims a transaction: for the night and the command.
    """
    made, after = 0, 0
    while found := _without_payout(programme, after):
        for start in range(0, len(found), size):
            with transaction.atomic():
                rows = Claim.objects.select_for_update(no_key=True).filter(pk__in=found[start : start + size])
                made += settle(claims=list(rows.order_by("pk").values_list("pk", flat=True)), actor=actor, at=at)
        after = found[-1]
    return made


def _without_payout(programme: Programme, after: int) -> list[int]:
    """Reads all payouts of the programme, so it asks for many at once."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_WITHOUT, [programme.pk, after, FOUND_AT_ONCE])
        return [pk for (pk,) in cursor.fetchall()]


def _make(cursor: Any, query: str, named: dict[str, Any]) -> int:
    """Makes the payouts that the query finds; how many."""
    cursor.execute(query, named)
    if found := cursor.fetchall():
        cursor.execute(INSERT_DUE, named | _columns(found))
    return len(found)


def _columns(found: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """What was found as columns, each row with its reference."""
    claims, programmes, merchants, determinations, accounts, amounts, attempts, follows, origins, top_ups = map(
        list, zip(*found, strict=True)
    )
    secret = derived_secret(REFERENCE_PURPOSE)
    references = [
        payout_reference(secret=secret, determination_id=determination, attempt=attempt)
        for determination, attempt in zip(determinations, attempts, strict=True)
    ]
    return {
        "references": references,
        "programmes": programmes,
        "claims": claims,
        "merchants": merchants,
        "determinations": determinations,
        "accounts": accounts,
        "amounts": amounts,
        "attempts": attempts,
        "follows": follows,
        "origins": origins,
        "top_ups": top_ups,
    }
