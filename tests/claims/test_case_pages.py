"""The pages of a case: who gets in, what is masked, what is recorded, and every form with what is wrong beside it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Check, Claim, FactCorrection, Proposal, Question, Review
from claims.services.case_checks import run_due_checks
from claims.services.desk import take
from claims.services.evidence_work import work_on_next
from compensation.audit.models import AccessRecord
from compensation.policy.case_checks import CHECKS
from compensation.programmes.models import Role
from tests.cast import NOW, a_council, a_session, person
from tests.claims.council_cast import vote_all
from tests.claims.desk_cast import another, cases, objection_after
from tests.claims.status_cast import BEFORE_THE_COUNCIL, assessed_claim, paper
from tests.claims.test_pages_queries import open_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept", "warm_process")]
TABS = ("review", "review-checks", "review-corrections", "review-asking", "review-proposal")


@pytest.fixture
def claim(programme) -> Claim:
    return assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)


@pytest.fixture
def desk(client, officer, claim):
    """The officer's browser; the case is the officer's."""
    take(review=claim.reviews.get(), actor=officer, version=None, at=NOW)
    client.force_login(officer)
    return client


def address(claim: Claim, name: str = "review", *arguments: str) -> str:
    return reverse(name, args=["1015", claim.reference, *arguments])


def post(client, claim: Claim, name: str, *arguments: str, **typed: object):
    """Sends a form, with the version of the case unless another is named."""
    version = {"version": Review.objects.filter(claim=claim).latest("id").version}
    return client.post(address(claim, name, *arguments), version | typed)


@pytest.mark.parametrize(
    ("roles", "seen", "papers"),
    [
        ((Role.OFFICER,), True, True),
        ((Role.AUDITOR,), True, True),
        ((Role.OPS,), True, False),
        ((Role.AGENT,), False, False),
        ((Role.COUNCIL,), False, False),
        ((), False, False),
    ],
)
def test_only_the_people_of_the_review_see_a_case_and_operations_no_documents(
    client, programme, claim, tmp_path, roles, seen, papers
):
    paper(claim, tmp_path)
    work_on_next(at=NOW)
    client.force_login(person("somebody", programme, *roles))
    for tab in TABS:
        page = client.get(address(claim, tab))
        assert page.status_code == (200 if seen else 404), tab
        assert ("매출.jpg" in page.content.decode()) is papers, tab


def test_a_claim_without_a_review_and_another_programmes_are_not_there(desk, programme):
    assert desk.get(address(assessed_claim(programme))).status_code == 404
    assert desk.get(reverse("review", args=["1015", "K7M4-9QXR-T2V5"])).status_code == 404


def test_who_only_looks_has_no_form_and_cannot_send_one(client, programme, claim):
    client.force_login(person("auditor", programme, Role.AUDITOR))
    for tab in TABS:
        assert 'action="/programmes/1015/review' not in client.get(address(claim, tab)).content.decode(), tab
    forms = (("review-action", "take"), ("review-reveal",), ("review-checks-run",), *((tab,) for tab in TABS[1:]))
    for form in forms:
        assert client.post(address(claim, *form)).status_code == 404, form


def test_whoever_looks_is_recorded_and_personal_data_are_masked(desk, claim, officer):
    page = desk.get(address(claim)).content.decode()
    for hidden in ("010-1234-5678", "98765432101234", "홍길동", "hong@example.kr"):
        assert hidden not in page
    record = AccessRecord.objects.get(task="case_viewed")
    assert (record.user, record.subject) == (officer, f"claim {claim.reference}")


def test_what_is_masked_is_shown_once_and_only_with_a_reason(desk, claim):
    refused = post(desk, claim, "review-reveal", reveal_reason=" ")
    assert refused.status_code == 422
    assert "확인하는 이유를 적어 주세요." in refused.content.decode()
    assert not AccessRecord.objects.filter(task="personal_data_revealed").exists()
    page = post(desk, claim, "review-reveal", reveal_reason="통장 사본과 대조").content.decode()
    for shown in ("010-1234-5678", "98765432101234", "홍길동"):
        assert shown in page
    assert AccessRecord.objects.get(task="personal_data_revealed").detail == "통장 사본과 대조"
    assert "98765432101234" not in desk.get(address(claim)).content.decode()


def test_a_case_is_taken_held_resumed_tagged_and_released(client, claim, officer):
    client.force_login(officer)
    steps = [
        (("take", {}), ("open", officer, [])),
        (("hold", {"hold_reason": "세무서 회신 대기"}), ("held", officer, [])),
        (("resume", {}), ("open", officer, [])),
        (("tags", {"tag": "현장 확인"}), ("open", officer, ["현장 확인"])),
        (("tags", {"remove": ["현장 확인"]}), ("open", officer, [])),
        (("release", {}), ("open", None, [])),
    ]
    for (action, typed), expected in steps:
        assert post(client, claim, "review-action", action, **typed).status_code == 302, action
        review = Review.objects.get(claim=claim)
        assert (review.state, review.officer, review.tags) == expected, action


@pytest.mark.parametrize(
    ("action", "typed", "sentence"),
    [
        ("hold", {"hold_reason": ""}, "이유를 적어 주세요."),
        ("hold", {"hold_reason": "회신 대기", "version": 1}, "다른 담당자가 먼저 바꾸었습니다."),
        ("hold", {"hold_reason": "회신 대기", "version": "9" * 30}, "다른 담당자가 먼저 바꾸었습니다."),
        ("tags", {"tag": "😀"}, "이모지"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_typed_is_lost(desk, claim, action, typed, sentence):
    page = post(desk, claim, "review-action", action, **typed)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert str(next(iter(typed.values()))) in page.content.decode()


def test_an_unknown_action_is_not_there(desk, claim):
    assert post(desk, claim, "review-action", "burn").status_code == 404


def test_somebody_elses_case_can_be_read_and_released_with_a_reason(client, programme, desk, claim):
    client.force_login(another(programme))
    assert "맡은 건입니다. 보기만 할 수 있습니다." in client.get(address(claim)).content.decode()
    assert 'name="outcome"' not in client.get(address(claim, "review-checks")).content.decode()
    assert post(client, claim, "review-action", "release", release_reason="휴직").status_code == 302


def test_checks_are_listed_and_recorded_by_hand(desk, claim):
    run_due_checks(at=NOW)
    page = desk.get(address(claim, "review-checks")).content.decode()
    assert all(check.meaning_ko in page for check in CHECKS.values())
    typed = {"code": "business_use", "outcome": "failed"}
    refused = post(desk, claim, "review-checks", **typed, note="")
    assert (refused.status_code, "무엇을 보고 확인했는지 적어 주세요." in refused.content.decode()) == (422, True)
    assert post(desk, claim, "review-checks", **typed, note="대화 기록이 없음").status_code == 302
    page = desk.get(address(claim, "review-checks")).content.decode()
    assert "대화 기록이 없음" in page
    assert Review.objects.get(claim=claim).marks == ["business_use"]


def test_the_machine_looks_again_at_a_click(desk, claim):
    assert post(desk, claim, "review-checks-run").status_code == 302
    assert Check.objects.filter(claim=claim).count() == len(CHECKS)
    assert "바뀐 것이 없습니다." in desk.post(address(claim, "review-checks-run"), follow=True).content.decode()


def typed_correction(claim: Claim, **changes: str) -> dict[str, str]:
    line = {"1-service": "messenger", "1-began": "2022-10-15", "1-ended": "2022-10-16", "1-lost_sales": "8,000,000"}
    margin = {"1-alternative": "no", "basis": "own", "margin": "100", "industry": ""}
    return line | margin | {"facts_version": str(claim.facts_version), "reason": "영수증 확인"} | changes


def seen_digest(page) -> str:
    return page.context["preview"]["digest"]


def test_a_correction_is_seen_before_it_is_saved(desk, claim):
    typed = typed_correction(claim)
    shown = post(desk, claim, "review-corrections", **typed, action="save")  # nobody saves what nobody has seen
    assert (shown.status_code, FactCorrection.objects.count()) == (200, 0)
    page = shown.content.decode()
    for sentence in ("정정하면 이렇게 바뀝니다", "9,000,000원", "8,000,000원", "신고한 영업이익률 100%를 적용합니다."):
        assert sentence in page
    saved = post(desk, claim, "review-corrections", **typed, action="save", seen=seen_digest(shown))
    assert (saved.status_code, FactCorrection.objects.get().reason) == (302, "영수증 확인")
    assert "영수증 확인" in desk.get(address(claim, "review-corrections")).content.decode()


def test_a_correction_that_was_changed_after_the_preview_is_previewed_again(desk, claim):
    shown = post(desk, claim, "review-corrections", **typed_correction(claim))
    other = typed_correction(claim, **{"1-lost_sales": "7,000,000"})
    again = post(desk, claim, "review-corrections", **other, action="save", seen=seen_digest(shown))
    assert (again.status_code, FactCorrection.objects.count()) == (200, 0)
    assert "7,000,000" in again.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"1-lost_sales": "35만"}, "금액은 350000 또는 350,000원처럼"),
        ({"1-began": "10/15/2022"}, "1-began-error"),
        ({"1-service": ""}, "멈춘 서비스를 골라 주세요."),
        ({"1-remove": "yes"}, "피해를 하나 이상 적어 주세요."),
        ({"margin": "12,5,5"}, "margin-error"),
        ({"industry": "nothing"}, "업종 기준표에 없는 업종코드입니다."),
    ],
)
def test_a_wrong_correction_comes_back_with_a_sentence_and_everything_typed(desk, claim, changes, sentence):
    page = post(desk, claim, "review-corrections", **typed_correction(claim, **changes))
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert "영수증 확인" in page.content.decode()


def test_a_second_loss_can_be_added(desk, claim):
    second = {"2-service": "map", "2-began": "2022-10-15", "2-ended": "2022-10-15", "2-lost_sales": "1000"}
    typed = typed_correction(claim, **second, **{"2-alternative": "no"})
    shown = post(desk, claim, "review-corrections", **typed)
    assert shown.status_code == 200, shown.context["problems"]
    post(desk, claim, "review-corrections", **typed, action="save", seen=seen_digest(shown))
    assert Claim.objects.get(pk=claim.pk).losses.count() == 2


def test_everything_missing_is_asked_at_once_with_reasons_that_can_be_mended(desk, claim):
    typed = {"kinds": ["sales_loss_proof"], "reasons": ["paper_unreadable"], "text": "3쪽이 흐립니다."}
    assert post(desk, claim, "review-asking", **typed).status_code == 302
    question = Question.objects.get(claim=claim)
    assert (question.kinds, question.reasons) == (["sales_loss_proof"], ["paper_unreadable"])
    assert question.text == "3쪽이 흐립니다."
    page = desk.get(address(claim, "review-asking")).content.decode()
    assert all(said in page for said in ("답변을 기다리고 있습니다.", "자료를 알아보기 어렵습니다.", "3쪽이 흐립니다."))
    cancelled = desk.post(address(claim, "review-question-cancellation", question.reference), follow=True)
    assert "요청을 취소했습니다." in cancelled.content.decode()


def test_a_reason_to_refuse_is_no_question(desk, claim):
    page = post(desk, claim, "review-asking", reasons=["loss_not_proven"], text="다시 보내 주세요.")
    assert page.status_code == 422
    assert "소상공인이 고칠 수 있는 이유만 고를 수 있습니다." in page.content.decode()
    assert "다시 보내 주세요." in page.content.decode()


GRANT = {"verdict": "grant", "amount": "2,000,000원", "reasons-grant": ["loss_proven"], "text": "자료로 확인"}


def test_a_case_is_referred_with_its_proposal(desk, claim, officer):
    assert post(desk, claim, "review-proposal", **GRANT, **{"reasons-refuse": ["loss_not_proven"]}).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.amount_won, proposal.reasons, proposal.made_by) == (2_000_000, ["loss_proven"], officer)
    assert Review.objects.get(claim=claim).state == "referred"
    assert post(desk, claim, "review-action", "take-back").status_code == 302
    assert "2,000,000" in desk.get(address(claim, "review-proposal")).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"verdict": ""}, "제안할 내용을 골라 주세요."),
        ({"amount": ""}, "amount-error"),
        ({"amount": "200만"}, "amount-error"),
        ({"amount": "9,000,001"}, "9,000,000원까지 제안할 수 있습니다."),
        ({"reasons-grant": []}, "이유를 하나 이상 골라 주세요."),
        ({"text": "가" * 5_001}, "text-error"),
        ({"version": 1}, "다른 담당자가 먼저 바꾸었습니다."),
    ],
)
def test_a_wrong_proposal_comes_back_with_a_sentence(desk, claim, changes, sentence):
    page = post(desk, claim, "review-proposal", **(GRANT | changes))
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Proposal.objects.exists()


def test_an_unusual_proposal_is_asked_once_more(desk, programme, claim, monkeypatch):
    monkeypatch.setattr("compensation.limits.SIMILAR_CASES_LEAST", 1)
    council = a_council(programme)
    vote_all(a_session(programme).items.get(), council)  # 2,000,000 of 9,000,000
    usual = post(desk, claim, "review-proposal", **GRANT, action="compare")
    assert (usual.status_code, usual.context["similar"].is_unusual) == (200, False)
    unusual = GRANT | {"amount": "9,000,000"}
    page = post(desk, claim, "review-proposal", **unusual)
    assert (page.status_code, Proposal.objects.filter(review__claim=claim).count()) == (422, 0)
    assert "비슷한 건의 대부분(22.22%~22.22%)을 벗어납니다." in page.content.decode()
    assert post(desk, claim, "review-proposal", **unusual, unusual="seen").status_code == 302


def test_the_officer_of_the_first_decision_only_looks_at_the_objection(client, programme, officer):
    claim = objection_after(programme, officer).claim
    client.force_login(officer)
    page = client.get(address(claim)).content.decode()
    assert "다른 담당자가 심사해야 합니다." in page
    assert "사실과 다릅니다." in page
    assert post(client, claim, "review-action", "take").status_code == 422


def test_a_case_takes_the_same_queries_however_much_hangs_on_it(client, programme, officer, claim, tmp_path):
    def queries(tab: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address(claim, tab)).status_code == 200
        return len(found)

    run_due_checks(at=NOW)
    paper(claim, tmp_path)
    work_on_next(at=NOW)
    open_once(client, officer)
    before = {tab: queries(tab) for tab in TABS}
    for _ in range(3):
        paper(claim, tmp_path)
        work_on_next(at=NOW)
    cases(programme, 3)
    run_due_checks(at=NOW)
    assert {tab: queries(tab) for tab in TABS} == before
    assert max(before.values()) < 40
