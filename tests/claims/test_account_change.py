"""Changing the bank account: the contact on record is told, the old account stays as history."""

import pytest

from claims.services.account_change import AccountChangeRefused, change_account
from claims.services.withdrawal import withdraw
from compensation.messaging.models import Message
from merchants.models import BankAccount
from merchants.services.bank_accounts import BankAccountDetails
from tests.cast import NOW
from tests.claims.status_cast import DAY, assessed_claim, hong, received_claim, told
from tests.concurrency.waiting import at_once

pytestmark = pytest.mark.django_db

ANOTHER = BankAccountDetails("088", "110123456789", "홍길동")
ON_RECORD = BankAccountDetails("004", "98765432101234", "홍길동")


def changed(claim, account=ANOTHER, at=NOW + DAY) -> BankAccount:
    return change_account(claim=claim, account=account, actor=hong(claim.programme), at=at)


def test_the_new_account_counts_and_the_old_one_stays_with_who_entered_what(programme):
    claim = assessed_claim(programme)
    changed(claim)
    old, new = claim.merchant.bank_accounts.order_by("id")
    assert (new.bank_code, new.number, new.number_last4, new.entered_by) == (
        "088",
        "110123456789",
        "6789",
        hong(programme),
    )
    assert (old.number, old.entered_by) == ("98765432101234", None)


def test_the_contact_on_record_is_told_without_the_number(programme):
    claim = assessed_claim(programme)
    changed(claim)
    message = Message.objects.get()
    assert (message.template, message.recipient) == ("bank_account_changed", claim.merchant.phone)
    assert "신한은행 ****6789" in message.body
    assert "110123456789" not in message.body


def test_the_same_account_again_is_no_change(programme):
    claim = assessed_claim(programme)
    changed(claim, ON_RECORD)
    changed(claim)
    changed(claim)
    assert claim.merchant.bank_accounts.count() == 2
    assert told(claim) == ["bank_account_changed"]


def test_going_back_to_an_earlier_account_is_a_change_and_told(programme):
    claim = assessed_claim(programme)
    changed(claim)
    changed(claim, ON_RECORD, at=NOW + 2 * DAY)
    assert claim.merchant.bank_accounts.latest().number_last4 == "1234"
    assert told(claim) == ["bank_account_changed"] * 2


def test_a_first_account_is_told_too(programme):
    claim = assessed_claim(programme)
    BankAccount.objects.all().delete()
    changed(claim)
    assert told(claim) == ["bank_account_changed"]


def test_a_withdrawn_claim_has_no_account_to_change(programme):
    claim = received_claim(programme)
    withdraw(claim=claim, reason="withdrawn_other", actor=hong(programme), at=NOW)
    with pytest.raises(AccountChangeRefused):
        changed(claim)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_enters_one_account(programme):
    claim = assessed_claim(programme)
    first, second = at_once(lambda: changed(claim), lambda: changed(claim))
    assert first == second
    assert told(claim) == ["bank_account_changed"]
