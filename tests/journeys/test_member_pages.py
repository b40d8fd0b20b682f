"""A member sees on a phone what they got: comes in by Kakao, copies a code, declines, takes back, reads the report."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.users.coupon_cast import code_of, shop, token_of
from tests.users.member_cast import item_by, mine, sora
from tests.users.sign_in_cast import kakao_stand_in
from tests.web import faults_of, sit_down
from users.models import ItemUse, PartnerScope, User
from users.services.storage_pass import Applicant, keep_in_step, put_in_line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]

COUPON, USED, CHOONSIK = "#item-1015-coupon-2000", "coupon-3000", "#item-1015-emoticon-choonsik"


@pytest.fixture
def kakao(settings):
    """Kakao's stand-in, which the settings name."""
    with kakao_stand_in(settings) as provider:
        yield provider


@pytest.fixture
def member(programme):
    """Sora: one coupon is used, one emoticon ends soon, the pass is hers."""
    keep_in_step(programme=programme)
    token_of(shop(programme), PartnerScope.REDEEM)
    member = sora(programme)
    ItemUse.objects.create(member=member, item=item_by(programme, USED), kind="redeemed", at=timezone.now())
    programme.benefit_items.filter(code="emoticon-artist-a").update(validity={"kind": "days", "days": 3})
    storage_pass = programme.storage_passes.get()
    put_in_line(storage_pass_id=storage_pass.pk, applicants=[Applicant(member.pk, timezone.now())])
    return member


def come_by_kakao(page: Page, member) -> None:
    """Kakao's page has no button for this member: the field is filled in by hand."""
    page.goto("/my/benefits/")
    page.click(".button--kakao")
    page.locator("button.person").first.evaluate("(button, number) => button.value = number", str(member.pk))
    page.click("button.person >> nth=0")
    page.wait_for_url("**/my/benefits/")


def faults_here(page: Page, kakao) -> list[str]:
    """Without the requests that went to Kakao, as they should."""
    return [fault for fault in faults_of(page) if not fault.startswith(kakao.url)]


def press(page: Page, card: str, form: str) -> None:
    """A tap, and the answer in the card, which has the focus."""
    page.click(f"{card} form[action$='{form}/'] button")
    page.wait_for_function("card => document.activeElement.closest(card)?.querySelector('.gift__told')", arg=card)


def said(page: Page, what: str) -> str:
    return page.get_attribute(f"{COUPON} [data-copy]", f"data-{what}") or "nothing"


def test_from_kakao_to_the_page_and_what_is_done_there(kakao, page, programme, member):
    come_by_kakao(page, member)
    assert faults_here(page, kakao) == []
    code = code_of(member, item_by(programme, "coupon-2000"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click(f"{COUPON} [data-copy]")
    expect(page.locator(f"{COUPON} .coupon__told")).to_have_text(said(page, "copied"))
    page.wait_for_function("async code => await navigator.clipboard.readText() === code", arg=code)
    press(page, COUPON, "decline")
    press(page, CHOONSIK, "download")
    assert faults_here(page, kakao) == []
    assert (mine(member, "coupon-2000").state, mine(member, "emoticon-choonsik").state) == ("declined", "taken")
    press(page, COUPON, "take-back")
    expect(page.locator(f"{COUPON} .coupon__code")).to_have_text(code)
    page.click("#item-1015-pledge-report a")
    expect(page.locator("[data-print]")).to_be_visible()
    assert faults_here(page, kakao) == []


def test_a_code_that_the_browser_does_not_copy_is_selected_to_be_copied_by_hand(kakao, page, programme, member):
    come_by_kakao(page, member)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('denied')); }")
    page.click(f"{COUPON} [data-copy]")
    expect(page.locator(f"{COUPON} .coupon__told")).to_have_text(said(page, "selected"))
    assert page.evaluate("getSelection().toString()") == code_of(member, item_by(programme, "coupon-2000"))
    assert faults_here(page, kakao) == []


def test_somebody_who_is_no_member_is_told_how_to_come_in(kakao, page, live_server, programme):
    sit_down(page, live_server, User.objects.create(username="nobody")).goto("/my/benefits/")
    expect(page.locator(".button--kakao")).to_be_visible()
    assert faults_of(page) == []
