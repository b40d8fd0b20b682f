"""The public pages in a real browser: phone and desk, by keyboard, without JavaScript, against axe, and how heavy."""

import gzip
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from claims.models import Claim
from compensation.messaging.check_codes import new_check_code
from compensation.messaging.models import Message
from compensation.runtime.encryption import blind_index
from merchants.models import Merchant
from tests.cast import NOW, SEOUL, one_claim
from tests.web import faults_of, new_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]

WEIGHT_BYTES_MAX = 150_000  # compressed, on first load, fonts aside
BUSINESS, PHONE = "220-81-62517", "010-1234-5678"
CLOSES = datetime(2023, 2, 13, tzinfo=SEOUL)
SUBMIT = "main form > .button--wide"


@pytest.fixture(autouse=True)
def clock(programme) -> Iterator[time_machine.Traveller]:
    """The server's clock: within the intake window."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def claim(programme) -> Claim:
    """A claim from the association's file, of BUSINESS with PHONE."""
    claim = one_claim(programme=programme, lost_sales_won=100_000)
    index = blind_index("+821012345678", context="merchants_merchant.phone")
    Merchant.objects.filter(pk=claim.merchant_id).update(
        business_number=BUSINESS.replace("-", ""), phone="+821012345678", phone_index=index
    )
    return claim


def fill_estimate(page: Page, number: int, lost_sales: str, *, service: str = "messenger") -> None:
    page.select_option(f"[name=loss-{number}-service]", service)
    page.fill(f"[name=loss-{number}-lost_sales]", lost_sales)
    page.check(f"[name=loss-{number}-alternative][value=no]")


def walk_to_the_claim(page: Page) -> None:
    """Both steps of the look-up, with the code that was sent."""
    page.goto("/check-claim/")
    page.fill("[name=business_number]", BUSINESS)
    page.fill("[name=phone]", PHONE)
    page.click(SUBMIT)
    page.wait_for_selector("[name=code]:focus")
    page.fill("[name=code]", re.search(r"\d{6}", Message.objects.latest("id").body)[0])
    page.click("[name=step][value=code]")
    page.wait_for_selector("#verdict:focus")


def faults_but(page: Page, status: int) -> list[str]:
    """What is wrong, besides the browser's note of the status that the page is meant to have."""
    return [fault for fault in faults_of(page) if f"status of {status}" not in fault]


@pytest.mark.parametrize("at", [NOW - timedelta(days=5), NOW, CLOSES])
def test_the_front_page_at_every_stage_of_the_intake(page, clock, at):
    clock.move_to(at)
    page.goto("/")
    assert faults_of(page) == []


def test_the_way_through_the_estimate(page):
    page.goto("/estimate/")
    assert faults_of(page) == []
    page.click(SUBMIT)
    page.wait_for_selector(".error-summary:focus")
    assert faults_but(page, 400) == []
    page.click(".error-summary a >> nth=0")
    expect(page.locator("[name=loss-1-service]")).to_be_focused()
    fill_estimate(page, 1, "3,500,000원")
    page.click(SUBMIT)
    page.wait_for_selector("#result:focus")
    expect(page.locator(".outcome__amount")).to_contain_text("50,000")
    assert faults_of(page) == []
    page.click("[name=change][value=add]")
    page.wait_for_selector("[name=loss-2-service]:focus")
    fill_estimate(page, 2, "9000000", service="shop")
    page.click(SUBMIT)
    expect(page.locator(".outcome--council")).to_be_visible()
    assert faults_of(page) == []


def test_the_answers_about_a_message(page, claim):
    walk_to_the_claim(page)
    Message.objects.update(state="sending")
    Message.objects.update(state="sent", sent_at=NOW)
    page.goto("/check-message/")
    assert faults_of(page) == []
    for code, verdict in ((Message.objects.get().check_code, "yes"), (new_check_code(), "no")):
        page.fill("[name=code]", code)
        page.click(SUBMIT)
        page.wait_for_selector(f".verdict--{verdict} #verdict:focus")
        assert faults_of(page) == []
    page.fill("[name=code]", "K7M4")
    page.click(SUBMIT)
    assert faults_but(page, 400) == []
    expect(page.locator("[name=code]")).to_have_value("K7M4")


def test_the_way_to_a_claim_that_is_already_there(page, claim):
    page.goto("/check-claim/")
    assert faults_of(page) == []
    page.fill("[name=business_number]", BUSINESS)
    page.fill("[name=phone]", PHONE)
    page.click(SUBMIT)
    page.wait_for_selector("[name=code]:focus")
    assert faults_of(page) == []
    page.fill("[name=code]", re.search(r"\d{6}", Message.objects.get().body)[0])
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict:focus")
    expect(page.locator("main")).to_contain_text(claim.reference)
    assert faults_of(page) == []


def test_the_time_left_renews_itself(chromium, live_server, clock):
    page = new_page(chromium, live_server.url)
    page.clock.install()
    page.goto("/")
    expect(page.locator(".intake__left strong")).to_have_text("12일 13시간")
    clock.move_to(CLOSES - timedelta(minutes=5, seconds=30))
    page.clock.fast_forward(61_000)
    page.wait_for_selector(".intake__left strong:text-is('5분')")
    page.clock.run_for(1_000)  # htmx takes a moment until what it put in place asks by itself
    clock.move_to(CLOSES)
    page.clock.fast_forward(61_000)
    page.wait_for_selector(".intake--closed")
    page.context.close()


def test_everything_works_without_javascript(plain_page, claim):
    plain_page.goto("/")
    plain_page.click(".ways a >> nth=0")
    fill_estimate(plain_page, 1, "35만")
    plain_page.click(SUBMIT)
    expect(plain_page.locator(".error-summary")).to_be_visible()
    expect(plain_page.locator("[name=loss-1-lost_sales]")).to_have_value("35만")
    fill_estimate(plain_page, 1, "350,000")
    plain_page.click(SUBMIT)
    expect(plain_page.locator(".outcome__amount")).to_contain_text("30,000원")
    walk_to_the_claim(plain_page)
    expect(plain_page.locator("main")).to_contain_text(claim.reference)
    plain_page.goto("/check-message/")
    plain_page.fill("[name=code]", new_check_code())
    plain_page.click(SUBMIT)
    expect(plain_page.locator(".verdict--no")).to_be_visible()


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_the_estimate_by_keyboard_alone(page):
    page.goto("/estimate/")
    page.focus("[name=loss-1-service]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("350000")
    page.focus("[name=loss-1-alternative] >> nth=0")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # sends the form, and is not taken for the button that adds a loss
    page.wait_for_selector("#result")
    assert page.complaints == []


@pytest.mark.parametrize("path", ["/", "/estimate/", "/check-claim/", "/check-message/"])
def test_a_first_load_is_light_and_brings_its_typeface(chromium, live_server, typeface, path):
    page, loaded = new_page(chromium, live_server.url), []
    page.on("response", lambda response: loaded.append(response))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    weights = {r.url: len(gzip.compress(r.body())) for r in loaded if r.request.resource_type != "font"}
    page.context.close()
    assert any(url.endswith(".css") for url in weights)
    assert any(r.url.endswith(".woff2") and r.ok for r in loaded)
    assert sum(weights.values()) < WEIGHT_BYTES_MAX, weights
