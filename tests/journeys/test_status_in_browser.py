"""A merchant follows a claim on a phone: every outcome, questions, objecting, withdrawing; also without JavaScript."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from claims.models import Answer, Claim, Objection
from claims.services.objections import file_objection
from claims.services.questions import ask
from claims.services.withdrawal import withdraw
from tests.claims.evidence_cast import kept  # noqa: F401 - a fixture
from tests.claims.evidence_samples import picture
from tests.claims.status_cast import (
    BEFORE_THE_COUNCIL,
    CERTIFICATE,
    IN_A_TIER,
    SALES,
    WITHOUT_SUPPORT,
    assessed_claim,
    hong,
    received_claim,
)
from tests.web import faults_of, sit_down

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts", "kept")]

SEND, UPLOAD = "main form button.button--wide >> nth=0", "main form button[value=upload]"


@pytest.fixture
def claims(programme, officer) -> dict[str, Claim]:
    """One claim of Hong's in each state."""
    now, user = timezone.now(), hong(programme)
    council = {"lost_sales_won": BEFORE_THE_COUNCIL, "at": now}
    made = {
        "in a tier": assessed_claim(programme, lost_sales_won=IN_A_TIER, at=now),
        "nothing": assessed_claim(programme, lost_sales_won=WITHOUT_SUPPORT, at=now),
        "objected": assessed_claim(programme, lost_sales_won=IN_A_TIER, at=now),
        "council": assessed_claim(programme, **council),
        "asked": assessed_claim(programme, **council),
        "asked long ago": assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL, at=now - timedelta(days=30)),
        "withdrawn": assessed_claim(programme, **council),
        "waiting": received_claim(programme, at=now),
    }
    ask(claim=made["asked"], kinds=[SALES, CERTIFICATE], text="날짜가 보이게 보내 주세요.", actor=officer, at=now)
    late = {"kinds": [], "text": "카드 매출입니까?", "actor": officer, "at": now - timedelta(days=20)}
    ask(claim=made["asked long ago"], **late)
    filed = {"kind": "objection", "reasons": "다릅니다.", "evidence": [], "actor": user, "at": now}
    file_objection(determination=made["objected"].determination, **filed)
    withdraw(claim=made["withdrawn"], reason="withdrawn_other", actor=user, at=now)
    return made


@pytest.fixture
def paper(tmp_path) -> Callable[[int], Path]:
    """A picture as a phone takes it; another one for another number."""

    def made(number: int) -> Path:
        file = tmp_path / f"매출-{number}.jpg"
        file.write_bytes(picture(size=(320 + number, 240)))
        return file

    return made


def faults_but(page: Page, status: int) -> list[str]:
    """What is wrong with a page that was to be answered with this status."""
    return [fault for fault in faults_of(page) if str(status) not in fault]


def test_the_list_and_the_page_of_every_state(page, live_server, programme, claims):
    sit_down(page, live_server, hong(programme)).goto("/my/claims/")
    assert faults_of(page) == []
    for state, claim in claims.items():
        page.goto(f"/my/claims/{claim.reference}/")
        assert faults_of(page) == [], state


def test_every_form_and_the_determination(page, live_server, programme, claims):
    sit_down(page, live_server, hong(programme))
    paths = [
        ("in a tier", "file/objection/"),
        ("in a tier", "file/confirmation/"),
        ("in a tier", "account/"),
        ("in a tier", "determinations/1/"),
        ("nothing", "determinations/1/"),
        ("objected", "file/objection/"),
        ("council", "withdraw/"),
        ("withdrawn", "withdraw/"),
    ]
    for state, path in paths:
        page.goto(f"/my/claims/{claims[state].reference}/{path}")
        assert faults_of(page) == [], (state, path)


def test_answering_with_papers_after_a_mistake(page, live_server, programme, claims, paper):
    sit_down(page, live_server, hong(programme)).goto(f"/my/claims/{claims['asked'].reference}/")
    page.click(".asked a")
    assert faults_of(page) == []
    page.click(SEND)
    page.wait_for_selector("[role=alert]:focus")
    assert faults_but(page, 422) == []
    page.set_input_files(f"[name=files-{SALES}]", [paper(1), paper(2)])
    page.fill("[name=text]", "확인서는 신청해 두었습니다.")
    page.click(UPLOAD)
    page.wait_for_selector("text=매출-2.jpg")
    expect(page.locator("[name=text]")).to_have_value("확인서는 신청해 두었습니다.")
    page.click(SEND)
    page.wait_for_selector("[role=status]")
    assert faults_of(page) == []
    assert Answer.objects.get().evidence.count() == 2


def test_objecting_withdrawing_and_changing_the_account_by_keyboard_and_click(
    page, live_server, programme, claims, paper
):
    sit_down(page, live_server, hong(programme)).goto(f"/my/claims/{claims['in a tier'].reference}/")
    page.focus("a[href$='/file/confirmation/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/file/confirmation/")
    page.fill("[name=reasons]", "예약 12건이 취소되었습니다.")
    page.set_input_files(f"[name=files-{SALES}]", paper(3))
    page.click(SEND)
    page.wait_for_selector("#objection")
    assert faults_of(page) == []
    assert Objection.objects.filter(kind="confirmation").exists()
    page.goto(f"/my/claims/{claims['in a tier'].reference}/account/")
    page.click(SEND)
    page.wait_for_selector("[role=alert]:focus")
    assert faults_but(page, 422) == []
    page.goto(f"/my/claims/{claims['council'].reference}/withdraw/")
    page.check("[value=withdrawn_mistake]")
    page.click(SEND)
    page.wait_for_selector("[role=status]")
    assert Claim.objects.get(pk=claims["council"].pk).state == "withdrawn"


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_the_letter_comes_as_a_file(page, live_server, programme, claims):
    sit_down(page, live_server, hong(programme)).goto(f"/my/claims/{claims['in a tier'].reference}/determinations/1/")
    with page.expect_download() as download:
        page.click("a[href$='/letter/']")
    assert download.value.suggested_filename == f"determination-{claims['in a tier'].reference}-1.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_the_whole_thread_without_javascript(plain_page, live_server, programme, claims, paper):
    page = sit_down(plain_page, live_server, hong(programme))
    page.goto(f"/my/claims/{claims['asked'].reference}/")
    page.click(".asked a")
    page.click(SEND)
    expect(page.locator("[role=alert]")).to_be_visible()
    page.set_input_files(f"[name=files-{SALES}]", paper(1))
    page.set_input_files(f"[name=files-{CERTIFICATE}]", paper(2))
    page.click(SEND)
    expect(page.locator("[role=status]")).to_be_visible()
    page.goto(f"/my/claims/{claims['waiting'].reference}/withdraw/")
    page.check("[value=withdrawn_other]")
    page.click(SEND)
    expect(page.locator("[role=status]")).to_be_visible()


def test_an_officer_asks_on_the_page_of_the_claim(page, live_server, programme, officer, claims):
    sit_down(page, live_server, officer).goto(f"/programmes/1015/claims/{claims['council'].reference}/")
    assert faults_of(page) == []
    page.fill("[name=text]", "날짜가 보이게 보내 주세요.")
    page.click("#thread ~ form button, section:has(#thread) form button")
    page.wait_for_selector("[role=status]")
    assert faults_of(page) == []
    assert claims["council"].questions.get().text == "날짜가 보이게 보내 주세요."
