"""Changing the bank account: the contact on record is told, and asked once something is to be paid; history stays."""

import re
from datetime import timedelta

import pytest

from claims.selectors.accounts import account_figures
from claims.services.account_change import AccountChangeRefused, answer_change, change_account, send_code_for_change
from claims.services.assessment import assess_next_batch
from claims.services.withdrawal import withdraw
from compensation.messaging.models import Message
from merchants.models import AccountDecision, BankAccount, Merchant
from merchants.services.account_confirmation import ChangeNotAwaited, CodeWrong
from merchants.services.bank_accounts import BankAccountDetails
from tests.cast import NOW, one_claim
from tests.claims.status_cast import BEFORE_THE_COUNCIL, DAY, assessed_claim, hong, received_claim, told
from tests.concurrency.waiting import at_once
from users.services.people import system_user

pytestmark = pytest.mark.django_db

ANOTHER = BankAccountDetails("088", "110123456789", "홍길동")
THIRD = BankAccountDetails("020", "1002123456789", "홍길동")
ON_RECORD = BankAccountDetails("004", "98765432101234", "홍길동")


def changed(claim, account=ANOTHER, at=NOW + DAY) -> BankAccount:
    return change_account(claim=claim, account=account, actor=hong(claim.programme), at=at)


def code_for(claim, at=NOW + DAY) -> str:
    """The code that went to the contact on record."""
    send_code_for_change(claim=claim, address="", at=at)
    return re.search(r"[0-9]{6}", Message.objects.filter(template="sign_in_code").latest("id").body)[0]


def answered(claim, answer, code, at=NOW + DAY + timedelta(minutes=1)):
    return answer_change(claim=claim, code=code, answer=answer, actor=hong(claim.programme), at=at)


def verified(claim) -> BankAccount:
    """The account that counts, known to be Hong's."""
    account = claim.merchant.bank_accounts.latest()
    BankAccount.objects.filter(pk=account.pk).update(standing="verified")
    return BankAccount.objects.get(pk=account.pk)


def may_be_paid(claim) -> bool:
    """Whether money may go to the account that counts; the claim is the only one."""
    return account_figures(programme=claim.programme).ready == 1


def test_the_new_account_counts_and_the_old_one_stays_with_who_entered_what(programme):
    claim = assessed_claim(programme)
    changed(claim)
    old, new = claim.merchant.bank_accounts.order_by("id")
    named = (new.bank_code, new.number, new.number_last4, new.entered_by)
    assert named == ("088", "110123456789", "6789", hong(programme))
    assert (old.number, old.entered_by) == ("98765432101234", None)


def test_before_a_determination_the_contact_on_record_is_told_without_the_number(programme):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    assert not changed(claim).must_confirm
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
    assert told(claim) == ["bank_account_to_confirm"]


def test_going_back_to_an_earlier_account_is_a_change_and_has_to_be_confirmed_too(programme):
    claim = assessed_claim(programme)
    changed(claim)
    assert changed(claim, ON_RECORD, at=NOW + 2 * DAY).must_confirm
    assert told(claim) == ["bank_account_to_confirm"] * 2


def test_a_first_account_is_told_and_replaces_nothing(programme):
    claim = one_claim(programme=programme, lost_sales_won=200_000)
    Merchant.objects.filter(pk=claim.merchant_id).update(phone="+821012345678")
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    assert not changed(claim).must_confirm
    assert told(claim) == ["bank_account_changed"]


def test_a_withdrawn_claim_has_no_account_to_change(programme):
    claim = received_claim(programme)
    withdraw(claim=claim, reason="withdrawn_other", actor=hong(programme), at=NOW)
    with pytest.raises(AccountChangeRefused):
        changed(claim)


