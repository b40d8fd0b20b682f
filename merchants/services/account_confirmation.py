"""A changed account is confirmed by the contact that was on record before, or denied: then the old account counts."""

from datetime import datetime

from django.db import transaction

from compensation.audit.services import because
from compensation.policy.transitions import AccountStanding
from compensation.values.refused import ValueRefused
from merchants.models import AccountDecision, BankAccount, DecisionKind
from merchants.selectors.accounts import awaits_confirmation
from merchants.services.account_decisions import hold_account
from users.models import User
from users.services.sign_in_codes import send_code, verify_code

# What a new row takes over from the account that it restores: everything that is known of it.
_TAKEN_OVER = (
    "merchant",
    "bank_code",
    "number",
    "number_index",
    "number_last4",
    "holder",
    "holder_index",
    "entered_by",
    "standing",
    "must_confirm",
    "confirmed_at",
    "approved_by",
    "approved_at",
    "confirm_to",
)


class ChangeNotAwaited(ValueRefused):
    """Nobody has to say anything about the account any more: it was confirmed, denied, refused or replaced."""


class CodeWrong(ValueRefused):
    """Not the code that was last sent to the contact on record, or too late, or tried too often."""


def send_confirmation_code(*, account: BankAccount, address: str, at: datetime) -> None:
    """Sends a code to the contact that was on record before. Raises ChangeNotAwaited, CodeThrottled."""
    if not awaits_confirmation(account) or not account.confirm_to:
        raise _not_awaited()
    send_code(contact=account.confirm_to, purpose=_purpose(account), at=at, address=address)


def check_code(*, account: BankAccount, code: str, at: datetime) -> None:
    """Spends the code. Not in a transaction that may be rolled back. Raises ChangeNotAwaited, CodeWrong."""
    if not awaits_confirmation(account) or not account.confirm_to:
        raise _not_awaited()
    if not verify_code(contact=account.confirm_to, code=code, purpose=_purpose(account), at=at):
        raise CodeWrong(
            "account_code_wrong",
            "인증번호가 다르거나 시간이 지났습니다. 다시 적거나 새로 받아 주세요.",
            "The code is wrong or too old. Please enter it again, or ask for a new one.",
        )


@transaction.atomic
def confirm_change(*, account: BankAccount, actor: User, at: datetime) -> BankAccount:
    """The holder of the old contact says that the change is theirs. Raises ChangeNotAwaited, AccountDecisionRefused."""
    held = _awaited(account)
    with because(actor=actor, reason="account change confirmed"):
        BankAccount.objects.filter(pk=held.pk).update(confirmed_at=at)
    _note(held, DecisionKind.CONFIRMED, actor, at)
    held.confirmed_at = at
    return held


@transaction.atomic
def deny_change(*, account: BankAccount, actor: User, at: datetime) -> BankAccount | None:
    """The holder of the old contact says that it was not them: the account is refused, and the last good one before it
    counts again, as a new row with all that is known of it; None where there is none.

    Raises ChangeNotAwaited, AccountDecisionRefused.
    """
    held = _awaited(account)
    with because(actor=actor, reason="account change denied"):
        BankAccount.objects.filter(pk=held.pk).update(standing=AccountStanding.REFUSED, due_at=None)
        _note(held, DecisionKind.DENIED, actor, at)
        earlier = _last_good_before(held)
        if earlier is None:
            return None
        fields = {name: getattr(earlier, name) for name in _TAKEN_OVER}
        restored = BankAccount.objects.create(**fields, created_at=at)
        _note(restored, DecisionKind.RESTORED, actor, at)
    return restored


def _last_good_before(held: BankAccount) -> BankAccount | None:
    """The newest earlier account that was not refused, and not a change that nobody confirmed either."""
    earlier = BankAccount.objects.filter(merchant=held.merchant_id, pk__lt=held.pk)
    for account in earlier.exclude(standing=AccountStanding.REFUSED).order_by("-id"):
        if not awaits_confirmation(account):
            return account
    return None


def _awaited(account: BankAccount) -> BankAccount:
    held = hold_account(account)
    if not awaits_confirmation(held):
        raise _not_awaited()
    return held


def _note(account: BankAccount, kind: DecisionKind, actor: User, at: datetime) -> None:
    AccountDecision.objects.create(account=account, kind=kind, actor=actor, reason="", at=at)


def _purpose(account: BankAccount) -> str:
    return f"account {account.pk}"


def _not_awaited() -> ChangeNotAwaited:
    return ChangeNotAwaited(
        "account_change_settled",
        "더 확인하실 계좌 변경이 없습니다.",
        "There is no change of the account left to confirm.",
    )
