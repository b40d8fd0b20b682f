"""Asking banks: which accounts, and where each answer leads."""

from datetime import timedelta
from functools import partial
from itertools import count
from types import SimpleNamespace

import pytest

from claims.services.account_checks import ask_next, sweep, want_accounts
from claims.services.withdrawal import withdraw
from claims.tasks import ask_account_holders
from compensation import limits
from compensation.messaging.models import Message
from merchants.models import AccountInquiry, BankAccount
from merchants.services import account_verification
from merchants.standins.open_banking import NO_ACCOUNT
from tests.cast import NOW
from tests.claims.status_cast import assessed_claim, hong, received_claim, told
from tests.concurrency.waiting import at_once
from tests.merchants.accounts_cast import LATER, NUMBER, account_of, asked, bank, claim, standing

__all__ = ["bank", "claim"]
pytestmark = pytest.mark.django_db
RETRY = timedelta(seconds=limits.HOLDER_RETRY_SECONDS)


@pytest.mark.parametrize(
    ("answer", "outcome", "leads_to"),
    [
        ("홍길동", "matches", "verified"),
        ("홍길동(분식)", "nearly", "to_check"),
        ("다른사람", "differs", "to_check"),
        (NO_ACCOUNT, "no_account", "refused"),
    ],
)
def test_each_answer_is_kept_and_leads_somewhere(bank, claim, answer, outcome, leads_to):
    bank.holders[NUMBER] = answer
    account = asked(claim)
    inquiry = AccountInquiry.objects.get(account=account)
    assert (inquiry.outcome, account.standing, account.due_at) == (outcome, leads_to, None)
    assert inquiry.answered_name == ("" if answer == NO_ACCOUNT else answer)


def test_a_merchant_whose_account_is_not_there_is_asked_for_another(bank, claim):
    bank.holders.clear()
    asked(claim)
    assert told(claim) == ["bank_account_refused"]
    assert Message.objects.get().recipient == claim.merchant.phone


def test_no_bank_is_told_an_account_to_which_nothing_is_to_be_paid(bank, programme):
    assessed_claim(programme, lost_sales_won=0)
    withdrawn = received_claim(programme)
    withdraw(claim=withdrawn, reason="withdrawn_other", actor=hong(programme), at=NOW)
    assert (want_accounts(at=NOW), bank.asked) == (0, [])


def test_only_the_account_that_counts_is_asked_about_and_once(bank, claim):
    older = account_of(claim)
    BankAccount.objects.create(
        merchant=claim.merchant, bank_code="088", number="110123456789", number_last4="6789", holder="홍길동",
        created_at=NOW,
    )  # fmt: skip
    assert (want_accounts(at=NOW), want_accounts(at=NOW)) == (1, 0)
    ask_next(at=NOW)
    assert [request["bank_code_std"] for request in bank.asked] == ["088"]
    older.refresh_from_db()
    assert (older.standing, ask_next(at=LATER)) == ("entered", 0)


def test_a_bank_that_does_not_answer_is_asked_again_and_after_some_tries_a_person_looks(bank, claim):
    bank.mood, at = "busy", NOW
    want_accounts(at=at)
    for number in range(1, limits.HOLDER_TRIES_MAX + 1):
        assert ask_next(at=at) == 1
        account, at = account_of(claim), at + RETRY
        assert account.standing == ("to_check" if number == limits.HOLDER_TRIES_MAX else "entered")
    assert set(AccountInquiry.objects.values_list("outcome", "code")) == {("unanswered", "499")}
    assert ask_next(at=at) == 0


def test_open_banking_that_is_down_costs_one_try_of_one_account(bank, programme):
    for _ in range(3):
        assessed_claim(programme)
    bank.mood = "down"
    want_accounts(at=NOW)
    assert ask_next(at=NOW) == 0
    assert AccountInquiry.objects.count() == 1
    assert BankAccount.objects.filter(standing="entered", due_at=NOW + RETRY).count() == 3


def test_without_a_gateway_every_account_is_for_a_person(claim):
    sweep(at=NOW)
    assert account_of(claim).standing == "to_check"
    assert not AccountInquiry.objects.exists()


def test_a_worker_that_died_leaves_its_accounts_to_the_next(bank, claim):
    want_accounts(at=NOW)
    account_verification._take(NOW, 20)
    assert ask_next(at=NOW + timedelta(seconds=60)) == 0
    assert ask_next(at=NOW + timedelta(seconds=limits.HOLDER_LEASE_SECONDS)) == 1
    assert account_of(claim).standing == "verified"


def test_what_a_person_decided_meanwhile_stays_and_the_answer_is_kept_beside_it(bank, claim, monkeypatch):
    real = account_verification._keep

    def late(*what):
        standing(account_of(claim), "refused")
        real(*what)

    monkeypatch.setattr(account_verification, "_keep", late)
    assert asked(claim).standing == "refused"
    assert AccountInquiry.objects.get().outcome == "matches"


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_accounts(bank, programme):
    for _ in range(6):
        assessed_claim(programme)
    want_accounts(at=NOW)
    assert sum(at_once(lambda: ask_next(at=NOW), lambda: ask_next(at=NOW))) == 6
    assert AccountInquiry.objects.count() == BankAccount.objects.filter(standing="verified").count() == 6


def test_asking_side_by_side_keeps_every_connection(bank, programme, caplog):
    for _ in range(limits.HOLDER_INQUIRIES_AT_ONCE):
        assessed_claim(programme)
    want_accounts(at=NOW)
    assert ask_next(at=NOW) == limits.HOLDER_INQUIRIES_AT_ONCE
    assert "pool is full" not in caplog.text


def test_asking_makes_way_for_other_work_and_goes_on_afterwards(monkeypatch):
    asked, sent = [], []
    monkeypatch.setattr("claims.services.account_checks.ask_next", lambda at: asked.append(at) or 8)
    monkeypatch.setattr("claims.tasks.send_after_commit", sent.append)
    ticks = partial(next, count(step=limits.HOLDER_SLICE_SECONDS))
    monkeypatch.setattr("compensation.runtime.tasks.time", SimpleNamespace(monotonic=ticks))
    ask_account_holders()
    assert (len(asked), sent) == (1, ["claims.ask_account_holders"])
