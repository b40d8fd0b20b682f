"""Every won is found by whatever somebody has in hand, and its trace tells all of it on one page and back."""

import json

import pytest
from django.core.management import call_command

from claims.models import Payout, PayoutBatch
from claims.selectors.money_search import find_money
from claims.selectors.money_trace import trace_of
from claims.services.payouts.due import settle_claim
from merchants.models import BankAccount
from merchants.services.bank_accounts import holder_index
from tests.cast import NOW
from tests.claims.bank_cast import bank_folder
from tests.claims.money_cast import paid_out, with_channel_cash_used
from tests.claims.payout_cast import determined, give_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank_folder")]
__all__ = ["bank_folder"]


@pytest.fixture
def batch(programme, ops) -> PayoutBatch:
    """Three claims of 30,000 won; the first payout came back, two were paid."""
    determined(programme)
    return paid_out(programme, ops, returned=1)


# What somebody has in hand of the second claim, and by what it leads there.
IN_HAND = {
    "claim": (lambda claim, payout: claim.reference, "reference"),
    "payout": (lambda claim, payout: payout.reference.lower().replace("-", " "), "reference"),
    "row of the batch": (lambda claim, payout: f"{payout.batch.reference} 2행", "bank_row"),
    "row of the file": (lambda claim, payout: f"{payout.batch.files.get().name}#2", "bank_row"),
    "line of the result": (lambda claim, payout: "결과.csv:3", "bank_row"),
    "business number": (lambda claim, payout: claim.merchant.business_number, "business_number"),
    "account": (lambda claim, payout: f"110-{payout.account.number[3:]}", "account"),
    "trade name": (lambda claim, payout: claim.merchant.trade_name, "name"),
    "representative": (lambda claim, payout: "나대표", "name"),
    "holder": (lambda claim, payout: "박예금", "name"),
}


@pytest.mark.parametrize("what", IN_HAND)
def test_a_won_is_found_by(programme, batch, what):
    payout = batch.payouts.select_related("claim__merchant", "account").order_by("id")[1]
    BankAccount.objects.filter(pk=payout.account_id).update(holder_index=holder_index("박예금"))
    merchant = payout.claim.merchant
    merchant.business_number, merchant.trade_name, merchant.representative_name = "2208162517", "나의 식당", "나대표"
    merchant.save()
    text, how = IN_HAND[what]
    found = find_money(programme=programme, text=text(payout.claim, payout))
    assert [(hit.claim, hit.how) for hit in found.hits] == [(payout.claim, (how,))]


def test_an_amount_and_a_batch_lead_to_all_their_payouts(programme, batch):
    for text in ("30,000원", batch.reference):
        assert len(find_money(programme=programme, text=text).hits) == 3


@pytest.mark.parametrize("text", ["", "  ", "\0", "없는 가게", "999999999", "x#0", "x" * 5_000, "%", "결과.csv:0"])
def test_what_leads_nowhere_finds_nothing(programme, batch, text):
    assert find_money(programme=programme, text=text).hits == ()


def test_another_programmes_money_is_not_found(programme, batch):
    other = type(programme).objects.create(code="other", name_ko="x", name_en="x", incident=programme.incident)
    payout = batch.payouts.first()
    for text in (payout.reference, payout.claim.reference, "30000", f"{batch.reference}#1", payout.account.number):
        assert find_money(programme=other, text=text).hits == ()


def test_the_trace_of_a_returned_sum_goes_on_to_where_it_was_paid(programme, ops, batch):
    back = Payout.objects.get(state="returned")
    give_account(back.merchant, "220000000001")
    settle_claim(claim=back.claim, actor=ops, at=NOW)
    paid_out(programme, ops)
    [leg] = trace_of(claim=back.claim).legs
    first, again = leg.payouts
    assert [entry.kind for entry in leg.entries] == ["determination"]
    assert [entry.kind for entry in first.entries] == ["payout_released", "payout_returned"]
    assert [entry.kind for entry in again.entries] == ["payout_again", "payout_released", "payout_paid"]
    assert (again.payout.follows, first.bank_row.row, again.bank_row.place) == (back, 1, 1)
    assert [approval.approver.username for approval in again.approvals] == ["first", "second"]


@pytest.mark.parametrize("legs", [1, 3])
def test_a_longer_trace_takes_no_more_queries(programme, ops, django_assert_num_queries, legs):
    [claim] = determined(programme, count=1)
    for number in range(1, legs):
        paid_out(programme, ops, returned=1)
        give_account(claim.merchant, f"22000000000{number}")
        settle_claim(claim=claim, actor=ops, at=NOW)
    paid_out(programme, ops)
    with django_assert_num_queries(16):
        assert len(trace_of(claim=claim).legs[0].payouts) == legs


def test_the_trace_of_channel_cash_goes_on_to_its_use_and_expiry(programme, ops, capsys):
    [claim] = determined(programme, count=1)
    with_channel_cash_used(claim, ops)
    [leg] = trace_of(claim=claim).channel_cash
    [used, expired] = [use.entries for use in leg.uses]
    assert [(entry.kind, entry.amount_won) for entry in (*leg.entries, *used, *expired)] == [
        ("channel_cash", 50_000),
        ("channel_cash_used", 10_000),
        ("channel_cash_expired", 40_000),
    ]
    call_command("ledger", "trace", "1015", claim.reference)
    told = capsys.readouterr().out
    assert "channel cash used on 2023-01-31: 10,000 won, API, by" in told
    assert "ledger: channel_cash -> budget 40,000 won (channel_cash_expired)" in told


def test_the_command_tells_the_trace_and_the_balance(programme, batch, capsys):
    back = Payout.objects.get(state="returned")
    call_command("ledger", "trace", "1015", back.reference)
    told = capsys.readouterr().out
    assert f"payout {back.reference} (determination): 30,000 won to 004 ****" in told
    assert "approved by First, Second" in told or "approved by first, second" in told
    assert back.account.number not in told
    call_command("ledger", "trial_balance", "1015", "--json")
    [now] = json.loads(capsys.readouterr().out)
    assert (now["payouts_paid"], now["payouts_returned"], now["budget"]) == (60_000, 30_000, -90_000)
    call_command("ledger", "trial_balance", "1015", "--as-of", "2023-01-30", "--json")
    assert json.loads(capsys.readouterr().out)[0]["budget"] == 0
    call_command("ledger", "trial_balance", "1015", "--by-day", "--json")
    assert [row["day"] for row in json.loads(capsys.readouterr().out)] == ["2023-01-31"]
