"""What people decide about an account: who may, when, and two at once."""

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from claims.services.account_checks import decide_account
from compensation.programmes.models import Role
from merchants.models import AccountDecision, BankAccount, Representative
from merchants.services.account_decisions import AccountDecisionRefused
from tests.cast import NOW, person
from tests.claims.status_cast import told
from tests.concurrency.waiting import at_once
from tests.merchants.accounts_cast import LATER, account_of, asked, bank, claim, standing

__all__ = ["bank", "claim"]
pytestmark = pytest.mark.django_db


def decided(account, kind, actor, reason="통장 사본을 보았습니다."):
    decide_account(account=account, kind=kind, reason=reason, actor=actor, at=LATER)
    account.refresh_from_db()
    return account


def refusal(account, kind, actor, **more):
    with pytest.raises(AccountDecisionRefused) as refused:
        decided(account, kind, actor, **more)
    return refused.value.code


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        ("to_check", "verified", "verified"),
        ("to_check", "refused", "refused"),
        ("to_check", "asked_again", "entered"),
        ("refused", "asked_again", "entered"),
        ("verified", "refused", "refused"),
    ],
)
def test_a_decision_moves_the_account_and_is_kept(claim, officer, before, kind, after):
    account = decided(standing(account_of(claim), before), kind, officer)
    assert (account.standing, account.due_at) == (after, LATER if kind == "asked_again" else None)
    decision = AccountDecision.objects.get()
    assert (decision.kind, decision.actor, decision.reason) == (kind, officer, "통장 사본을 보았습니다.")
    with pytest.raises(InternalError), transaction.atomic():
        AccountDecision.objects.update(reason="")


def test_a_merchant_whose_account_is_refused_is_told(claim, officer):
    decided(standing(account_of(claim), "to_check"), "refused", officer)
    assert told(claim) == ["bank_account_refused"]


@pytest.mark.parametrize(
    ("before", "kind", "reason", "code"),
    [
        ("verified", "verified", "네", "account_decided"),
        ("refused", "verified", "네", "account_decided"),
        ("to_check", "verified", "  ", "reason_missing"),
        ("to_check", "paid", "네", "account_decision_unknown"),
        ("to_check", "denied", "네", "account_decision_unknown"),
        ("to_check", "approved", "네", "account_not_ready"),
        ("verified", "called", "네", "account_call_not_needed"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(claim, officer, before, kind, reason, code):
    account = standing(account_of(claim), before)
    assert refusal(account, kind, officer, reason=reason) == code
    assert not AccountDecision.objects.exists()


def test_nobody_decides_about_an_account_of_their_own(claim, officer, ops):
    account = standing(account_of(claim), "to_check")
    BankAccount.objects.filter(pk=account.pk).update(entered_by=officer)
    Representative.objects.create(merchant=claim.merchant, user=ops, since=NOW)
    assert [refusal(account, "verified", who) for who in (officer, ops)] == ["account_own"] * 2
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAccount.objects.filter(pk=account.pk).update(approved_by=officer)


def test_a_change_is_approved_by_somebody_other_than_who_found_it_good(claim, officer, ops):
    account = standing(account_of(claim), "to_check")
    BankAccount.objects.filter(pk=account.pk).update(must_confirm=True, confirmed_at=NOW, confirm_to="+821012345678")
    decided(account, "verified", officer)
    assert refusal(account, "approved", officer) == "account_second_person"
    assert decided(account, "approved", ops).approved_by == ops


def test_a_call_confirms_where_no_code_reaches_and_the_caller_does_not_approve(claim, officer, ops):
    account = standing(account_of(claim), "verified")
    BankAccount.objects.filter(pk=account.pk).update(must_confirm=True)
    assert decided(account, "called", officer).confirmed_at == LATER
    assert refusal(account, "approved", officer) == "account_second_person"
    assert decided(account, "approved", ops).approved_at == LATER


def test_an_account_that_was_replaced_is_not_decided_about(claim, officer):
    old = standing(account_of(claim), "to_check")
    BankAccount.objects.create(
        merchant=claim.merchant,
        bank_code="088",
        number="110123456789",
        number_last4="6789",
        holder="홍",
        created_at=NOW,
    )
    assert refusal(old, "verified", officer) == "account_replaced"


def test_the_same_decision_again_is_one_and_a_second_try_counts_anew(bank, claim, officer):
    account = standing(account_of(claim), "to_check")
    for _ in range(2):
        decided(account, "asked_again", officer)
    assert AccountDecision.objects.count() == 1
    bank.mood = "busy"
    asked(claim, at=LATER)
    standing(account, "to_check")
    assert decided(account, "asked_again", officer).standing == "entered"


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_decides_and_the_other_is_told(claim, officer):
    other = person("other", claim.programme, Role.OFFICER)
    account = standing(account_of(claim), "to_check")

    def work(actor, kind):
        return lambda: decide_account(account=account, kind=kind, reason="봤습니다.", actor=actor, at=LATER)

    results = at_once(work(officer, "verified"), work(other, "asked_again"))
    refused = [result for result in results if isinstance(result, AccountDecisionRefused)]
    assert [result.code for result in refused] == ["account_decided"]
    assert AccountDecision.objects.count() == 1
