"""The form on a phone: what makes it quicker, what goes wrong, keyboard alone, a lost race, and the customer centre.

The whole way through it, with and without JavaScript, is walked in test_merchant_road.py.
"""

import pytest
import time_machine
from playwright.sync_api import expect

from claims.models import Claim, ClaimDraft
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.form_cast import filled_draft, merchant_user, save, send
from tests.web import faults_of, settle, sit_down

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts", "kept")]

ON = ".form-page__buttons button"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def owner(programme):
    return merchant_user()


@pytest.fixture
def draft(programme, owner, page, live_server):
    """A draft that can be sent, in whose owner's browser we are."""
    sit_down(page, live_server, owner)
    return filled_draft(owner, programme)


def open_step(page, draft, step):
    page.goto(f"/my/drafts/{draft.reference}/steps/{step}/")


def refused(page):
    """Sends what cannot be taken; the summary has the focus, and the page no other fault than the answer's status."""
    page.click(ON)
    page.wait_for_selector(".error-summary:focus")
    page.complaints[:] = [text for text in page.complaints if "status of 4" not in text]
    return faults_of(page)


@pytest.mark.parametrize("step", ["business", "periods", "losses", "margin", "account", "consents", "check"])
def test_a_step_without_answers_says_what_is_missing(page, draft, step):
    save(draft, step, {}) if step != "check" else None
    open_step(page, draft, step)
    assert faults_of(page) == []
    for field in page.locator("main form input:visible:not([type=radio],[type=checkbox])").all():
        field.fill("")
    for tick in page.locator("[type=checkbox]").all():
        tick.uncheck()
    assert refused(page) == []
    page.locator(".error-summary a").first.click()
    target = page.locator(page.locator(".error-summary a").first.get_attribute("href"))
    expect(target).to_be_visible()


def test_the_number_is_checked_and_known_data_filled_in_while_one_types(page, draft, programme):
    send(draft)
    second = filled_draft(draft.owner, programme, business={})
    open_step(page, second, "business")
    page.check("#which-other")
    page.fill("#id_business_number", "")
    with page.expect_response(lambda answer: "2208162518" in (answer.request.post_data or "")):
        page.locator("#id_business_number").press_sequentially("2208162518")
    page.wait_for_selector("#id_business_number[aria-invalid=true]")
    settle(page)
    page.fill("#id_trade_name", "새 가게")
    page.fill("#id_business_number", "2208162517")
    page.wait_for_selector(".number-check__good")
    expect(page.locator("#id_trade_name")).to_have_value("새 가게")
    page.fill("#id_business_number", "123-45-67891")
    page.wait_for_selector("#business-details .notice--success")
    expect(page.locator("#business-details")).to_contain_text("다정찻집")
    assert faults_of(page) == []


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_the_days_follow_from_the_service_until_somebody_writes_others(page, draft):
    save(draft, "periods", {})
    open_step(page, draft, "periods")
    page.select_option("[name=line-1-service]", "messenger")
    expect(page.locator("[name=line-1-ended]")).to_have_value("2022-10-16")
    page.select_option("[name=line-1-service]", "mail")
    expect(page.locator("[name=line-1-ended]")).to_have_value("2022-10-20")
    page.fill("[name=line-1-ended]", "2022-10-17")
    page.select_option("[name=line-1-service]", "messenger")
    expect(page.locator("[name=line-1-ended]")).to_have_value("2022-10-17")


def test_a_second_loss_with_lost_sales_from_comparable_days(page, draft):
    open_step(page, draft, "periods")
    page.click("[value=add]")
    page.wait_for_selector("[name=line-2-service]")
    expect(page.locator(".field__error")).to_have_count(0)
    assert faults_of(page) == []
    page.select_option("[name=line-2-service]", "taxi")
    page.fill("[name=line-2-began]", "2022-10-15")
    page.click(ON)
    page.wait_for_url("**/steps/losses/")
    page.click("fieldset:last-of-type .aside a")
    page.fill("[name=week_1]", "1,200,000")
    page.fill("[name=outage]", "200000")
    page.click(ON)
    page.wait_for_selector(".outcome__amount")
    expect(page.locator(".outcome__amount")).to_contain_text("1,000,000")
    assert faults_of(page) == []
    page.click("[name=use]")
    page.wait_for_url("**/steps/losses/")
    expect(page.locator("[name=line-2-lost_sales]")).to_have_value("1,000,000")


def test_the_last_steps_by_keyboard_alone(page, draft):
    open_step(page, draft, "consents")
    page.locator("[type=checkbox]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/steps/check/")
    page.locator("[name=declared]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/")
    expect(page.locator(".receipt__reference")).to_have_text(Claim.objects.get().reference)
    assert faults_of(page) == []


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_a_double_click_and_the_back_button_leave_one_claim(page, draft):
    open_step(page, draft, "check")
    page.check("[name=declared]")
    page.dblclick(ON)
    page.wait_for_url("**/receipt/")
    page.go_back()
    page.wait_for_url("**/receipt/")
    assert Claim.objects.count() == 1


def test_two_devices_and_nothing_is_lost(page, draft):
    open_step(page, draft, "margin")
    save(draft, "margin", {"basis": "own", "margin": "20"}, device="another")
    page.fill("[name=margin]", "30")
    page.click(ON)
    page.wait_for_selector(".notice--warning:focus")
    expect(page.locator("[name=margin]")).to_have_value("30")
    page.complaints[:] = [text for text in page.complaints if "status of 409" not in text]
    assert faults_of(page) == []
    page.click(ON)
    page.wait_for_url("**/steps/alternative/")


def test_the_pages_around_the_form(page, draft):
    for path in ("/my/claims/new/", f"/my/drafts/{draft.reference}/discard/"):
        page.goto(path)
        assert faults_of(page) == [], path
    page.click("main form button")
    page.wait_for_url("**/my/claims/new/")
    assert not ClaimDraft.objects.exists()


def test_an_agent_reads_the_consents_aloud(page, programme, live_server):
    sit_down(page, live_server, person("agent", programme, Role.AGENT))
    page.goto("/programmes/1015/assist/")
    page.click("main form.card button")
    page.wait_for_selector(".error-summary:focus")
    page.complaints.clear()
    assert faults_of(page) == []
    page.fill("[name=reason]", "대표자 본인 통화")
    page.click("main form.card button")
    page.wait_for_url("**/steps/business/")
    assert faults_of(page) == []
    page.goto(page.url.replace("business", "consents"))
    expect(page.locator(".consent")).to_have_count(3)
    assert faults_of(page) == []
