"""The pages of a case in a real browser: documents beside the forms, by keyboard, at both widths."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from claims.models import Claim, Proposal, Question, Review
from claims.services.case_checks import run_due_checks
from claims.services.evidence_work import work_on_next
from compensation.programmes.models import Role
from tests.cast import a_council, a_session, person, referred_review
from tests.claims.council_cast import vote_all
from tests.claims.status_cast import BEFORE_THE_COUNCIL, CERTIFICATE, SALES, assessed_claim, paper
from tests.web import WIDE, faults_of, settle, sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("english_texts", "kept"),
]
SHEET = "[data-sheet] img"
PICTURE = f"document.querySelector('{SHEET}')"


@pytest.fixture
def claim(programme, tmp_path) -> Claim:
    """Before the council since today, with two documents, some checks that failed, and cases like it decided."""
    now = timezone.now()
    a_council_that_decided(programme)
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL, at=now)
    for kind in (SALES, CERTIFICATE):
        paper(claim, tmp_path, kind=kind, at=now)
        work_on_next(at=now)
    Claim.objects.exclude(pk=claim.pk).update(state="determined")
    claim.merchant.bank_accounts.update(holder="김다른")
    run_due_checks(at=now)
    person("officer", programme, Role.OFFICER)
    return claim


def a_council_that_decided(programme) -> None:
    """Eight cases, most of them with a quarter of the loss."""
    council = a_council(programme)
    reviews = [referred_review(programme, amount_won=won) for won in (2_000_000,) * 7 + (4_000_000,)]
    for item in a_session(programme, *reviews).items.all():
        vote_all(item, council)


def faults(page) -> list[str]:
    """Of the page as it is; an answer with 422 is also a complaint of the browser's."""
    return [fault for fault in faults_of(page) if "422" not in fault]


def test_a_case_from_the_queue_to_the_council(page, claim, language):
    sign_in(page, "officer")
    page.goto(f"/programmes/1015/review/{claim.reference}/")
    assert faults(page) == []
    page.click("form[action$='/do/take/'] button")
    read_by_keyboard(page)
    for tab in ("checks", "corrections", "asking", "proposal"):
        page.click(f".case-tabs a[href$='/{tab}/']")
        assert faults(page) == []
    page.check("#verdict-grant")
    page.fill("#amount", "9,000,000")
    page.check("#reasons-grant")
    page.click("button:not([name]):text-matches('상정|Refer')")
    expect(page.locator(".notice[autofocus]")).to_be_focused()
    assert faults(page) == []
    page.fill("#amount", "2,000,000")
    page.click("button[value=compare]")
    expect(page.locator("svg .median-label")).to_be_visible()
    page.click("button:not([name]):text-matches('상정|Refer')")
    page.wait_for_url(f"**/review/{claim.reference}/")
    assert Proposal.objects.get(review__claim=claim).amount_won == 2_000_000


def read_by_keyboard(page) -> None:
    """Next page, larger, turned: with the keys, once the document has the focus."""
    page.set_viewport_size(WIDE)
    settle(page)
    pane, picture = page.locator("[data-window]"), page.locator(SHEET)
    pane.focus()
    first, width = picture.get_attribute("src"), picture.bounding_box()["width"]
    page.keyboard.press("+")
    page.wait_for_function(f"width => {PICTURE}.getBoundingClientRect().width > width", arg=width)
    page.keyboard.press("r")
    expect(picture).to_have_attribute("style", re.compile(r"rotate\(90deg\)"))
    page.keyboard.press("PageDown")
    expect(picture).not_to_have_attribute("src", first)
    page.wait_for_function(f"() => {PICTURE}.complete")


@pytest.mark.parametrize("language", ["ko"])
def test_papers_are_asked_for_and_a_correction_is_seen_before_it_is_saved(page, claim):
    sign_in(page, "officer")
    page.goto(f"/programmes/1015/review/{claim.reference}/asking/")
    page.check("[value=paper_unreadable]")
    page.click("form[action$='/asking/'] button")
    page.wait_for_selector(".notice--success")
    assert faults(page) == []
    assert Question.objects.get(claim=claim).reasons == ["paper_unreadable"]
    assert Review.objects.get(claim=claim).due_at is None
    page.click(".case-tabs a[href$='/corrections/']")
    page.fill("[name='1-lost_sales']", "35만")
    page.click("button[value=preview]")
    expect(page.locator(".error-summary")).to_be_visible()
    assert faults(page) == []
    page.fill("[name='1-lost_sales']", "8,000,000")
    page.fill("#reason", "영수증 확인")
    page.click("button[value=preview]")
    expect(page.locator("#preview")).to_be_focused()
    assert faults(page) == []
    page.click("button[value=save]")
    page.wait_for_selector(".notice--success")
    assert Claim.objects.get(pk=claim.pk).lost_sales_won == 8_000_000
