"""A case on its way through the council: called, read, voted on by keyboard, decided; and objected to after that."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from claims.models import AgendaItem, Claim, CouncilSession, Determination, Review
from claims.services.desk import refer, take
from claims.services.evidence_work import work_on_next
from claims.services.objections import file_objection
from claims.services.proposals import ProposalDetails
from compensation.programmes.models import Role
from tests.cast import CouncilCast, a_council, a_session, person
from tests.claims.council_cast import vote
from tests.claims.status_cast import BEFORE_THE_COUNCIL, assessed_claim, hong, paper
from tests.web import WIDE, faults_of, sit_down
from users.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts", "kept")]

COUNCIL = "/programmes/1015/council/"
CLOCK = "%Y-%m-%dT%H:%M"  # as the browser's calendar writes it


@pytest.fixture
def council(programme) -> CouncilCast:
    return a_council(programme)


def prepared(claim: Claim, officer: User, *, amount_won: int) -> Review:
    """The officer takes the open case and refers it."""
    now = timezone.now()
    review = take(review=claim.reviews.get(closed_at=None), actor=officer, version=None, at=now)
    proposal = ProposalDetails(
        verdict="grant", amount_won=amount_won, reasons=["loss_proven"], text="자료를 보았습니다."
    )
    return refer(review=review, proposal=proposal, actor=officer, version=None, at=now)


def called(page: Page, claim: Claim) -> AgendaItem:
    """The secretary forgets when the vote ends, mends it, looks at the agenda, and calls the session."""
    page.goto(f"{COUNCIL}new/")
    page.fill("[name=opens_at]", f"{timezone.localtime():{CLOCK}}")
    page.check(f"[name=case][value='{claim.reference}']")
    page.click("main form button")
    page.wait_for_selector("[role=alert]:focus")
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.fill("[name=due_at]", f"{timezone.localtime() + timedelta(days=3):{CLOCK}}")
    page.click("main form button")
    page.wait_for_selector("button[name=call]")
    assert faults_of(page) == []
    page.click("button[name=call]")
    page.wait_for_selector("#agenda")
    return CouncilSession.objects.get().items.get()


def tab_to(page: Page, selector: str) -> None:
    """Moves the focus by the tab key alone, as somebody without a mouse does."""
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement?.matches(wanted) ?? false", selector):
            return
    pytest.fail(f"The tab key never comes to {selector}")


def dissents_by_keyboard(page: Page, path: str) -> None:
    """Opens the case from the first page, refuses, forgets the reason, is led to it, and confirms."""
    page.goto(COUNCIL)
    tab_to(page, f"a[href='{path}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
    assert faults_of(page) == []
    tab_to(page, "[name=choice]")
    for _press in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#choice-refuse")).to_be_checked()
    tab_to(page, "form[action$='/vote/'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]:focus")
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.focus("[role=alert]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, "[name='reasons-refuse']")
    page.keyboard.press("Space")
    tab_to(page, "form[action$='/vote/'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("button[name=confirm]")
    assert faults_of(page) == []
    tab_to(page, "button[name=confirm]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#own")


def is_recused(page: Page, path: str) -> None:
    page.goto(path)
    page.click("summary:below(#recusal)")
    page.check("[value=own_interest]")
    page.click("form[action$='/recusal/'] button")
    page.wait_for_selector("button[name=confirm]")
    assert faults_of(page) == []
    page.click("button[name=confirm]")
    page.wait_for_selector("#own")


def test_from_referral_to_determination_and_an_objection_after_it(page, live_server, programme, council, tmp_path):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL, at=timezone.now())
    paper(claim, tmp_path)
    while work_on_next(at=timezone.now()):
        pass
    preparer, secretary = person("preparer", programme, Role.OFFICER), person("secretary", programme, Role.OFFICER)
    prepared(claim, preparer, amount_won=2_000_000)

    sit_down(page, live_server, secretary)
    item = called(page, claim)
    session = f"{COUNCIL}{item.session.reference}/"
    first, second, *others = council.members
    sit_down(page, live_server, first)
    for path in (COUNCIL, session, f"{session}pack/"):
        page.goto(path)
        assert faults_of(page) == [], path
    expect(page.locator(".pages img")).to_have_count(1)
    dissents_by_keyboard(page, f"{session}1/")
    sit_down(page, live_server, second)
    is_recused(page, f"{session}1/")
    for member in others:
        vote(item, member, at=timezone.now())

    determination = Determination.objects.get()
    assert (determination.amount_won, determination.reason) == (2_000_000, "council_granted")
    sit_down(page, live_server, first)
    for path in (f"{session}1/", session, f"{session}minutes/", f"{COUNCIL}decisions/", f"{COUNCIL}seats/"):
        page.goto(path)
        assert faults_of(page) == [], path

    filed = {"kind": "objection", "reasons": "예약 취소가 빠졌습니다.", "evidence": [], "actor": hong(programme)}
    file_objection(determination=determination, at=timezone.now(), **filed)
    again = prepared(claim, secretary, amount_won=3_000_000)
    second_item = a_session(programme, again, at=timezone.now()).items.get()
    page.set_viewport_size(WIDE)
    sit_down(page, live_server, council.substitute)
    page.goto(f"{COUNCIL}{second_item.session.reference}/1/")
    expect(page.locator("main")).to_contain_text("예약 취소가 빠졌습니다.")
    page.check("#choice-support")
    page.click("form[action$='/vote/'] button")
    page.click("button[name=confirm]")
    page.wait_for_selector("#own")
    for member in (second, *others):
        vote(second_item, member, at=timezone.now())
    claim.refresh_from_db()
    assert (claim.determination.amount_won, claim.determination.reason) == (3_000_000, "objection_upheld")
    page.reload()
    assert faults_of(page) == []
