"""Bank accounts from which something is to be paid: asking banks whose they are, and what staff decide about them.

Only accounts of merchants with a determination that pays something are asked about (ours): a bank is told no number
that nobody will need, and each inquiry costs a fee.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from claims.models import Claim
from claims.services.telling import account_named, tell_merchant
from compensation import limits
from compensation.policy.transitions import ClaimState
from compensation.runtime.tasks import send_after_commit
from merchants.gateways.holder_inquiry import inquiry_is_set_up
from merchants.models import AccountDecision, BankAccount, DecisionKind
from merchants.services import account_decisions, account_verification
from users.models import User

# Newest accounts of merchants to whom something is to be paid that nobody has asked about yet. Where banks cannot be
# asked, a person has to look; that is also so for those that were to be asked when there still was a gateway.
WANTED = """
WITH wanted AS (
    SELECT account.id FROM merchants_bankaccount AS account
    WHERE account.standing = 'entered' AND (account.due_at IS NULL OR NOT %(is_set_up)s)
        AND NOT EXISTS (
            SELECT FROM merchants_bankaccount AS later
            WHERE later.merchant_id = account.merchant_id AND later.id > account.id
        )
        AND EXISTS (
            SELECT FROM claims_claim AS claim
            JOIN claims_determination AS determination ON determination.id = claim.determination_id
            WHERE claim.merchant_id = account.merchant_id AND claim.state = %(determined)s
                AND determination.amount_won > 0
        )
    ORDER BY account.id LIMIT %(size)s FOR NO KEY UPDATE OF account SKIP LOCKED
)
UPDATE merchants_bankaccount AS account SET
    standing = CASE WHEN %(is_set_up)s THEN account.standing ELSE 'to_check' END,
    due_at = CASE WHEN %(is_set_up)s THEN %(at)s::timestamptz END
FROM wanted WHERE account.id = wanted.id
"""


def want_accounts(*, at: datetime, size: int = limits.ACCOUNTS_WANTED_PER_SWEEP) -> int:
    """Marks the accounts that will be needed to be asked about; how many. Without a gateway they go to a person."""
    parameters: dict[str, Any] = {
        "at": at,
        "size": size,
        "determined": ClaimState.DETERMINED,
        "is_set_up": inquiry_is_set_up(),
    }
    with connection.cursor() as cursor:
        cursor.execute(WANTED, parameters)
        return cursor.rowcount


def sweep(*, at: datetime) -> None:
    """Marks what is needed, and sends a worker where something is due: a lost message, a killed worker, a slow bank."""
    want_accounts(at=at)
    if inquiry_is_set_up() and BankAccount.objects.filter(due_at__lte=at).exists():
        send_after_commit("claims.ask_account_holders")


def ask_next(*, at: datetime) -> int:
    """Asks banks about the accounts that are due; how many were taken. Whose account does not exist is told."""
    return account_verification.ask_next(at=at, when_refused=_tell_refused)


@transaction.atomic
def decide_account(*, account: BankAccount, kind: str, reason: str, actor: User, at: datetime) -> AccountDecision:
    """What staff decide about an account; whose account is refused is told. Raises AccountDecisionRefused."""
    decision = account_decisions.decide_account(account=account, kind=kind, reason=reason, actor=actor, at=at)
    if kind == DecisionKind.REFUSED:
        _tell_refused(account, at)
    elif kind == DecisionKind.ASKED_AGAIN and inquiry_is_set_up():
        send_after_commit("claims.ask_account_holders")
    return decision


def _tell_refused(account: BankAccount, at: datetime) -> None:
    """Asks for another account, about the merchant's newest claim that is to be paid."""
    claims = Claim.objects.filter(merchant=account.merchant_id, state=ClaimState.DETERMINED)
    claim = claims.filter(determination__amount_won__gt=0).select_related("merchant", "programme").order_by("id").last()
    if claim is None:
        return
    tell_merchant(
        claim=claim,
        template="bank_account_refused",
        variables=account_named(account),
        at=at,
        dedupe_key=f"bank account refused {account.pk} {account.decisions.count()}",
    )
