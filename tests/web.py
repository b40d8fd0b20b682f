"""What tests of pages need: the English texts, axe, and a real Chromium (from `bin/assets.py --dev`)."""

import io
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.cast import PASSWORD
from users.models import User

CHROMIUM = Path(__file__).parent.parent / "var" / "chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 30_000
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = f"""axe.run(document, {{runOnly: {RULES}, resultTypes: ["violations"], selectors: false}}).then(found =>
    found.violations.map(rule => `${{rule.id}}: ${{rule.nodes.map(node => node.html)}}`))"""
# The page and what its scripts asked for are there and in place. (Quiet on the wire for half a second, Playwright's
# "networkidle", says the same half a second later.)
SETTLED = """() => new Promise(done => {
    const busy = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
    const look = () => document.readyState === "complete" && !document.querySelector(busy)
        ? done() : requestAnimationFrame(look)
    look()
})"""


@pytest.fixture(scope="session")
def english_texts() -> None:
    """The English texts are compiled."""
    call_command("translations", "compile", verbosity=0, stdout=io.StringIO())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole run. Playwright runs an event loop in this thread, which Django has to be told of."""
    if not (CHROMIUM / "chrome").exists():
        pytest.fail("There is no Chromium yet: python bin/assets.py --dev")
    libraries = {"LD_LIBRARY_PATH": str(CHROMIUM / "lib"), "FONTCONFIG_PATH": str(CHROMIUM)}
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=TIMEOUT_MS)  # a busy machine paints late; what is true comes
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM / "chrome", args=FLAGS, env=os.environ | libraries
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@cache
def axe_script() -> str:
    """axe defines itself on the page that this is evaluated on."""
    return (CHROMIUM / "axe.min.js").read_text()


@pytest.fixture(params=["ko", "en"])
def language(request) -> str:
    return request.param


@pytest.fixture
def page(chromium: Browser, live_server, language, request) -> Iterator[Page]:
    """A phone's page that notes every complaint of the browser and every request that leaves the site."""
    scheme = "dark" if language == "en" else "light"
    context = chromium.new_context(viewport=NARROW, color_scheme=scheme, base_url=live_server.url)
    context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page, page.complaints = context.new_page(), []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda asked: _stays(asked.url, live_server.url) or page.complaints.append(asked.url))
    yield page
    context.close()


def knock(page: Page, username: str) -> None:
    """Fills in the door of the staff, and sends it."""
    page.goto("/staff/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")


def sign_in(page: Page, username: str) -> None:
    """By the door of the staff, as far as the first page behind it."""
    knock(page, username)
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def sit_down(page: Page, live_server, user: User) -> Page:
    """This person is signed in at this browser, whoever was before; nothing is opened yet."""
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def _stays(url: str, site: str) -> bool:
    return url.startswith((site, "data:"))


def faults_of(page: Page) -> list[str]:
    """Complaints, overflow and what axe finds at both widths. axe comes last: it tries what the policy forbids."""
    page.wait_for_load_state("load")
    page.evaluate(SETTLED)
    faults = [*page.complaints]
    page.evaluate(axe_script())
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            faults.append(f"{width} px wide on {size['width']} px")
        faults += page.evaluate(AXE)
    page.set_viewport_size(NARROW)
    page.complaints.clear()
    return faults
