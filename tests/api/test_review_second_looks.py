"""The second look by the API."""

import pytest

from claims.models import SecondLook
from claims.services.assessment import assess_next_batch
from claims.services.second_looks import draw
from compensation.programmes.models import Role
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.cast import NOW, one_claim, person
from users.services.people import system_user

pytestmark = pytest.mark.django_db
LOOKS = "/programmes/1015/second-looks"


@pytest.fixture
def claims(programme) -> list[str]:
    """Two claims in a tier; both are drawn, as the first determinations all are."""
    claims = [one_claim(programme=programme, lost_sales_won=200_000) for _ in range(2)]
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    draw(programme=programme, at=NOW)
    return [claim.reference for claim in claims]


@pytest.fixture
def desk(officer) -> Program:
    return on_the_site(officer)


def test_what_was_drawn_is_listed_page_by_page_and_looked_at(desk, claims):
    page = desk.get(LOOKS, limit=1).json()
    rest = desk.get(LOOKS, limit=1, cursor=page["next_cursor"]).json()
    assert [page["results"][0]["reference"], rest["results"][0]["reference"]] == claims
    told = desk.get(f"{LOOKS}/{claims[0]}/1").json()
    assert (told["amount_won"], told["is_current"], told["is_own_work"]) == (30_000, True, False)
    assert fields_of(desk.post(f"{LOOKS}/{claims[0]}/1", {})) == {"outcome": "look_outcome_missing"}
    assert fields_of(desk.post(f"{LOOKS}/{claims[0]}/1", {"outcome": "differs"})) == {"note": "look_note_missing"}
    done = desk.post(f"{LOOKS}/{claims[0]}/1", {"outcome": "agrees"})
    assert (done.status_code, done.json()["looked_by"]) == (201, "Officer")
    assert [row["reference"] for row in desk.get(LOOKS, standing="agrees").json()["results"]] == claims[:1]
    assert SecondLook.objects.filter(outcome="agrees").count() == 1


def test_a_draw_is_told_with_its_seed(desk, claims):
    (told,) = desk.get(f"{LOOKS}/draws").json()["results"]
    assert (told["candidates"], told["drawn"], len(told["seed"])) == (2, 2, 32)
    assert told["standings"]["todo"] == 2


def test_who_looks_and_what_is_not_there(programme, desk, claims):
    problem_of(desk.get(f"{LOOKS}/{claims[0]}/2"), 404)
    assert fields_of(desk.get(LOOKS, standing="x")) == {"standing": "choice_unknown"}
    auditor = on_the_site(person("auditor", programme, Role.AUDITOR))
    assert auditor.get(f"{LOOKS}/{claims[0]}/1").status_code == 200
    problem_of(auditor.post(f"{LOOKS}/{claims[0]}/1", {"outcome": "agrees"}), 404)
