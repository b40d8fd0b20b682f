"""What tests of pages need: the English texts, axe, and a real Chromium (from `bin/assets.py --dev`)."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.cast import PASSWORD
from users.models import User

CHROMIUM = Path(__file__).parent.parent / "var" / "chromium"
STATIC = Path(__file__).parent / "static"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 60_000  # a busy machine paints late; what is true comes
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
TYPEFACE = Path(__file__).parent.parent / "var" / "letter-fonts"
FONTS = """<?xml version="1.0"?>
<fontconfig><dir>{browser}/fonts</dir><dir>{typeface}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_FILE = "/static/browser/axe.min.js"
AXE = f"""axe.run(document, {{runOnly: {RULES}, resultTypes: ["violations"], selectors: false}}).then(found =>
    found.violations.map(rule => `${{rule.id}}: ${{rule.nodes.map(node => node.html)}}`))"""
# axe leaves empty styles behind. htmx would take them over into what it puts in place, which the policy forbids.
TIDY = """document.querySelectorAll("[style='']").forEach(element => element.removeAttribute("style"))"""
# In every page: a form that is sent and a link that is followed are noted at once, although the page is still there for
# a while; and while the page is looked at, it asks for nothing by itself that would take its parts away.
NOTES = """
addEventListener("submit", event => { window.isLeft ||= !event.defaultPrevented })
navigation.addEventListener("navigate", event => { window.isLeft ||= !event.destination.sameDocument })
addEventListener("htmx:beforeRequest", event => window.isLookedAt && event.preventDefault())
"""
# The page that comes is there, and what its scripts asked for is in place. (Quiet on the wire for half a second,
# Playwright's "networkidle", says the same half a second later.)
SETTLED = """isLookedAt => {
    const busy = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
    if (window.isLeft || document.readyState !== "complete" || document.querySelector(busy)) return false
    window.isLookedAt = isLookedAt
    return true
}"""


@pytest.fixture(scope="session")
def english_texts() -> None:
    """The English texts are compiled."""
    call_command("translations", "compile", verbosity=0, stdout=io.StringIO())


@pytest.fixture(scope="session")
def chromium(tmp_path_factory) -> Iterator[Browser]:
    """One Chromium for the whole run. Playwright runs an event loop in this thread, which Django has to be told of.

    The typeface is installed, so that no page decodes twenty pieces of it (tests/static has a style without them).
    """
    if not (CHROMIUM / "chrome").exists():
        pytest.fail("There is no Chromium yet: python bin/assets.py --dev")
    fonts = tmp_path_factory.mktemp("fonts")
    (fonts / "fonts.conf").write_text(FONTS.format(browser=CHROMIUM, typeface=TYPEFACE, cache=fonts))
    libraries = {"LD_LIBRARY_PATH": str(CHROMIUM / "lib"), "FONTCONFIG_PATH": str(fonts)}
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM / "chrome", args=FLAGS, env=os.environ | libraries, timeout=TIMEOUT_MS
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=["ko", "en"])
def language(request) -> str:
    return request.param


def new_page(chromium: Browser, site: str, **looks) -> Page:
    """A page of a browser of its own, which ends with its context."""
    context = chromium.new_context(base_url=site, **looks)
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(NOTES)
    return context.new_page()


@pytest.fixture
def typeface(settings) -> None:
    """The pages bring the typeface along, as outside of the tests."""
    settings.STATICFILES_DIRS = [folder for folder in settings.STATICFILES_DIRS if folder != STATIC]


@pytest.fixture
def page(chromium: Browser, live_server, language, request) -> Iterator[Page]:
    """A phone's page that notes every complaint of the browser and every request that leaves the site.

    Of a test in both languages axe sees the Korean pages on a phone and the English ones in the dark on a desk; of a
    test in one language, every page on both.
    """
    scheme = "dark" if language == "en" else "light"
    page = new_page(chromium, live_server.url, viewport=NARROW, color_scheme=scheme)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.complaints = []
    in_both = not any("language" in mark.args[0] for mark in request.node.iter_markers("parametrize"))
    page.sizes_for_axe = [{"ko": NARROW, "en": WIDE}[language]] if in_both else [NARROW, WIDE]
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda asked: _stays(asked.url, live_server.url) or page.complaints.append(asked.url))
    yield page
    page.context.close()


@pytest.fixture
def plain_page(chromium: Browser, live_server) -> Iterator[Page]:
    """A phone's page without JavaScript."""
    page = new_page(chromium, live_server.url, viewport=NARROW, java_script_enabled=False)
    yield page
    page.context.close()


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


def open_all(page: Page) -> None:
    """Everything that is folded is seen."""
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")


def settle(page: Page, *, looked_at: bool = False) -> None:
    """Waits for the page to which the last click or key leads, and until nothing on it changes any more."""
    page.wait_for_function(SETTLED, arg=looked_at)


def bring_axe(page: Page) -> None:
    """axe is on the page, as a file of the site: half a megabyte through the driver would cost more than it finds."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url=AXE_FILE)


def faults_of(page: Page) -> list[str]:
    """Complaints, overflow at both widths, and what axe finds. axe comes last: it tries what the policy forbids."""
    settle(page, looked_at=True)
    faults = [*page.complaints]
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            faults.append(f"{width} px wide on {size['width']} px")
    bring_axe(page)
    for size in page.sizes_for_axe:
        page.set_viewport_size(size)
        faults += page.evaluate(AXE)
    page.set_viewport_size(NARROW)
    page.evaluate(TIDY)
    settle(page)
    page.complaints.clear()
    return faults
