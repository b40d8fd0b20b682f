"""Withdrawing a top-up: of what has not left, nothing is paid any more, and its sum goes back to the budget."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from claims.models import Payout, TopUp
from claims.services.payouts.batch_rows import why
from claims.services.payouts.top_up_refusals import TopUpRefused, moved_on, refuse_not_of
from claims.services.payouts.top_ups import hold_claims
from compensation.audit.services import because
from compensation.runtime.tasks import send_after_commit
from users.models import User

# What came back is given up with it: it goes by way of what is to be paid, unless one that was made due again took it
# there already. Whoever was told of the sum is told that it does not come.
WITHDRAW = """
WITH chosen AS (
    SELECT t.id, t.claim_id, t.amount_won FROM claims_topupclaim t JOIN claims_claim c ON c.id = t.claim_id
    WHERE t.top_up_id = %(top_up)s AND t.withdrawn_at IS NULL AND (%(all)s OR c.reference = ANY(%(references)s))
        AND NOT EXISTS (SELECT FROM claims_payout p WHERE p.top_up_id = t.id
            AND p.state IN ('released', 'unknown', 'paid'))
), withdrawn AS (
    UPDATE claims_topupclaim t SET withdrawn_by_id = %(actor)s, withdrawn_at = %(at)s, withdrawn_because = %(reason)s
    FROM chosen WHERE t.id = chosen.id
), stale AS (
    SELECT p.id, p.state, p.batch_id FROM claims_payout p JOIN chosen ON chosen.id = p.top_up_id
    WHERE p.state IN ('due', 'batched')
), cancelled AS (
    UPDATE claims_payout p SET state = 'cancelled', batch_id = NULL FROM stale WHERE p.id = stale.id
), noted AS (
    INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT id, state, 'cancelled', batch_id, %(actor)s, %(reason)s, %(at)s FROM stale
), given_up AS (
    UPDATE claims_payout p SET given_up_at = %(at)s FROM chosen
    WHERE p.top_up_id = chosen.id AND p.state = 'returned' AND p.given_up_at IS NULL
    RETURNING p.id, p.programme_id, p.claim_id, p.amount_won
), told AS (
    INSERT INTO claims_notice (claim_id, payout_id, template, at)
    SELECT chosen.claim_id, max(p.id), 'top_up_withdrawn', %(at)s
    FROM chosen JOIN claims_payout p ON p.top_up_id = chosen.id GROUP BY chosen.id, chosen.claim_id
), again AS (
    INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT programme_id, 'payouts_returned', 'merchant_payable', amount_won, 'payout_not_owed', id, %(at)s
    FROM given_up WHERE NOT EXISTS (SELECT FROM claims_payout n WHERE n.claim_id = given_up.claim_id
        AND n.follows_id = given_up.id AND n.origin = 'after_return')
), booked AS (
    INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT %(programme)s, 'merchant_payable', 'budget', amount_won, 'top_up_withdrawn', id, %(at)s FROM chosen
)
SELECT count(*) FROM chosen
"""


@transaction.atomic
def withdraw_top_up(
    *, top_up: TopUp, reason: str, actor: User, at: datetime, references: Collection[str] | None = None
) -> int:
    """Withdraws an approved top-up from the claims named by `references` (None: from all), where it has not left.

    Returns from how many, never 0: raises TopUpRefused where all of it has left or was withdrawn, where it is not
    approved, and for what is named and not in it.
    """
    said = why(reason)
    held = TopUp.objects.select_for_update(of=("self",), no_key=True).get(pk=top_up.pk)
    if not held.is_approved:
        raise moved_on()
    refuse_not_of(held, references or ())
    hold_claims(held)
    # Whoever releases or reads results holds payouts: their states are read after that.
    payouts = Payout.objects.select_for_update(of=("self",)).filter(top_up__top_up=held).order_by("id")
    list(payouts.values_list("pk", flat=True))
    with because(actor=actor, reason=said), connection.cursor() as cursor:
        cursor.execute(
            WITHDRAW,
            {
                "top_up": held.pk,
                "programme": held.programme_id,
                "all": references is None,
                "references": list(references or ()),
                "actor": actor.pk,
                "reason": said,
                "at": at,
            },
        )
        count = int(cursor.fetchone()[0])
    if not count:
        raise TopUpRefused(
            "top_up_left",
            "거둘 수 있는 건이 없습니다. 이미 은행에 이체를 요청했거나 거둔 건입니다.",
            "There is nothing to withdraw: it was sent to the bank, or withdrawn already.",
        )
    send_after_commit("claims.write_notices")
    return count
