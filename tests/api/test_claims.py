"""A merchant's own claims, and what can be done about them, by the API."""

import pytest
from django.utils import timezone

from claims.models import Claim, Objection, Question
from claims.services.assessment import assess_next_batch
from claims.services.questions import ask
from merchants.models import BankAccount
from tests.api.cast import fields_of, problem_of
from tests.cast import NOW
from tests.claims.evidence_samples import picture
from tests.claims.status_cast import BEFORE_THE_COUNCIL, SALES
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]


@pytest.fixture
def claim(merchant) -> Claim:
    return Claim.objects.get()


@pytest.fixture
def determined(claim, programme) -> Claim:
    """In a tier, just now."""
    assess_next_batch(programme=programme, actor=system_user(), at=timezone.now())
    claim.refresh_from_db()
    return claim


@pytest.fixture
def asked(claim, programme, officer) -> Question:
    """Before the council, and an officer asks for a paper."""
    claim.losses.update(lost_sales_won=BEFORE_THE_COUNCIL)
    Claim.objects.update(lost_sales_won=BEFORE_THE_COUNCIL)
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    claim.refresh_from_db()
    return ask(claim=claim, kinds=[SALES], text="", actor=officer, at=timezone.now())


def add_paper(program, claim, name="sales.jpg", content=None, **others):
    import io

    file = io.BytesIO(picture() if content is None else content)
    file.name = name
    return program.upload(f"/claims/{claim.reference}/evidence", **({"kind": SALES, "file": file} | others))


def test_a_claim_is_told_with_its_working_and_its_history(program, determined):
    told = program.get(f"/claims/{determined.reference}").json()
    assert (told["state"]["code"], told["state"]["name_ko"]) == ("determined", "결정")
    assert [step["code"] for step in told["assessment"]["working"]][-1] == "tier"
    assert told["determinations"][0]["amount_won"] == determined.determination.amount_won
    assert "determined" in [event["code"] for event in told["timeline"]]
    assert (told["why_no_objection"], told["can_withdraw"]) == (None, False)
    assert told["account"] == {"bank_code": "004", "number": "****1234"}


def test_claims_of_others_are_not_there(stranger, determined):
    assert stranger.get("/claims").json()["results"] == []
    for path in ("", "/evidence"):
        problem_of(stranger.get(f"/claims/{determined.reference}{path}"), 404)
    for path in ("withdrawal", "objections", "questions/x/answer"):
        problem_of(stranger.post(f"/claims/{determined.reference}/{path}", {}), 404)
    problem_of(stranger.put(f"/claims/{determined.reference}/account", {}), 404)


def test_a_paper_is_added_and_shown_by_its_receipt(program, claim):
    added = add_paper(program, claim)
    assert added.status_code == 201
    (listed,) = program.get(f"/claims/{claim.reference}/evidence").json()["results"]
    assert listed == added.json()
    assert len(listed["sha256"]) == 64


@pytest.mark.parametrize(
    ("others", "field", "code"),
    [
        ({"kind": "none"}, "kind", "kind_unknown"),
        ({"kind": ""}, "kind", "kind_unknown"),
        ({"file": "text"}, "file", "file_missing"),
        ({"content": b""}, "file", "file_empty"),
        ({"content": b"<svg/>"}, "file", "file_type"),
    ],
)
def test_a_file_that_is_not_taken_is_told_beside_its_field(program, claim, others, field, code):
    assert fields_of(add_paper(program, claim, **others)) == {field: code}


def test_an_upload_that_is_sent_again_is_there_once(program, claim):
    first, second = (add_paper(program, claim, key="one") for _ in range(2))
    assert first.json() == second.json()
    assert fields_of(add_paper(program, claim)) == {"file": "file_already_there"}


def test_a_question_is_answered_with_a_paper(program, claim, asked):
    (question,) = program.get(f"/claims/{claim.reference}").json()["questions"]
    path = f"/claims/{claim.reference}/questions/{question['reference']}/answer"
    assert fields_of(program.post(path, {})) == {"evidence": "answer_papers_missing"}
    paper = add_paper(program, claim).json()["reference"]
    answered = program.post(path, {"text": "여기 있습니다.", "evidence": [paper]})
    assert (answered.status_code, answered.json()["state"]) == (201, "answered")
    assert problem_of(program.post(path, {"text": "또"}), 409)["code"] == "answer_already_there"


@pytest.mark.parametrize("evidence", ["x", [1], ["none"], {}, ["x"] * 101, [["x"]]])
def test_papers_that_are_not_the_claims_are_told(program, claim, asked, evidence):
    path = f"/claims/{claim.reference}/questions/{asked.reference}/answer"
    fields = fields_of(program.post(path, {"text": "x", "evidence": evidence}))
    assert all(name.startswith("evidence") for name in fields)


def test_an_objection_is_filed_once_and_withdrawn(program, determined):
    path = f"/claims/{determined.reference}/objections"
    assert fields_of(program.post(path, {"kind": "objection"})) == {"reasons": "objection_reasons_missing"}
    assert fields_of(program.post(path, {"kind": "x"})) == {"kind": "kind_unknown"}
    assert fields_of(program.post(path, {"kind": "objection", "reasons": 5})) == {"reasons": "no_text"}
    filed = program.post(path, {"kind": "objection", "reasons": "손실이 더 큽니다."})
    assert filed.status_code == 201
    again = program.post(path, {"kind": "confirmation", "reasons": "확인해 주세요."})
    assert problem_of(again, 409)["code"] == "already_open"
    taken_back = program.post(f"{path}/{filed.json()['reference']}/withdrawal")
    assert (taken_back.json()["state"], Objection.objects.count()) == ("withdrawn", 1)


def test_nothing_can_be_objected_to_before_it_is_determined(program, claim):
    answer = program.post(f"/claims/{claim.reference}/objections", {"kind": "objection", "reasons": "x"})
    assert problem_of(answer, 409)["code"] == "not_determined"


def test_a_claim_is_withdrawn_before_it_is_decided(program, claim):
    path = f"/claims/{claim.reference}/withdrawal"
    assert fields_of(program.post(path, {"reason": "x"})) == {"reason": "withdrawal_reason_missing"}
    assert program.post(path, {"reason": "withdrawn_mistake"}).json()["state"]["code"] == "withdrawn"


def test_a_decided_claim_is_not_withdrawn(program, determined):
    answer = program.post(f"/claims/{determined.reference}/withdrawal", {"reason": "withdrawn_mistake"})
    assert problem_of(answer, 409)["code"] == "withdrawal_too_late"


def test_the_account_is_changed_and_shown_masked(program, claim):
    path = f"/claims/{claim.reference}/account"
    changed = program.put(path, {"bank": "국민", "number": "110-123-456789", "holder": "홍길동"})
    assert changed.json() == {"bank_code": "004", "number": "****6789"}
    assert BankAccount.objects.count() == 2
    for field in ("bank", "number", "holder"):
        answer = program.put(path, {"bank": "004", "number": "110123456789", "holder": "홍길동"} | {field: ["x"]})
        assert fields_of(answer).keys() == {field}
