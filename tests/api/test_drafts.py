"""The whole road by the API: a draft, its steps, and the claim that it becomes. Once, whoever sends it how often."""

import pytest
import time_machine

from claims.models import Claim, ClaimDraft, Consent
from tests.api.cast import Program, fields_of, problem_of, token_of
from tests.cast import NOW
from users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]
NUMBER = "123-45-67891"
BUSINESS = {
    "business_number": NUMBER,
    "trade_name": "홍이네",
    "representative_name": "홍길동",
    "phone": "02-123-4567",
}


@pytest.fixture(autouse=True)
def _while_claims_are_taken():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def policy(nobody) -> dict:
    return nobody.get("/programmes/1015").json()


@pytest.fixture
def path(stranger) -> str:
    return f"/drafts/{stranger.post('/programmes/1015/drafts').json()['reference']}"


def save(program: Program, path: str, step: str, answers: object, version: object = 0):
    return program.put(f"{path}/steps/{step}", {"answers": answers, "version": version})


def fill_in(program: Program, path: str, policy: dict) -> None:
    """Every step that has to be filled in."""
    line = {"key": "1", "service": "messenger", "began": "2022-10-15", "ended": "2022-10-16"}
    consents = {row["code"]: row["digest_ko"] for row in policy["consents"] if row["code"] != "truth"}
    answers = {
        "business": BUSINESS,
        "periods": {"lines": [line]},
        "losses": {"lines": {"1": {"lost_sales": "350,000원"}}},
        "margin": {"basis": "own", "margin": "12.5"},
        "alternative": {"lines": {"1": {"alternative": "무"}}},
        "account": {"use": "other", "bank": "국민", "number": "110-123-456789", "holder": "홍길동"},
        "consents": consents,
    }
    for step, typed in answers.items():
        saved = save(program, path, step, typed)
        assert saved.status_code == 200, (step, saved.json())


def declared(policy: dict) -> dict:
    return {"declared": next(row["digest_ko"] for row in policy["consents"] if row["code"] == "truth")}


def test_the_whole_road_leads_to_a_claim(stranger, path, policy):
    fill_in(stranger, path, policy)
    sent = stranger.post(f"{path}/submission", declared(policy))
    assert sent.status_code == 201, sent.json()
    claim = Claim.objects.get()
    assert sent.json()["reference"] == claim.reference
    assert (claim.lost_sales_won, claim.reported_margin_bp, claim.received_at) == (350_000, 1_250, NOW)
    assert Consent.objects.filter(claim=claim).exists()
    assert stranger.get(path).json()["claim"] == claim.reference
    assert [row["reference"] for row in stranger.get("/claims").json()["results"]] == [claim.reference]


def test_whoever_sends_twice_has_one_claim(stranger, path, policy):
    fill_in(stranger, path, policy)
    answers = [stranger.post(f"{path}/submission", declared(policy)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert Claim.objects.count() == 1


def test_the_same_business_and_service_twice_is_refused_with_the_first(stranger, path, policy):
    fill_in(stranger, path, policy)
    first = stranger.post(f"{path}/submission", declared(policy)).json()["reference"]
    second = f"/drafts/{stranger.post('/programmes/1015/drafts').json()['reference']}"
    fill_in(stranger, second, policy)
    refused = problem_of(stranger.post(f"{second}/submission", declared(policy)), 409)
    assert (refused["code"], first in refused["message_ko"]) == ("already_filed", True)


def test_what_is_missing_is_told_by_step(stranger, path, policy):
    fields = fields_of(stranger.post(f"{path}/submission", declared(policy)))
    assert {name.split(".")[0] for name in fields} >= {"business", "periods", "margin", "account", "consents"}


@pytest.mark.parametrize("text", ["", "x", None])
def test_without_the_declaration_nothing_is_sent(stranger, path, policy, text):
    fill_in(stranger, path, policy)
    assert fields_of(stranger.post(f"{path}/submission", {"declared": text})) == {"declared": "not_declared"}


def test_after_the_window_a_draft_stays_a_draft(stranger, path, policy):
    fill_in(stranger, path, policy)
    with time_machine.travel("2023-02-13T00:00:00+09:00", tick=False):
        answer = stranger.post(f"{path}/submission", declared(policy))
    assert problem_of(answer, 409)["code"] == "window_closed"
    assert ClaimDraft.objects.get().claim is None


def test_what_is_wrong_is_told_and_kept(stranger, path):
    answer = save(stranger, path, "business", BUSINESS | {"business_number": "123-45-67890"})
    assert fields_of(answer) == {"business_number": "business_number_wrong_check"}
    step = next(step for step in stranger.get(path).json()["steps"] if step["step"] == "business")
    assert step["answers"]["business_number"] == "123-45-67890"
    assert [problem["field"] for problem in step["problems"]] == ["business_number"]


def test_an_account_number_comes_back_masked(stranger, path, policy):
    fill_in(stranger, path, policy)
    step = next(step for step in stranger.get(path).json()["steps"] if step["step"] == "account")
    assert step["answers"]["number"] == "****6789"
    assert "110-123-456789" not in stranger.get(path).content.decode()


def test_two_programs_do_not_overwrite_each_other_unknowingly(stranger, path):
    other = Program()
    other.headers = {"Authorization": f"Bearer {token_of(User.objects.get(username='stranger'))}"}
    assert save(stranger, path, "margin", {"basis": "industry"}).json()["version"] == 1
    refused = save(other, path, "margin", {"basis": "own", "margin": "5"})
    assert problem_of(refused, 409)["code"] == "saved_elsewhere"
    assert save(other, path, "margin", {"basis": "own", "margin": "5"}, version=1).json()["version"] == 2


@pytest.mark.parametrize("answers", [None, 1, "x", [], [1], {"lines": 1}, {"lines": [1]}, {"lines": {"x": 1}}])
@pytest.mark.parametrize("step", ["business", "periods", "losses", "margin", "alternative", "account", "consents"])
def test_answers_of_a_wrong_shape_are_told(stranger, path, step, answers):
    answer = save(stranger, path, step, answers, version="x")
    assert answer.status_code in (200, 422)
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize("step", ["check", "none"])
def test_steps_in_which_nothing_is_written_are_not_there(stranger, path, step):
    problem_of(save(stranger, path, step, {}), 404)


def test_drafts_of_others_are_not_there(program, path):
    problem_of(program.get(path), 404)
    problem_of(program.delete(path), 404)
    problem_of(save(program, path, "margin", {}), 404)
    problem_of(program.post(f"{path}/submission", {}), 404)
    problem_of(program.get(f"{path}/evidence"), 404)


def test_a_draft_is_listed_and_thrown_away(stranger, path):
    save(stranger, path, "margin", {"basis": "industry"})
    assert len(stranger.get("/drafts").json()["results"]) == 1
    assert stranger.delete(path).status_code == 204
    problem_of(stranger.delete(path), 404)
    assert stranger.get("/drafts").json()["results"] == []
