"""The pages of partners and of the hand-over in a real browser, at both widths, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from compensation.programmes.models import Role
from tests.cast import person
from tests.users.coupon_cast import shop, token_of
from tests.users.handover_cast import folder, written
from tests.users.test_handover_pages import delivery, job, refused, service
from tests.web import faults_of, sign_in

__all__ = ["delivery", "folder", "job", "service"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("folder", "english_texts"),
]


def test_operations_hand_over_and_look_after_partners(page, programme, delivery):
    person("ops", programme, Role.OPS)
    token_of(shop(programme))
    refused(delivery)
    sign_in(page, "ops")
    page.click("nav a[href$='/grants/']")
    page.click("nav a[href$='/partners/']")
    assert faults_of(page) == []
    page.click("main a[href$='/partners/shop/']")
    page.fill("[name=label]", "till")
    page.check("[name=scopes][value=redeem]")
    page.fill("[name=days]", "400")
    page.click("form[action$='/tokens/'] button")
    expect(page.locator(".error-summary")).to_have_count(1)
    assert [complaint for complaint in page.complaints if "422" not in complaint] == []
    page.complaints.clear()
    assert faults_of(page) == []
    page.fill("[name=days]", "30")
    page.click("form[action$='/tokens/'] button")
    expect(page.locator("#token")).to_have_value(re.compile("^cp_"))
    assert faults_of(page) == []
    page.click("nav a[href$='/handover/']")
    assert faults_of(page) == []
    page.click("main th a")
    assert faults_of(page) == []
    page.click("form[action$='/again/'] button")
    expect(page.locator("main h1")).to_have_text(re.compile(r"2\s*$"))
    written(delivery.sent_again.get())
    page.wait_for_selector("#files ~ table .tag--good")
