"""The books, a money trace and an overpayment in a real browser: accessible, in both languages, by keyboard alone."""

import pytest
from playwright.sync_api import expect

from claims.models import Claim, OverpaymentProposal, Payout
from claims.services.payouts.invariants import verify
from tests.cast import NOW
from tests.claims.bank_cast import bank_folder
from tests.claims.money_cast import paid_out, past_the_triggers
from tests.claims.payout_cast import determined, proposed
from tests.claims.status_cast import assessed_claim
from tests.claims.test_money_overpayments import LOWER_BP, reassess
from tests.web import faults_of, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bank_folder", "english_texts")]
__all__ = ["bank_folder"]

MONEY = "/programmes/1015/money/"
TOP_UPS = "/programmes/1015/payouts/top-ups/"


@pytest.fixture
def claim(programme, ops, officer) -> Claim:
    """50,000 won were paid of which 30,000 are determined now; another payout came back; a file does not add up."""
    [claim, _other] = determined(programme, count=2, lost_sales_won=400_000)
    batch = paid_out(programme, ops, returned=1)
    claim = reassess(batch.payouts.get(state="paid").claim, LOWER_BP, officer)
    with past_the_triggers() as cursor:
        cursor.execute("UPDATE claims_bankfile SET rows = 1")
    verify(programme=programme, by=ops, at=NOW)
    return claim


def test_the_books_and_an_overpayment_by_keyboard_alone(page, claim):
    sign_in(page, "ops")
    for path in ("", "search/", f"claims/{claim.reference}/", "overpayments/"):
        page.goto(MONEY + path)
        page.eval_on_selector_all("main details", "all => all.forEach(one => { one.open = true })")
        faults = faults_of(page)
        assert not faults, (path, *faults)
    page.goto(f"{MONEY}search/")
    page.focus("[name=q]")
    page.keyboard.type("50,000")
    page.keyboard.press("Enter")
    page.wait_for_selector("#hits")
    assert faults_of(page) == []
    page.goto(f"{MONEY}overpayments/{claim.reference}/")
    page.focus("[name=choice]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("소액이라 회수하지 않습니다.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    assert faults_of(page) == []
    assert OverpaymentProposal.objects.get().choice == "waive"


def test_a_top_up_is_proposed_and_approved_and_its_merchant_reads_why(page, programme, ops, second_ops):
    claim = assessed_claim(programme)
    other = proposed(determined(programme, count=1), second_ops)
    sign_in(page, "ops")
    for path in ("", f"{other.reference}/", "new/"):
        page.goto(TOP_UPS + path)
        assert faults_of(page) == [], path
    page.click("main form button")
    expect(page.locator("[role=alert]")).to_be_visible()
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.check("[name=tier][value='']")
    page.fill("[name=claims]", claim.reference)
    page.fill("[name=amount]", "20,000")
    page.check("[name=reason_code][value=our_delay]")
    page.fill("[name=reason]", "지급이 한 달 늦었습니다.")
    page.click("main form button")
    expect(page.locator("main table")).to_contain_text(claim.reference)
    address = page.url
    page.context.clear_cookies(name="sessionid")
    sign_in(page, "ops2")
    page.goto(address)
    page.click("form[action$='/approve/'] button")
    expect(page.locator("[role=status]")).to_be_visible()
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    assert Payout.objects.get(origin="top_up").claim == claim
    page.context.clear_cookies(name="sessionid")
    sign_in(page, "hong")
    page.goto(f"/my/claims/{claim.reference}/")
    expect(page.locator(".outcome")).to_contain_text("20,000")
