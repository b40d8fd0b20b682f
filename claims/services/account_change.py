"""Changing the bank account that a payout goes to: the commonest fraud, so the contact on record is told each time.

Once something was determined, another account is paid to only when that contact has said yes, by a code that goes
there, and a second person has approved it (ours). If it says no, the account from before counts again.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from claims.models import Claim
from claims.services.claim_lock import lock_claim
from claims.services.payouts.due import settle_merchant
from claims.services.reviews import ask_for_checks
from claims.services.telling import account_named, tell_merchant
from compensation.policy.transitions import ClaimState
from compensation.values.refused import ValueRefused
from merchants.models import BankAccount
from merchants.selectors.accounts import newest_account
from merchants.services.account_confirmation import check_code, confirm_change, deny_change, send_confirmation_code
from merchants.services.bank_accounts import BankAccountDetails, replace_account
from users.models import User

CONFIRM, DENY = "confirm", "deny"


class AccountChangeRefused(ValueRefused):
    """Nothing will be paid for this claim any more, or it is not said whose the change was."""


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
    recorded, is_new = replace_account(
        merchant=claim.merchant, account=account, actor=actor, at=at, must_confirm=something_is_payable(claim=claim)
    )
    if is_new:
        ask_for_checks(claim=claim, at=at)
        template = "bank_account_to_confirm" if recorded.must_confirm else "bank_account_changed"
        _tell(claim, template, recorded, at, changed_at=at)
        settle_merchant(merchant=claim.merchant, actor=actor, at=at)  # what came back is to be paid again
    return recorded


def something_is_payable(*, claim: Claim) -> bool:
    """Whether the claim's merchant was ever granted something, in whatever programme: an account is worth stealing."""
    granted = Claim.objects.filter(merchant=claim.merchant_id, determinations__amount_won__gt=0)
    return granted.exists()


def send_code_for_change(*, claim: Claim, address: str, at: datetime) -> None:
    """Sends a code to the contact that was on record before the change. Raises ChangeNotAwaited, CodeThrottled."""
    send_confirmation_code(account=_account_of(claim), address=address, at=at)


def answer_change(*, claim: Claim, code: str, answer: str, actor: User, at: datetime) -> BankAccount | None:
    """Confirms or denies the change of the account, by the code that was sent; the account that counts now.

    Not in a transaction of the caller's: a wrong code counts, whatever follows. Raises AccountChangeRefused, CodeWrong,
    ChangeNotAwaited, AccountDecisionRefused.
    """
    if answer not in (CONFIRM, DENY):
        raise AccountChangeRefused(
            "account_answer_missing",
            "직접 바꾸셨는지 골라 주세요.",
            "Please say whether it was you who changed it.",
        )
    account = _account_of(claim)
    check_code(account=account, code=code, at=at)
    with transaction.atomic():
        claim = lock_claim(claim)
        if answer == CONFIRM:
            return confirm_change(account=account, actor=actor, at=at)
        restored = deny_change(account=account, actor=actor, at=at)
        ask_for_checks(claim=claim, at=at)
        _tell(claim, "bank_account_denied", account, at)
        return restored


def _account_of(claim: Claim) -> BankAccount:
    account = newest_account(merchant=claim.merchant)
    if account is None:
        raise AccountChangeRefused("account_missing", "등록된 계좌가 없습니다.", "There is no bank account on record.")
    return account


def _tell(claim: Claim, template: str, account: BankAccount, at: datetime, **more: Any) -> None:
    tell_merchant(
        claim=claim,
        template=template,
        variables=account_named(account) | more,
        at=at,
        dedupe_key=f"{template} {account.pk}",
    )
