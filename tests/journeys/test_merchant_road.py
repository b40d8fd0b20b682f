"""The whole road of a merchant, from the front page to the answer and an objection to it, in a real browser.

Six walks: every outcome on a phone and on a desk, with and without JavaScript, in Korean and in English, so that any
two of these meet. Every page on the way is looked at: axe, sideways scrolling, what the browser complains of, requests
that leave the site. With SCREENSHOTS=folder in the environment each is kept as a picture, to be looked at by people.
"""

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from claims.models import Answer, Claim, Objection
from claims.services.assessment import assess_next_batch
from compensation.messaging.models import Message
from tests.cast import NOW
from tests.journeys.merchant_walker import WALKS, Walk, Walker, officer_asks
from users.services.people import system_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("english_texts", "kept"),
]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The server's clock: within the intake window."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def walker(chromium, live_server, programme, request) -> Iterator[Walker]:
    """The merchant with the browser of this walk."""
    with Walker.sets_out(chromium, live_server.url, request.param) as walker:
        yield walker


def walks(outcome: str) -> pytest.MarkDecorator:
    chosen = [walk for walk in WALKS if walk.outcome == outcome]
    return pytest.mark.parametrize("walker", chosen, indirect=True, ids=Walk.name.fget)


def file_and_assess(walker: Walker, programme) -> Claim:
    """From the front page to a claim that was assessed."""
    walker.comes_in()
    walker.fills_in()
    walker.sends()
    claim = Claim.objects.get()
    assert walker.text(".receipt__reference") == claim.reference
    assert Message.objects.filter(subject=f"claim {claim.reference}").exists()
    walker.follows(".receipt a.button", f"/my/claims/{claim.reference}/")
    assert claim.state == "received"
    assess_next_batch(programme=programme, actor=system_user(), at=timezone.now())
    walker.opens(f"/my/claims/{claim.reference}/")
    claim.refresh_from_db()
    return claim


@walks("tier")
def test_a_claim_in_a_tier_is_decided_and_objected_to(walker, programme):
    claim = file_and_assess(walker, programme)
    assert "30,000" in walker.text(".outcome__amount")
    walker.follows(".outcome a.button--quiet", "/determinations/1/")
    assert walker.letter_begins() == b"%PDF-"
    walker.follows("#object ~ .row a >> nth=0", "/file/objection/")
    walker.attaches("files-sales_loss_proof")
    walker.writes("reasons", "그 서비스를 쓰지 않는 손님이 많았습니다.")
    walker.on("main form button >> nth=0", f"/my/claims/{claim.reference}/")
    expect(walker.page.locator("#objection")).to_be_visible()
    assert "30,000" in walker.text(".outcome__amount")
    assert Objection.objects.get().evidence.count() == 1


@walks("council")
def test_a_claim_before_the_council_is_asked_about_and_answered(walker, programme, officer, chromium):
    claim = file_and_assess(walker, programme)
    expect(walker.page.locator(".outcome--council")).to_be_visible()
    officer_asks(chromium, walker, claim)
    walker.opens("/my/claims/")
    walker.follows("article h2 a", f"/my/claims/{claim.reference}/")
    walker.follows(".asked a.button", "/questions/")
    walker.attaches("files-business_use_proof")
    walker.writes("text", "카드 매출 내역입니다.\n예약 목록은 다음 주에 드리겠습니다.")
    walker.on("main form button >> nth=0", f"/my/claims/{claim.reference}/")
    assert "예약 목록은 다음 주에" in walker.text("#history ~ .timeline")
    assert Answer.objects.get().evidence.count() == 1
    assert claim.evidence.count() == 2


@walks("refused")
def test_a_claim_without_support_says_why(walker, programme):
    claim = file_and_assess(walker, programme)
    assert (claim.state, claim.determination.amount_won) == ("determined", 0)
    expect(walker.page.locator(".outcome--none")).to_be_visible()
    assert walker.page.locator("#working ~ .working li").count() >= 3
    walker.follows(".outcome a.button--quiet", "/determinations/1/")
    assert walker.page.locator("#working ~ .working li").count() >= 3
    assert walker.letter_begins() == b"%PDF-"
    expect(walker.page.locator("#object")).to_be_visible()
