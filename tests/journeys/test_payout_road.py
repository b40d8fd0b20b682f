"""From a determination to the money: the maker, two who approve, the bank, the merchant; a payment that returns."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from claims.models import Claim, Payout, PayoutBatch
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme
from merchants.models import BankAccount
from tests.claims.bank_cast import content_of, layout
from tests.claims.bank_standin import NO_ACCOUNT, answer_to, orders_of, result_file
from tests.claims.payout_cast import approvers, looked_at, profile_of
from tests.claims.status_cast import assessed_claim, hong
from tests.web import faults_of, sit_down
from users.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts", "kept")]

PAYOUTS = "/programmes/1015/payouts/"


@pytest.fixture
def claim(programme: Programme) -> Claim:
    """Hong's claim is determined: 30,000 won, looked at twice, and the bank knows the account's holder."""
    claim = assessed_claim(programme, at=timezone.now())
    looked_at(programme)
    BankAccount.objects.filter(merchant=claim.merchant).update(standing="verified")
    profile_of(programme)
    return claim


def press(page: Page, step: str) -> None:
    """The button of a step on the page of the batch."""
    with page.expect_navigation():
        page.click(f"form[action$='/{step}/'] button")


def made(page: Page, live_server, maker: User) -> str:
    """The maker makes a batch of what may be paid, and freezes its list once a worker has filled it; its address."""
    sit_down(page, live_server, maker)
    page.goto(PAYOUTS)
    assert faults_of(page) == []
    page.click(f"a[href='{PAYOUTS}new/']")
    assert faults_of(page) == []
    page.fill("[name=pay_on]", "2020-01-01")
    page.click("main form button")
    page.wait_for_selector("[role=alert]:focus")
    page.fill("[name=pay_on]", f"{day_in_seoul(timezone.now())}")
    page.click("main form button")
    page.wait_for_selector("form[action$='/freeze/']")
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    press(page, "freeze")
    return page.url


def released(page: Page, live_server, programme: Programme, maker: User) -> PayoutBatch:
    """Made, approved by two others and released; its files are there."""
    address = made(page, live_server, maker)
    expect(page.locator("form[action$='/approve/']")).to_have_count(0)  # not by who made it
    for person in approvers(programme):
        sit_down(page, live_server, person)
        page.goto(address)
        press(page, "approve")
    assert faults_of(page) == []
    sit_down(page, live_server, maker)
    page.goto(address)
    press(page, "release")
    page.wait_for_selector("a[href$='/files/']")
    page.wait_for_selector("[hx-get$='/live/']", state="detached")
    return PayoutBatch.objects.latest("id")


def answered(page: Page, batch: PayoutBatch, **how: object) -> None:
    """The maker takes the file to the bank, and brings the result."""
    page.goto(f"{PAYOUTS}batches/{batch.reference}/files/")
    assert faults_of(page) == []
    orders = orders_of(content_of(batch.files.get()), layout(batch))
    lines = answer_to(orders, layout(batch), day=day_in_seoul(timezone.now()), **how)
    name = "result.xlsx" if layout(batch).result.kind == "xlsx" else "result.csv"
    content = {"name": name, "mimeType": "text/plain", "buffer": result_file(lines, layout(batch).result)}
    page.set_input_files("[name=file]", content)
    page.click("form[action$='/results/'] button")
    page.wait_for_selector("main .tag--good")


def test_a_determination_becomes_money(page, live_server, programme, ops, claim, celery_worker_process):
    celery_worker_process(queues=["files"])
    batch = released(page, live_server, programme, ops)
    answered(page, batch)
    assert PayoutBatch.objects.get().state == "closed"
    sit_down(page, live_server, hong(programme))
    page.goto(f"/my/claims/{claim.reference}/")
    assert faults_of(page) == []
    expect(page.locator(".road__step.is-now")).to_have_count(0)
    expect(page.locator(".outcome p:not(.outcome__amount)")).to_contain_text("30,000")


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_a_payment_that_comes_back_asks_for_another_account(
    page, live_server, programme, ops, claim, celery_worker_process
):
    celery_worker_process(queues=["files"])
    batch = released(page, live_server, programme, ops)
    payout = Payout.objects.get()
    answered(page, batch, returned={payout.reference: NO_ACCOUNT})
    sit_down(page, live_server, hong(programme))
    page.goto(f"/my/claims/{claim.reference}/")
    assert faults_of(page) == []
    page.click(f"a[href='/my/claims/{claim.reference}/account/'] >> nth=0")
    page.select_option("[name=bank]", "088")
    page.fill("[name=number]", "110222333444")
    page.fill("[name=holder]", "홍길동")
    with page.expect_navigation():
        page.click("main form button")
    new = Payout.objects.latest("id")
    assert (new.origin, new.follows, new.state, new.amount_won) == ("after_return", payout, "due", 30_000)
    sit_down(page, live_server, ops)
    page.goto(f"{PAYOUTS}kept-back/")
    assert faults_of(page) == []
    expect(page.locator("main")).to_contain_text(new.reference)
