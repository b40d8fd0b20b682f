"""The documentation is part of the site: for every reader, and nothing is fetched from elsewhere."""

import pytest
from playwright.sync_api import Page, expect

from tests.web import faults_of, open_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("programme")]


@pytest.mark.usefixtures("english_texts")
def test_the_documentation_is_for_every_reader(page: Page):
    page.goto("/api/docs/")
    expect(page.get_by_text("GET /api/v1/claims/{reference}", exact=True)).to_be_visible()
    open_all(page)
    assert faults_of(page) == []


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_a_request_can_be_tried_in_the_browser(page: Page):
    page.goto("/api/docs/try/#/programmes")  # of so many operations, only those in sight are drawn
    page.locator("#operations-programmes-list_programmes").get_by_role("button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".responses-table.live-responses-table")).to_contain_text("1015")
    assert page.complaints == []
