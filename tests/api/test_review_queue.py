"""The officers' queue by the API: finding cases, pages of them, taking the next, giving them to somebody."""

import pytest

from claims.models import Claim, Review
from claims.services.desk import hold, tag, take
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.cast import NOW, person
from tests.claims.desk_cast import another, case

pytestmark = pytest.mark.django_db
CASES = "/programmes/1015/cases"


@pytest.fixture
def desk(officer) -> Program:
    return on_the_site(officer)


@pytest.fixture
def queue(programme, officer) -> dict[str, str]:
    """Three cases by what they are: the officer's own on hold, one with a tag, one whose merchant is asked."""
    own, tagged, asked = (case(programme, assessed_won=won) for won in (2_000_000, 9_000_000, 5_000_000))
    hold(review=take(review=own, actor=officer, version=None, at=NOW), reason="확인", actor=officer, version=2, at=NOW)
    tag(review=tagged, add=["급함"], actor=officer, version=None, at=NOW)
    Review.objects.filter(pk=asked.pk).update(due_at=None, marks=["duplicates"])
    return {row.claim.reference: name for row, name in ((own, "own"), (tagged, "tagged"), (asked, "asked"))}


def listed(program, queue, **asked) -> list[str]:
    return [queue[row["reference"]] for row in program.get(CASES, **asked).json()["results"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["own", "tagged", "asked"]),
        ({"order": "-amount"}, ["tagged", "asked", "own"]),
        ({"order": "amount"}, ["own", "asked", "tagged"]),
        ({"order": "-age"}, ["asked", "tagged", "own"]),
        ({"whose": "mine"}, ["own"]),
        ({"whose": "nobody", "waits_for": "officer"}, ["tagged"]),
        ({"waits_for": "merchant"}, ["asked"]),
        ({"state": "held"}, ["own"]),
        ({"mark": "duplicates"}, ["asked"]),
        ({"tag": "급함"}, ["tagged"]),
        ({"kind": "objection"}, []),
    ],
)
def test_cases_are_found_by_what_they_are(desk, queue, asked, found):
    assert listed(desk, queue, **asked) == found


@pytest.mark.parametrize("order", ["due", "age", "-age", "amount", "-amount"])
def test_page_by_page_every_case_comes_once_in_every_order(desk, queue, order):
    all_at_once, seen, cursor = listed(desk, queue, order=order), [], {}
    for _ in queue:
        page = desk.get(CASES, order=order, limit=1, **cursor).json()
        seen += [queue[row["reference"]] for row in page["results"]]
        cursor = {"cursor": page["next_cursor"]}
    assert (seen, cursor["cursor"]) == (all_at_once, None)


def test_a_cursor_is_good_for_its_own_order_only(desk, queue):
    cursor = desk.get(CASES, order="age", limit=1).json()["next_cursor"]
    assert fields_of(desk.get(CASES, order="-age", cursor=cursor)) == {"cursor": "cursor_unknown"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"order": "x"}, "choice_unknown"),
        ({"state": "closed"}, "choice_unknown"),
        ({"mark": "\0"}, "choice_unknown"),
        ({"tag": "가" * 31}, "name_too_long"),
        ({"text": "가" * 101}, "text_too_long"),
    ],
)
def test_what_no_case_can_be_is_told(desk, asked, code):
    assert fields_of(desk.get(CASES, **asked)) == {next(iter(asked)): code}


def test_whoever_searches_leaves_a_record_and_finds(desk, officer, queue):
    claim = Claim.objects.get(reference=next(iter(queue)))
    assert listed(desk, queue, text=claim.external_reference) == ["own"]
    assert listed(desk, queue, text="가게 없음") == []
    assert AccessRecord.objects.filter(user=officer, task="reviews_searched").count() == 2


def test_the_next_case_is_taken_until_none_waits(desk, officer, queue):
    taken = desk.post(f"{CASES}/next")
    assert (taken.status_code, queue[taken.json()["reference"]]) == (201, "tagged")
    assert taken.json()["officer"] == {"username": "officer", "name": "Officer"}
    assert problem_of(desk.post(f"{CASES}/next"), 409)["code"] == "no_case_waits"


def test_cases_are_given_to_an_officer_all_or_none(desk, programme, queue):
    other = another(programme)
    assert [row["username"] for row in desk.get("/programmes/1015/officers").json()["results"]] == [
        "another",
        "officer",
    ]
    everything = {"cases": list(queue), "officer": other.username}
    refused = problem_of(desk.post(f"{CASES}/assignment", everything), 409)
    assert (refused["code"], next(iter(queue)) in refused["message_en"]) == ("case_has_officer", True)
    free = [reference for reference, name in queue.items() if name != "own"]
    assert desk.post(f"{CASES}/assignment", everything | {"cases": free}).json() == {"assigned": 2}
    assert Review.objects.filter(officer=other).count() == 2


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({"officer": "officer"}, {"cases": "cases_missing"}),
        ({"cases": ["K7M4", "x"], "officer": "officer"}, {"cases[0]": "case_unknown", "cases[1]": "case_unknown"}),
        ({"cases": "x", "officer": "officer"}, {"cases": "no_list_of_texts"}),
        ({"cases": ["own"], "officer": "nobody"}, {"officer": "officer_missing"}),
    ],
)
def test_what_cannot_be_given_is_told_by_its_place(desk, queue, content, fields):
    named = {name: reference for reference, name in queue.items()}
    if isinstance(content.get("cases"), list):
        content = content | {"cases": [named.get(name, name) for name in content["cases"]]}
    assert fields_of(desk.post(f"{CASES}/assignment", content)) == fields


@pytest.mark.parametrize(
    ("role", "seen", "done"),
    [(Role.OPS, 200, 404), (Role.AUDITOR, 200, 404), (Role.COUNCIL, 404, 404), (Role.AGENT, 404, 404)],
)
def test_who_may_look_and_who_may_act(programme, role, seen, done):
    program, reference = on_the_site(person("somebody", programme, role)), case(programme).claim.reference
    looks = (CASES, f"{CASES}/{reference}", "/programmes/1015/officers", "/programmes/1015/second-looks")
    assert {program.get(path).status_code for path in looks} == {seen}
    acts = ("next", "assignment", *(f"{reference}/{act}" for act in ("taking", "hold", "referral", "checks", "tags")))
    assert {program.post(f"{CASES}/{act}", {"version": 1}).status_code for act in acts} == {done}
