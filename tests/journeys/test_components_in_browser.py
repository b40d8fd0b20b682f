"""The page of all components: nothing is missing on it, it is accessible, and its picture is taken."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from claims.views.component_samples import STANDINGS
from compensation.programmes.models import Role
from tests.cast import person
from tests.web import NARROW, WIDE, faults_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]

ROOT = Path(__file__).parent.parent.parent
PICTURES = ROOT / "var" / "screenshots"  # stays there to be looked at
PATH = "/staff/components/"


@pytest.fixture
def signed_in(client, programme, page, live_server) -> None:
    """An officer looks."""
    client.force_login(person("officer", programme, Role.OFFICER))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])


def test_it_is_there_for_staff_only(client, programme):
    assert client.get(PATH).headers["Location"] == f"/sign-in/?next={PATH}"
    for role, status in ((Role.MERCHANT, 404), (Role.AUDITOR, 200), (Role.OFFICER, 200)):
        client.force_login(person(role, programme, role))
        assert client.get(reverse("components")).status_code == status
    assert client.get(PATH, {"claim": "nonsense"}).status_code == 404


def test_no_component_is_missing(client, programme):
    client.force_login(person("officer", programme, Role.OFFICER))
    named = set(re.findall(r"<code>(\w+)</code>", client.get(PATH).text))
    assert named == {file.stem for file in (ROOT / "templates/components").glob("*.html")}


def test_every_state_is_accessible_and_has_its_picture(page, signed_in, language):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for standing in STANDINGS if language == "ko" else ["council"]:
        page.goto(f"{PATH}?claim={standing}")
        for name, size in (("phone", NARROW), ("desk", WIDE)):
            page.set_viewport_size(size)
            picture = PICTURES / f"components-{standing}-{name}-{language}.jpg"
            page.screenshot(path=picture, full_page=True)
            assert picture.stat().st_size > 50_000
        assert faults_of(page) == [], standing
