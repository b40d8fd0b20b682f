"""Sending evidence in a real browser: with htmx and without JavaScript, accessible, nothing lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from claims.models import ClaimDraft, Evidence
from claims.services.evidence_work import work_on_next
from tests.claims.evidence_cast import KIND
from tests.claims.evidence_samples import pdf, picture
from tests.web import faults_of, sit_down

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("english_texts", "kept"),
]
FORM = f"#evidence form:has(input[value={KIND}])"


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, Path]:
    """Files as they lie on a phone."""
    contents = {"매출.pdf": pdf(pages=2), "영수증.jpg": picture(), "그림.svg": b"<svg/>"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


def opened(page: Page, draft: ClaimDraft, live_server) -> None:
    sit_down(page, live_server, draft.owner).goto(f"/my/drafts/{draft.reference}/evidence/")


def send(page: Page, *paths: Path) -> None:
    page.set_input_files(f"{FORM} input[type=file]", paths)
    page.click(f"{FORM} button")


def faults_but_422(page: Page) -> list[str]:
    return [fault for fault in faults_of(page) if "422" not in fault]


def test_files_are_sent_and_taken_back_without_leaving_the_page(page, draft, live_server, paths):
    opened(page, draft, live_server)
    assert faults_of(page) == []
    send(page, paths["매출.pdf"], paths["그림.svg"], paths["영수증.jpg"])
    expect(page.locator(f"#evidence-{KIND}-error")).to_contain_text("그림.svg")
    expect(page.locator(f"{FORM} input[type=file]")).to_be_focused()
    assert faults_but_422(page) == []
    while work_on_next(at=Evidence.objects.latest("id").received_at):
        pass
    expect(page.locator("#evidence li a")).to_have_count(3)  # the list asks by itself
    assert faults_but_422(page) == []
    page.click("#evidence li form button >> nth=0")
    expect(page.locator("#evidence li form")).to_have_count(1)
    assert Evidence.objects.get().file_name == "영수증.jpg"


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_a_lost_connection_is_said_and_the_chosen_files_stay(page, draft, live_server, paths):
    opened(page, draft, live_server)
    expect(page.locator(f"{FORM} [data-upload=lost]")).to_be_hidden()
    expect(page.locator(f"{FORM} [data-upload=bar]")).to_be_hidden()
    page.context.set_offline(True)
    send(page, paths["매출.pdf"])
    expect(page.locator(f"{FORM} [data-upload=lost]")).to_be_visible()
    page.context.set_offline(False)
    page.click(f"{FORM} button")
    expect(page.locator("#evidence li")).to_have_count(1)


def test_without_javascript_the_same_happens_on_whole_pages(plain_page, draft, live_server, paths):
    page = plain_page
    opened(page, draft, live_server)
    send(page, paths["그림.svg"])
    expect(page.locator(f"#evidence-{KIND}-error")).to_contain_text("그림.svg")
    send(page, paths["매출.pdf"])
    page.wait_for_url(f"**/my/drafts/{draft.reference}/evidence/")
    expect(page.locator("#evidence li")).to_contain_text("매출.pdf")
    page.click("#evidence li form button")
    expect(page.locator("#evidence li")).to_have_count(0)
