"""Which bank account of a merchant counts, and whether money may go to it."""

from typing import Any

from compensation.policy.holder_names import Comparison, compare
from compensation.policy.transitions import AccountStanding
from merchants.models import AccountDecision, AccountInquiry, BankAccount, DecisionKind, Merchant

# The newest account of merchant `m`, as `account`; NULLs where it has none. To be put after FROM … m.
NEWEST_ACCOUNT = """
LEFT JOIN LATERAL (
    SELECT * FROM merchants_bankaccount AS every WHERE every.merchant_id = m.id ORDER BY every.id DESC LIMIT 1
) AS account ON true
"""

# Of a row `account`: its holder is verified, and a change after a determination was confirmed twice (ours).
MAY_BE_PAID = """(
    account.standing = 'verified' AND (
        NOT account.must_confirm OR (account.confirmed_at IS NOT NULL AND account.approved_by_id IS NOT NULL)
    )
)"""


def newest_account(*, merchant: Merchant) -> BankAccount | None:
    """The account that counts."""
    return BankAccount.objects.filter(merchant=merchant).order_by("-id").first()


def awaits_confirmation(account: BankAccount | None) -> bool:
    """Whether the contact that was on record before still has to say that the change is theirs."""
    if account is None or account.standing == AccountStanding.REFUSED:
        return False
    return account.must_confirm and account.confirmed_at is None


def awaits_approval(account: BankAccount) -> bool:
    """Whether only the second person is missing."""
    is_confirmed = account.confirmed_at is not None
    verified = account.standing == AccountStanding.VERIFIED
    return verified and account.must_confirm and is_confirmed and account.approved_by_id is None


def had_part(*, account: BankAccount, user: Any) -> bool:
    """Whether the person entered the account or acts for its merchant: then others decide about it."""
    return account.entered_by_id == user.pk or account.merchant.representatives.filter(user=user).exists()


def has_decided(*, account: BankAccount, user: Any) -> bool:
    """Whether the person has said before that the account is good: then the second person is somebody else."""
    kinds = (DecisionKind.VERIFIED, DecisionKind.CALLED)
    return AccountDecision.objects.filter(account=account, actor=user, kind__in=kinds).exists()


def compared(*, account: BankAccount, inquiry: AccountInquiry) -> Comparison | None:
    """Why the bank's holder is, or is not, who was said; None where the bank named nobody."""
    if not inquiry.answered_name:
        return None
    merchant = account.merchant
    names = (merchant.trade_name, merchant.representative_name)
    return compare(said=account.holder, answered=inquiry.answered_name, also=names)
