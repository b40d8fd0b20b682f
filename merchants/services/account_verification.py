"""Asking banks whose account it is (예금주 조회), and what follows from the answer (ours).

A worker takes accounts that are due for some minutes (`due_at` moves on, committed), asks without holding a row, and
keeps each answer as a fact that is never changed, with the account's standing in the same transaction. Killed, it
leaves accounts that are due again: a bank that is asked twice tells the same. The same name of the business or of its
representative is verified; a name that is nearly the same, another one, or no answer after some tries is for a person;
an account that does not exist is refused.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction

from compensation import limits
from compensation.audit.services import because
from compensation.policy.holder_names import Likeness, compare
from compensation.policy.transitions import AccountStanding
from merchants.gateways.holder_inquiry import (
    Holder,
    InquiryUnanswered,
    holder_of,
    inquiry_is_set_up,
    new_transaction_id,
)
from merchants.models import AccountDecision, AccountInquiry, BankAccount, DecisionKind, InquiryOutcome
from users.services.people import system_user

logger = logging.getLogger(__name__)

Telling = Callable[[BankAccount, datetime], None]  # called in the transaction that refuses an account

OUTCOMES = {
    Likeness.MATCHES: InquiryOutcome.MATCHES,
    Likeness.NEARLY: InquiryOutcome.NEARLY,
    Likeness.DIFFERS: InquiryOutcome.DIFFERS,
}
STANDINGS = {
    InquiryOutcome.MATCHES: AccountStanding.VERIFIED,
    InquiryOutcome.NEARLY: AccountStanding.TO_CHECK,
    InquiryOutcome.DIFFERS: AccountStanding.TO_CHECK,
    InquiryOutcome.NO_ACCOUNT: AccountStanding.REFUSED,
}


def ask_next(*, at: datetime, when_refused: Telling, size: int = limits.HOLDER_INQUIRIES_AT_ONCE) -> int:
    """Asks about the accounts that have been due longest; how many were taken, 0 where nothing is left to ask now.

    Where Open Banking itself does not answer, the rest of the batch is put off untouched, and 0 is answered.
    """
    if not inquiry_is_set_up():
        return 0
    accounts = _take(at, size)
    is_down = False
    for account, (number, answer) in zip(accounts, _answers(accounts, at), strict=True):
        if isinstance(answer, Holder):
            _keep(account, answer, number, at, when_refused)
        elif answer is None or (answer.is_down and is_down):
            _put_off([account], at)
        else:
            _keep_unanswered(account, answer.code, at)
            if answer.is_down:
                logger.warning("Open Banking does not answer: %s", answer.code)
                is_down = True
    return 0 if is_down else len(accounts)


def _answers(accounts: list[BankAccount], at: datetime) -> Iterator[tuple[str, Holder | InquiryUnanswered | None]]:
    """Our number of each inquiry and its answer, in order, several asked at once: banks take their time.

    None: not asked any more, as Open Banking itself does not answer.
    """
    is_down = threading.Event()

    def asked(account: BankAccount) -> tuple[str, Holder | InquiryUnanswered | None]:
        number = new_transaction_id()
        if is_down.is_set():
            return number, None
        try:
            return number, holder_of(bank_code=account.bank_code, number=account.number, transaction_id=number, at=at)
        except InquiryUnanswered as unanswered:
            if unanswered.is_down:
                is_down.set()
            return number, unanswered

    with ThreadPoolExecutor(limits.HOLDER_INQUIRIES_AT_ONCE) as pool:
        yield from pool.map(asked, accounts)


@transaction.atomic
def _take(at: datetime, size: int) -> list[BankAccount]:
    due = BankAccount.objects.filter(due_at__lte=at, standing=AccountStanding.ENTERED).order_by("due_at", "id")
    held = due.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("merchant")
    accounts = list(held[:size])
    lease = at + timedelta(seconds=limits.HOLDER_LEASE_SECONDS)
    BankAccount.objects.filter(pk__in=[account.pk for account in accounts]).update(due_at=lease)
    return accounts


@transaction.atomic
def _keep(account: BankAccount, holder: Holder, transaction_id: str, at: datetime, when_refused: Telling) -> None:
    """The fact, and the standing that follows, where the account still waits for it."""
    outcome = _outcome(account, holder)
    AccountInquiry.objects.create(
        account=account,
        transaction_id=transaction_id,
        outcome=outcome,
        answered_name=holder.name,
        code=holder.code,
        at=at,
    )
    if _move(account, STANDINGS[outcome], str(outcome)) and outcome == InquiryOutcome.NO_ACCOUNT:
        when_refused(account, at)


def _outcome(account: BankAccount, holder: Holder) -> InquiryOutcome:
    if not holder.exists:
        return InquiryOutcome.NO_ACCOUNT
    names = (account.merchant.trade_name, account.merchant.representative_name)
    return OUTCOMES[compare(said=account.holder, answered=holder.name, also=names).likeness]


@transaction.atomic
def _keep_unanswered(account: BankAccount, code: str, at: datetime) -> None:
    """The fact that nobody answered; asked again later, and after some tries a person looks."""
    AccountInquiry.objects.create(
        account=account,
        transaction_id=new_transaction_id(),
        outcome=InquiryOutcome.UNANSWERED,
        code=code,
        at=at,
    )
    if _tries(account) >= limits.HOLDER_TRIES_MAX:
        _move(account, AccountStanding.TO_CHECK, "unanswered")
    else:
        _put_off([account], at)


def _tries(account: BankAccount) -> int:
    """Unanswered inquiries since a person last wanted it to be asked again."""
    again = AccountDecision.objects.filter(account=account, kind=DecisionKind.ASKED_AGAIN).order_by("-id").first()
    unanswered = AccountInquiry.objects.filter(account=account, outcome=InquiryOutcome.UNANSWERED)
    return (unanswered.filter(at__gte=again.at) if again else unanswered).count()


def _move(account: BankAccount, standing: AccountStanding, reason: str) -> bool:
    """False where the account does not wait any more: another worker or a person was quicker."""
    waiting = BankAccount.objects.filter(pk=account.pk, standing=AccountStanding.ENTERED)
    with because(actor=system_user(), reason=f"holder inquiry: {reason}"):
        return bool(waiting.update(standing=standing, due_at=None))


def _put_off(accounts: list[BankAccount], at: datetime) -> None:
    later = at + timedelta(seconds=limits.HOLDER_RETRY_SECONDS)
    waiting = BankAccount.objects.filter(pk__in=[account.pk for account in accounts], standing=AccountStanding.ENTERED)
    waiting.update(due_at=later)
