"""Signing up and in, in a real browser on a phone: by code and by Kakao, with and without JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from merchants.services.registration import MerchantDetails, register_merchants
from tests.cast import NOW
from tests.users.sign_in_cast import kakao_stand_in, last_code, other_than
from tests.web import faults_of
from users.models import User
from users.services.sign_in_codes import WAIT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]

CONTACT, CODE, SUBMIT = "[name=contact]", "[name=code]", "main form.card button"


@pytest.fixture
def kakao(settings):
    """Kakao's stand-in, which the settings name."""
    with kakao_stand_in(settings) as provider:
        yield provider


@pytest.fixture
def business(db) -> None:
    """On record from the association's file, with the phone of the tests."""
    details = MerchantDetails("1234567891", trade_name="한빛분식", representative_name="홍길동", phone="+821012345678")
    register_merchants(details=[details], at=NOW)


def faults_but(page: Page, status: int) -> list[str]:
    """What is wrong with a page that was to be answered with this status."""
    return [fault for fault in faults_of(page) if str(status) not in fault]


def within_reach(faults: list[str], kakao) -> list[str]:
    """Without the requests that went to Kakao, as they should."""
    return [fault for fault in faults if not fault.startswith(kakao.url)]


def ask(page: Page, contact: str = "010-1234-5678") -> None:
    page.fill(CONTACT, contact)
    page.click(SUBMIT)


def enter(page: Page, code: str = "") -> None:
    page.wait_for_url("**/sign-in/code/")
    page.fill(CODE, code or last_code())
    page.click(SUBMIT)


def wait_for_focus(page: Page, name: str) -> None:
    page.wait_for_function("name => document.activeElement.name === name", arg=name)


def test_by_phone_from_the_door_to_the_business(kakao, page, business):
    page.goto("/sign-in/")
    assert faults_of(page) == []
    ask(page, "010")
    page.wait_for_selector("[aria-invalid=true]")
    wait_for_focus(page, "contact")
    assert faults_but(page, 422) == []
    ask(page)
    page.wait_for_url("**/sign-in/code/")
    wait_for_focus(page, "code")
    assert faults_of(page) == []
    enter(page, other_than(last_code()))
    page.wait_for_selector("[aria-invalid=true]")
    wait_for_focus(page, "code")
    assert faults_but(page, 422) == []
    enter(page)
    page.wait_for_url("**/account/")
    assert faults_of(page) == []
    page.click("main a[href='/account/businesses/add/']")
    page.fill("[name=business_number]", "220-81-62517")
    page.click(SUBMIT)
    assert faults_but(page, 422) == []
    page.fill("[name=business_number]", "123-45-67891")
    page.click(SUBMIT)
    page.wait_for_url("**/account/")
    expect(page.locator("main")).to_contain_text("한빛분식")
    assert faults_of(page) == []


def test_by_kakao_the_first_time_and_every_other_time(kakao, page):
    page.goto("/sign-in/")
    page.click(".button--kakao")
    page.click("button[value=haneul]")
    page.wait_for_url("**/sign-in/kakao/contact/")
    assert within_reach(faults_of(page), kakao) == []
    ask(page)
    enter(page)
    page.wait_for_url("**/account/")
    page.click(".menu summary")
    page.click(".menu__panel form button")
    page.wait_for_url("**/sign-in/")
    page.click(".button--kakao")
    page.click("button[value=haneul]")
    page.wait_for_url("**/my/claims/")
    assert within_reach(page.complaints, kakao) == []
    assert User.objects.count() == 1


def test_by_e_mail_without_javascript(plain_page, kakao):
    page = plain_page
    page.goto("/sign-in/?next=/my/claims/")
    page.click("main form.card a")
    ask(page, "hong@example.kr")
    page.wait_for_url("**/sign-in/code/")
    with page.expect_navigation(url="**/sign-in/code/"):
        page.click("#again button")
    enter(page)
    page.wait_for_url("**/my/claims/")


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_the_wait_for_another_code_ends_by_itself(page, monkeypatch):
    page.clock.install()
    page.goto("/sign-in/")
    ask(page)
    page.wait_for_url("**/sign-in/code/")
    expect(page.locator("#again[hx-get]")).to_be_visible()
    monkeypatch.setattr("users.views.sign_in.WAIT", timedelta(0))
    page.clock.fast_forward(WAIT.total_seconds() * 1000)
    expect(page.locator("#again:not([hx-get])")).to_be_visible()
    assert page.complaints == []


def test_the_door_of_the_staff(page):
    page.goto("/sign-in/?next=/programmes/1015/")
    page.click("a[href^='/staff/sign-in/']")
    expect(page.locator("main [name=next]")).to_have_value("/programmes/1015/")
    assert faults_of(page) == []
