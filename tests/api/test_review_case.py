"""One case by the API: what is told of it, and everything that an officer does with it."""

from datetime import timedelta

import pytest
import time_machine

from claims.models import Check, Claim, FactCorrection, Question, Review
from claims.services.desk import take
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from merchants.models import BankAccount, Merchant
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.cast import NOW, person
from tests.claims.desk_cast import another, case
from tests.claims.pages_cast import merchant_with_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _before_the_deadline():
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        yield


@pytest.fixture
def own(programme, officer) -> Review:
    """The officer's own case, of a merchant with a phone and an account."""
    review = case(programme)
    merchant_with_account(review.claim, user=person("merchant", programme))
    Merchant.objects.filter(pk=review.claim.merchant_id).update(phone="+821012345678")
    return take(review=review, actor=officer, version=None, at=NOW)


@pytest.fixture
def desk(officer) -> Program:
    return on_the_site(officer)


@pytest.fixture
def path(own) -> str:
    return f"/programmes/1015/cases/{own.claim.reference}"


def test_a_case_is_told_in_full_with_personal_data_masked(desk, path, own, officer):
    answer = desk.get(path)
    told = answer.json()
    assert (told["state"]["code"], told["version"], told["cap_won"]) == ("open", own.version, 9_000_000)
    assert (told["merchant"]["phone"], told["merchant"]["account_number"]) == ("010-****-5678", "****1234")
    account = BankAccount.objects.get()
    private = (account.number, account.holder, own.claim.merchant.representative_name, "01012345678", "1012345678")
    assert not [text for text in private if text in answer.content.decode()]
    assert [step["code"] for step in told["assessment"]["working"]][-1] == "tier"
    assert {reason["kind"] for reason in told["reasons"]} >= {"support", "refusal", "fixable"}
    record = AccessRecord.objects.get(user=officer, task="case_viewed")
    assert record.subject == f"claim {own.claim.reference}"


def test_documents_are_not_for_operations(programme, desk, path, own):
    own.claim.evidence.create(
        kind="sales_loss_proof", file_name="a.pdf", size_bytes=1, sha256="0" * 64, received_at=NOW
    )
    ops = on_the_site(person("somebody", programme, Role.OPS))
    assert [len(program.get(path).json()["evidence"]) for program in (desk, ops)] == [1, 0]


def test_a_case_goes_from_the_desk_to_the_council_and_back(desk, path):
    steps = [
        ("hold", {"reason": "서류를 기다립니다."}, "held"),
        ("resumption", {}, "open"),
        ("referral", {"verdict": "grant", "amount": "2,000,000원", "reasons": ["loss_proven"]}, "referred"),
        ("taking-back", {}, "open"),
        ("release", {}, "open"),
        ("taking", {}, "open"),
        ("tags", {"add": ["급함"]}, "open"),
    ]
    for version, (act, content, state) in enumerate(steps, start=desk.get(path).json()["version"]):
        done = desk.post(f"{path}/{act}", content | {"version": version})
        assert (done.status_code, done.json()["state"]["code"], done.json()["version"]) == (201, state, version + 1)
    (proposal,) = desk.get(path).json()["proposals"]
    assert (proposal["amount_won"], proposal["reasons"]) == (2_000_000, ["loss_proven"])