def test_a_change_after_the_determination_is_paid_once_the_old_contact_and_a_second_person_said_yes(programme, officer):
    claim = assessed_claim(programme)
    changed(claim)
    account = verified(claim)
    assert not may_be_paid(claim)
    answered(claim, "confirm", code_for(claim))
    assert not may_be_paid(claim)
    BankAccount.objects.filter(pk=account.pk).update(approved_by=officer, approved_at=NOW)
    assert may_be_paid(claim)
    assert list(AccountDecision.objects.values_list("kind", flat=True)) == ["confirmed"]


def test_the_code_goes_to_the_contact_from_before_even_if_another_is_on_record_now(programme):
    claim = assessed_claim(programme)
    changed(claim)
    Merchant.objects.filter(pk=claim.merchant_id).update(phone="+821099999999")
    code_for(claim)
    assert Message.objects.get(template="sign_in_code").recipient == "+821012345678"


def test_if_it_was_not_them_the_account_from_before_counts_again_with_all_that_is_known(programme):
    claim = assessed_claim(programme)
    before = verified(claim)
    denied = changed(claim)
    restored = answered(claim, "deny", code_for(claim))
    assert (restored.number, restored.standing, may_be_paid(claim)) == (before.number, "verified", True)
    denied.refresh_from_db()
    assert (denied.standing, claim.merchant.bank_accounts.latest()) == ("refused", restored)
    kinds = AccountDecision.objects.order_by("id").values_list("account", "kind")
    assert list(kinds) == [(denied.pk, "denied"), (restored.pk, "restored")]
    assert told(claim)[-1] == "bank_account_denied"


def test_two_changes_that_nobody_confirmed_lead_back_to_the_last_good_account(programme):
    claim = assessed_claim(programme)
    before = verified(claim)
    changed(claim)
    changed(claim, THIRD, at=NOW + DAY)
    assert answered(claim, "deny", code_for(claim)).number == before.number


@pytest.mark.parametrize(
    ("code", "answer", "fault"),
    [("000000", "confirm", CodeWrong), ("", "deny", CodeWrong), ("right", "maybe", AccountChangeRefused)],
)
def test_a_wrong_code_or_no_answer_changes_nothing(programme, code, answer, fault):
    claim = assessed_claim(programme)
    changed(claim)
    right = code_for(claim)
    assert right != "000000"
    with pytest.raises(fault):
        answered(claim, answer, right if code == "right" else code)
    assert claim.merchant.bank_accounts.latest().confirmed_at is None


def test_a_code_is_good_for_one_answer_about_one_account(programme):
    claim = assessed_claim(programme)
    changed(claim)
    code = code_for(claim)
    changed(claim, THIRD)
    with pytest.raises(CodeWrong):
        answered(claim, "confirm", code)
    answered(claim, "confirm", code_for(claim, at=NOW + DAY + timedelta(minutes=1)))
    with pytest.raises(ChangeNotAwaited):
        answered(claim, "deny", code)


def test_where_no_code_reaches_nobody_is_sent_one(programme):
    claim = assessed_claim(programme)
    Merchant.objects.filter(pk=claim.merchant_id).update(phone="+8221234567", email="")
    assert changed(claim).confirm_to == ""
    with pytest.raises(ChangeNotAwaited):
        code_for(claim)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_enters_one_account(programme):
    claim = assessed_claim(programme)
    first, second = at_once(lambda: changed(claim), lambda: changed(claim))
    assert first == second
    assert told(claim) == ["bank_account_to_confirm"]


@pytest.mark.django_db(transaction=True)
def test_a_yes_and_a_no_at_once_are_one_answer(programme, monkeypatch):
    monkeypatch.setattr("claims.services.account_change.check_code", lambda **_: None)  # both codes were right
    claim = assessed_claim(programme)
    changed(claim)
    user = hong(programme)
    results = at_once(
        *(
            lambda answer=answer: answer_change(claim=claim, code="", answer=answer, actor=user, at=NOW + DAY)
            for answer in ("confirm", "deny")
        )
    )
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert AccountDecision.objects.exclude(kind="restored").count() == 1
