"""The pages in a real browser: accessible, within the site, without sideways scrolling, in both languages and schemes.

The server sends its content security policy, so whatever a page would break of it shows as an error here.
"""

import pytest
from playwright.sync_api import expect

from claims.models import Claim
from compensation.messaging.models import Message
from compensation.programmes.models import Role
from tests.cast import person
from tests.claims.pages_cast import assessed_claims, merchant_with_account
from tests.messaging.cast import message
from tests.web import faults_of, knock, open_all, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]


@pytest.fixture
def claims(programme) -> dict[str, Claim]:
    """One claim of each end, and a merchant's user for the paid one."""
    assessed_claims(programme=programme, count=60)
    person("officer", programme, Role.OFFICER, Role.AGENT)
    message(programme=programme)
    for state in ("sending", "failed"):
        Message.objects.update(state=state, fault="number unknown")
    paid = Claim.objects.filter(state="determined", determination__amount_won__gt=0).first()
    merchant_with_account(paid, user=person("merchant", programme, Role.MERCHANT))
    return {"paid": paid, "council": Claim.objects.filter(state="awaiting_council").first()}


def test_the_sign_in_page_and_its_error(page, claims):
    page.goto("/staff/sign-in/")
    assert faults_of(page) == []
    page.complaints.clear()
    knock(page, "nobody")
    expect(page.locator("[role=alert]")).to_be_visible()
    assert [fault for fault in faults_of(page) if "422" not in fault] == []


def test_the_pages_of_an_officer(page, claims):
    sign_in(page, "officer")
    page.wait_for_url("**/programmes/1015/")
    base = "/programmes/1015/"
    for path in (
        base,
        f"{base}claims/",
        f"{base}claims/?q=nothing",
        f"{base}messages/",
        *(f"{base}claims/{c.reference}/" for c in claims.values()),
    ):
        page.goto(path)
        open_all(page)
        assert faults_of(page) == [], path


def test_the_pages_of_a_merchant(page, claims):
    sign_in(page, "merchant")
    page.wait_for_url("**/my/claims/")
    assert faults_of(page) == []
    page.click("article h2 a")
    expect(page.locator("main")).to_contain_text(claims["paid"].reference)
    assert faults_of(page) == []


def test_a_page_that_is_not_there(page, claims):
    page.goto("/nowhere/")
    assert [fault for fault in faults_of(page) if "404" not in fault] == []


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_the_way_through_the_list_by_keyboard_alone(page, claims):
    sign_in(page, "officer")
    page.goto("/programmes/1015/claims/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.focus("[name=q]")
    page.keyboard.type(claims["paid"].external_reference)
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    page.focus("a.reference")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{claims['paid'].reference}/")
    assert page.complaints == []


def test_signing_out_by_the_menu_and_switching_the_language(page, claims, language):
    sign_in(page, "officer")
    page.click(".site-tools form button")
    expect(page.locator("html")).to_have_attribute("lang", "en" if language == "ko" else "ko")
    page.click(".menu summary")
    page.click(".menu__panel button")
    page.wait_for_url("**/sign-in/")
    assert page.complaints == []