@pytest.mark.parametrize(
    ("act", "content", "fields"),
    [
        ("hold", {"reason": " "}, {"reason": "reason_missing"}),
        ("hold", {"reason": "가" * 501}, {"reason": "text_too_long"}),
        ("taking", {"version": "2"}, {"version": "version_missing"}),
        ("taking", {"version": 1.5}, {"version": "version_missing"}),
        ("tags", {"add": ["좋음", ""]}, {"add[1]": "name_blank"}),
        ("referral", {"verdict": "x"}, {"verdict": "verdict_unknown"}),
        ("referral", {"verdict": "grant"}, {"amount": "amount_missing"}),
        ("referral", {"verdict": "grant", "amount": "1e5"}, {"amount": "won_malformed"}),
        ("referral", {"verdict": "grant", "amount": 1}, {"reasons": "proposal_reasons_missing"}),
        ("referral", {"verdict": "refuse", "reasons": ["loss_proven"]}, {"reasons": "proposal_reasons_mixed"}),
        (
            "referral",
            {"verdict": "grant", "amount": 9_000_001, "reasons": ["loss_proven"]},
            {"amount": "proposal_amount_too_high"},
        ),
        ("checks", {}, {"code": "check_unknown"}),
        ("checks", {"code": "duplicates", "outcome": "passed"}, {"note": "check_note_missing"}),
        ("questions", {}, {"text": "question_empty"}),
        ("questions", {"kinds": ["x"]}, {"kinds": "question_kind_unknown"}),
        ("questions", {"reasons": ["loss_proven"]}, {"reasons": "question_reason_unfit"}),
        ("corrections", {"reason": "x"}, {"facts": "facts_missing"}),
        ("corrections/preview", {"facts": {"x": {}}}, {"facts.x": "step_unknown"}),
        (
            "corrections/preview",
            {"facts": {"margin": {"basis": "own", "margin": "200%"}}},
            {"margin": "percent_out_of_range"},
        ),
    ],
)
def test_what_cannot_be_done_is_told_beside_its_field(desk, path, own, act, content, fields):
    assert fields_of(desk.post(f"{path}/{act}", {"version": own.version} | content)) == fields


def test_whoever_acts_on_an_older_version_is_told(desk, path, own):
    for act, content in (
        ("hold", {"reason": "x"}),
        ("referral", {"verdict": "refuse", "reasons": ["loss_not_proven"]}),
    ):
        answer = desk.post(f"{path}/{act}", content | {"version": own.version - 1})
        assert problem_of(answer, 409)["code"] == "case_changed"


def test_somebody_elses_case_is_refused(programme, path, own):
    other = on_the_site(another(programme))
    assert problem_of(other.post(f"{path}/taking", {"version": own.version}), 409)["code"] == "case_has_officer"
    found = {"code": "duplicates", "outcome": "passed", "note": "봄"}
    assert problem_of(other.post(f"{path}/checks", found), 409)["code"] == "case_has_officer"


def test_a_check_by_hand_is_told_with_its_note(desk, path):
    found = {"code": "business_use", "outcome": "passed", "note": "예약 대화를 보았습니다."}
    assert desk.post(f"{path}/checks", found).status_code == 201
    (told,) = [row for row in desk.get(path).json()["checks"] if row["code"] == "business_use"]
    assert (told["outcome"], told["note"], told["by"]) == ("passed", found["note"], "Officer")
    assert Check.objects.count() == 1


def test_a_correction_is_seen_before_it_is_saved(desk, path, own):
    facts = {"losses": {"lines": {"1": {"lost_sales": "8,000,000"}}}}
    preview = desk.post(f"{path}/corrections/preview", {"facts": facts}).json()
    assert [preview[side]["assessed_won"] for side in ("before", "after")] == [9_000_000, 8_000_000]
    assert not FactCorrection.objects.exists()
    stale = desk.post(f"{path}/corrections", {"facts": facts, "version": 2, "reason": "매출 자료"})
    assert problem_of(stale, 409)["code"] == "facts_changed"
    saved = desk.post(f"{path}/corrections", {"facts": facts, "version": 1, "reason": "매출 자료"})
    assert (saved.status_code, saved.json()["facts_version"]) == (201, 2)
    assert Claim.objects.get().lost_sales_won == 8_000_000


def test_the_merchant_is_asked_and_the_question_taken_back(desk, path):
    asked = desk.post(f"{path}/questions", {"kinds": ["sales_loss_proof"], "text": "7일치를 보내 주세요."})
    assert (asked.status_code, desk.get(path).json()["due_at"]) == (201, None)
    again = desk.post(f"{path}/questions", {"text": "또"})
    assert problem_of(again, 409)["code"] == "question_already_asked"
    back = desk.post(f"{path}/questions/{asked.json()['reference']}/cancellation")
    assert (back.json()["state"], Question.objects.count()) == ("cancelled", 1)
    problem_of(desk.post(f"{path}/questions/none/cancellation"), 404)


def test_what_is_sent_twice_is_done_once(desk, path, own):
    first, second = (desk.post(f"{path}/hold", {"version": own.version, "reason": "x"}, key="one") for _ in range(2))
    assert (first.json(), second.json()["version"]) == (second.json(), own.version + 1)
