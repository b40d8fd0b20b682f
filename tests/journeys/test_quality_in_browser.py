"""Objections, second looks and deadlines in a real browser: accessible, in both languages, and by keyboard alone."""

import pytest

from claims.models import Claim, SecondLook
from claims.services.desk import take
from claims.services.second_looks import draw
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.desk_cast import another, cases, objection_after
from tests.web import faults_of, open_all, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]

BASE = "/programmes/1015/"


@pytest.fixture
def claim(programme) -> Claim:
    """An objection that somebody else has to take, with a drawn determination; and cases whose deadline has passed."""
    officer = person("officer", programme, Role.OFFICER)
    review = objection_after(programme, another(programme))
    draw(programme=programme, at=NOW)
    take(review=cases(programme, 2)[0], actor=officer, version=None, at=NOW)
    return review.claim


def test_the_pages_and_a_look_by_keyboard_alone(page, claim):
    sign_in(page, "officer")
    look = f"{BASE}second-looks/{claim.reference}/1/"
    for path in ("", "review/objections/", "review/deadlines/", "second-looks/", f"second-looks/{claim.reference}/1/"):
        page.goto(BASE + path)
        open_all(page)
        assert faults_of(page) == [], path
    page.focus("[name=outcome]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")  # another judgement needs a note
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.focus("[name=note]")
    page.keyboard.type("영업이익률이 다릅니다.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-looks/")
    assert SecondLook.objects.get().outcome == "differs"
    page.goto(f"{BASE}second-looks/?standing=differs")
    assert faults_of(page) == []
    page.goto(look)
    assert faults_of(page) == []
