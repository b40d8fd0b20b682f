"""What tests of pages need: static files without a manifest, and a real Chromium (`bin/assets.py --dev` fetches it)."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path(__file__).parent.parent / "var" / "chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def plain_static(settings: object) -> None:
    """Static files by their own names: no collected, hashed copies are needed."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = django_settings.STORAGES | {"staticfiles": plain}


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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM / "chrome", args=FLAGS, env=os.environ | libraries
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
