"""Changing the bank account that a payout goes to: the commonest fraud, so the contact on record is told each time."""

from datetime import datetime

from django.db import transaction

from claims.models import Claim
from claims.services.claim_lock import lock_claim
from claims.services.telling import tell_merchant
from compensation.policy.transitions import ClaimState
from compensation.values.bank_accounts import BANKS
from compensation.values.refused import ValueRefused
from merchants.models import BankAccount
from merchants.services.bank_accounts import BankAccountDetails, replace_account
from users.models import User


class AccountChangeRefused(ValueRefused):
    """Nothing will be paid for this claim any more."""


@transaction.atomic
def change_account(*, claim: Claim, account: BankAccountDetails, actor: User, at: datetime) -> BankAccount:
    """Makes this the account of the claim's merchant; what was on record before stays as history.

    Naming the account that is on record already changes nothing, and tells nobody. Raises AccountChangeRefused.
    """
    claim = lock_claim(claim)
    if claim.state == ClaimState.WITHDRAWN:
        raise AccountChangeRefused(
            "account_claim_withdrawn",
            "철회한 접수라 지급받을 계좌를 바꿀 수 없습니다.",
            "The claim was withdrawn, so there is no payout and no account to change.",
        )
    recorded, is_new = replace_account(merchant=claim.merchant, account=account, actor=actor, at=at)
    if is_new:
        bank = BANKS.get(account.bank_code)
        tell_merchant(
            claim=claim,
            template="bank_account_changed",
            variables={
                "bank": bank.name if bank else account.bank_code,
                "account": recorded.number_last4,
                "changed_at": at,
            },
            at=at,
            dedupe_key=f"bank account {recorded.pk}",
        )
    return recorded
