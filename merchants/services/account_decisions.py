"""What people decide about a bank account: good, not to be used, to be asked about again, a change approved (ours).

Never by who entered it or acts for its merchant; and whoever approves a change is not who found the account good.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from compensation import limits
from compensation.audit.services import because
from compensation.policy.transitions import ACCOUNT, AccountStanding, is_allowed
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from merchants.models import AccountDecision, BankAccount, DecisionKind
from merchants.selectors.accounts import awaits_confirmation, had_part, has_decided, newest_account
from merchants.services.bank_accounts import hold_merchant
from users.models import User

# By hand, and to which standing. The other kinds leave it as it is.
STANDINGS = {
    DecisionKind.VERIFIED: AccountStanding.VERIFIED,
    DecisionKind.REFUSED: AccountStanding.REFUSED,
    DecisionKind.ASKED_AGAIN: AccountStanding.ENTERED,
}
BY_STAFF = (*STANDINGS, DecisionKind.CALLED, DecisionKind.APPROVED)


class AccountDecisionRefused(ValueRefused):
    """The decision cannot be taken: another account counts, somebody was quicker, it is one's own, or incomplete."""


def kinds_by_hand(account: BankAccount) -> list[DecisionKind]:
    """What the account's standing lets people decide. Nobody calls an account good before a bank was asked, or could
    not be."""
    return [
        kind
        for kind, standing in STANDINGS.items()
        if is_allowed(ACCOUNT, account.standing, standing)
        and (kind != DecisionKind.VERIFIED or account.standing == AccountStanding.TO_CHECK)
    ]


@transaction.atomic
def decide_account(*, account: BankAccount, kind: str, reason: str, actor: User, at: datetime) -> AccountDecision:
    """Keeps the decision and moves the account. The same again by the same person is the same decision.

    Of two people at once the second is told. Raises AccountDecisionRefused.
    """
    held = hold_account(account)
    said = _reason(reason)
    last = AccountDecision.objects.filter(account=held).order_by("-id").first()
    if last and (last.kind, last.actor_id, last.reason) == (kind, actor.pk, said) and _is_in_effect(held, kind):
        return last
    _refuse_unfit(held, kind, actor)
    with because(actor=actor, reason=f"account {kind}"):
        _apply(held, DecisionKind(kind), actor, at)
    return AccountDecision.objects.create(account=held, kind=kind, actor=actor, reason=said, at=at)


def hold_account(account: BankAccount) -> BankAccount:
    """The account as it is now, held with its merchant; the newest of the merchant. Raises AccountDecisionRefused."""
    merchant = hold_merchant(account.merchant)
    newest = newest_account(merchant=merchant)
    if newest is None or newest.pk != account.pk:
        raise AccountDecisionRefused(
            "account_replaced",
            "그사이 다른 계좌가 등록되었습니다. 새 계좌를 확인해 주세요.",
            "Another account was named meanwhile. Please look at that one.",
        )
    newest.merchant = merchant
    return newest


def _apply(held: BankAccount, kind: DecisionKind, actor: User, at: datetime) -> None:
    changes: dict[str, Any] = {}
    if kind in STANDINGS:
        changes = {"standing": STANDINGS[kind], "due_at": at if kind == DecisionKind.ASKED_AGAIN else None}
    elif kind == DecisionKind.CALLED:
        changes = {"confirmed_at": at}
    elif kind == DecisionKind.APPROVED:
        changes = {"approved_by": actor, "approved_at": at}
    BankAccount.objects.filter(pk=held.pk).update(**changes)


def _is_in_effect(held: BankAccount, kind: str) -> bool:
    standing = STANDINGS.get(DecisionKind(kind))
    return standing is None or held.standing == standing


def _refuse_unfit(held: BankAccount, kind: str, actor: User) -> None:
    if kind not in BY_STAFF:
        raise AccountDecisionRefused(
            "account_decision_unknown", "처리할 내용을 골라 주세요.", "Please choose what to do."
        )
    if had_part(account=held, user=actor):
        raise AccountDecisionRefused(
            "account_own",
            "직접 등록한 계좌이거나 이 소상공인을 대리하므로 처리할 수 없습니다. 다른 담당자가 해야 합니다.",
            "You entered this account, or act for this business. Somebody else has to decide.",
        )
    if kind in STANDINGS and kind not in kinds_by_hand(held):
        raise _moved_on()
    if kind == DecisionKind.CALLED and (not awaits_confirmation(held) or held.confirm_to):
        raise AccountDecisionRefused(
            "account_call_not_needed",
            "기존 연락처로 인증번호를 보낼 수 있으므로 전화로 대신 확인할 수 없습니다.",
            "The contact on record can be sent a code, so a call does not count instead.",
        )
    if kind == DecisionKind.APPROVED:
        _refuse_approval(held, actor)


def _refuse_approval(held: BankAccount, actor: User) -> None:
    if held.approved_by_id is not None:
        raise _moved_on()
    if held.standing != AccountStanding.VERIFIED or awaits_confirmation(held):
        raise AccountDecisionRefused(
            "account_not_ready",
            "예금주 확인과 기존 연락처의 확인이 모두 끝난 뒤에 승인할 수 있습니다.",
            "It can be approved once its holder is verified and the contact on record has confirmed it.",
        )
    if has_decided(account=held, user=actor):
        raise AccountDecisionRefused(
            "account_second_person",
            "예금주를 확인한 담당자와 다른 담당자가 승인해야 합니다.",
            "Somebody other than who found the account good has to approve the change.",
        )


def _reason(text: str) -> str:
    reason = " ".join(parse_paragraphs(text, length_max=limits.PAYOUT_REASON_LENGTH_MAX).split())
    if not reason:
        raise AccountDecisionRefused("reason_missing", "이유를 적어 주세요.", "Please write why.")
    return reason


def _moved_on() -> AccountDecisionRefused:
    return AccountDecisionRefused(
        "account_decided",
        "다른 담당자가 먼저 처리했거나 지금 상태에서는 할 수 없는 일입니다.",
        "Somebody was quicker, or this cannot be done with the account as it stands.",
    )
