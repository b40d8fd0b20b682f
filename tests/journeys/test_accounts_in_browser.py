"""Bank accounts and channel cash in a real browser: accessible, in both languages, and by keyboard alone."""

import re

import pytest

from claims.models import Claim
from claims.services.account_change import change_account
from compensation.messaging.models import Message
from compensation.programmes.models import Role
from merchants.models import AccountInquiry, BankAccount
from merchants.services.bank_accounts import BankAccountDetails
from merchants.services.channel_cash import grant_channel_cash
from merchants.services.channel_cash_lists import make_next_list
from tests.cast import NOW, person
from tests.claims.status_cast import DAY, assessed_claim, hong
from tests.web import faults_of, sign_in
from users.services.people import system_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]

BASE = "/programmes/1015/"
REPORT = "참조번호,구분,금액,날짜\nABC,사용,1,2023-01-31\n"


@pytest.fixture
def claim(programme) -> Claim:
    """Hong's, with an account that she changed after the determination, and whose holder has to be looked at."""
    person("ops", programme, Role.OPS)
    claim = assessed_claim(programme)
    new = BankAccountDetails("088", "110123456789", "홍길동")
    change_account(claim=claim, account=new, actor=hong(programme), at=NOW + DAY)
    account = claim.merchant.bank_accounts.latest()
    BankAccount.objects.filter(pk=account.pk).update(standing="to_check")
    AccountInquiry.objects.create(
        account=account, transaction_id="1", outcome="nearly", answered_name="(주)홍길동", code="000", at=NOW
    )
    grant_channel_cash(programme=programme, at=NOW)
    make_next_list(programme=programme, actor=system_user(), at=NOW)
    return claim


def test_staff_look_decide_and_read_a_report(page, claim):
    sign_in(page, "ops")
    for path in ("accounts/", "accounts/?list=to_confirm", f"accounts/{claim.reference}/", "channel-cash/"):
        page.goto(BASE + path)
        page.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")
        assert faults_of(page) == [], path
    page.set_input_files("#report", {"name": "a.csv", "mimeType": "text/csv", "buffer": REPORT.encode()})
    page.click("button:has-text('파일 읽기'), button:has-text('Read the file')")
    page.wait_for_selector(".notice--error li")
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.goto(f"{BASE}accounts/{claim.reference}/")
    page.focus("#reason")
    page.keyboard.type("통장 사본을 보았습니다.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    assert claim.merchant.bank_accounts.latest().standing == "verified"


def test_the_merchant_confirms_by_keyboard_alone(page, claim):
    sign_in(page, "hong")
    page.goto(f"/my/claims/{claim.reference}/account/")
    assert faults_of(page) == []
    page.focus("form[action$='/code/'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    assert faults_of(page) == []
    page.focus("#code")
    page.keyboard.type(re.search(r"[0-9]{6}", Message.objects.get(template="sign_in_code").body)[0])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/my/claims/{claim.reference}/")
    assert claim.merchant.bank_accounts.latest().confirmed_at
    assert faults_of(page) == []
