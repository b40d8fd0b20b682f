"""Takes the pictures of the running product: the overview for the README, or with `--all` every page to be looked at.

    python bin/screenshots.py http://127.0.0.1:8000 docs/images
    python bin/screenshots.py http://127.0.0.1:8000 /tmp/pages --all

Signs in as the sample's people. Needs the development requirements and what `bin/assets.py --dev` fetches.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

VAR = Path(__file__).resolve().parent.parent / "var"
CHROMIUM = VAR / "chromium"
SIZES = {"": {"width": 1280, "height": 900}, "-phone": {"width": 390, "height": 844}}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Shot:
    """A page as somebody sees it. `follow` is what is clicked on once the page is there."""

    name: str
    username: str
    path: str
    follow: str = ""


OVERVIEW = Shot("overview", "ops", "/programmes/1015/")
ALL = (
    OVERVIEW,
    Shot("sign-in", "", "/sign-in/"),
    Shot("sign-in-staff", "", "/staff/sign-in/"),
    Shot("claims", "officer", "/programmes/1015/claims/"),
    Shot("claim", "officer", "/programmes/1015/claims/?state=determined", "a.reference"),
    Shot("claim-council", "officer", "/programmes/1015/claims/?state=awaiting_council", "a.reference"),
    Shot("my-claims", "merchant", "/my/claims/"),
    Shot("my-claim", "merchant", "/my/claims/", "article h2 a"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the pictures of the running product.")
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true", help="every page, in both languages, light and dark")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    libraries = {"LD_LIBRARY_PATH": str(CHROMIUM / "lib"), "FONTCONFIG_PATH": str(CHROMIUM)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM / "chrome", args=FLAGS, env=os.environ | libraries
        )
        shots = ALL if options.all else (OVERVIEW,)
        for suffix, page in _pages(browser, options.url, everything=options.all):
            for shot in shots:
                _take(page, shot, options.folder / f"{shot.name}{suffix}.png")
        browser.close()


def _pages(browser: Browser, url: str, *, everything: bool) -> Iterator[tuple[str, Page]]:
    """A fresh browser per size, language and scheme, with the end of the file's name."""
    for language in ("ko", "en") if everything else ("ko",):
        for scheme in ("light", "dark") if everything else ("light",):
            for size, viewport in SIZES.items():
                context = browser.new_context(base_url=url, viewport=viewport, color_scheme=scheme)
                context.add_cookies([{"name": "django_language", "value": language, "url": url}])
                yield size + (f"-{language}-{scheme}" if everything else ""), context.new_page()
                context.close()


def _take(page: Page, shot: Shot, file: Path) -> None:
    page.context.clear_cookies(name="sessionid")
    page.goto(f"/staff/sign-in/?next={shot.path}" if shot.username else shot.path)
    if shot.username:
        page.fill("[name=username]", shot.username)
        page.fill("[name=password]", (VAR / "secrets/sample-password").read_text())
        page.click("main form button")
        page.wait_for_url(f"**{shot.path}")
    if shot.follow and page.locator(shot.follow).count():
        page.click(f"{shot.follow} >> nth=0")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    main()
