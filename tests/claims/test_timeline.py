"""Where a claim stands and what happened to it, as its merchant reads it."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from claims.models import Claim, Evidence
from claims.selectors.claims import claim_with_history
from claims.selectors.evidence_files import evidence_list
from claims.selectors.status import Holder, determinations_of, policy_for, status_of
from claims.selectors.timeline import timeline_of
from claims.services.account_change import change_account
from claims.services.facts import correct_facts
from claims.services.objections import file_objection, withdraw_objection
from claims.services.questions import answer, ask, cancel
from claims.services.withdrawal import withdraw
from claims.templatetags.timeline_wording import days_left, event_sentence, last_day_text, stage_text
from compensation.messaging.models import Message
from merchants.services.bank_accounts import BankAccountDetails
from tests.cast import NOW
from tests.claims.status_cast import (
    BEFORE_THE_COUNCIL,
    DAY,
    SALES,
    WITHOUT_SUPPORT,
    assessed_claim,
    hong,
    paper,
    received_claim,
)
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]


def events_of(claim) -> list:
    claim = claim_with_history(claims=Claim.objects.all(), reference=claim.reference)
    rows = {"determinations": determinations_of(claim=claim), "evidence": evidence_list(owner=claim)}
    return timeline_of(claim=claim, policy=policy_for(claim=claim), **rows)


def sentences_of(claim) -> list[str]:
    return [event_sentence(event) for event in events_of(claim)]


def status(claim, at):
    claim = claim_with_history(claims=Claim.objects.all(), reference=claim.reference)
    return status_of(claim=claim, policy=policy_for(claim=claim), at=at)


def test_a_claim_in_a_tier_in_sentences(programme):
    assert sentences_of(assessed_claim(programme)) == ["지원금 30,000원이 결정되었습니다.", "피해가 접수되었습니다."]


def test_a_claim_without_support_in_sentences(programme):
    claim = assessed_claim(programme, lost_sales_won=WITHOUT_SUPPORT)
    assert sentences_of(claim)[0] == "지원금이 없는 것으로 결정되었습니다."


def test_a_question_its_answer_and_the_messages_newest_first(programme, officer, tmp_path):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    question = ask(claim=claim, kinds=[SALES], text="날짜가 보이게", actor=officer, at=NOW + DAY)
    evidence = paper(claim, tmp_path, at=NOW + 2 * DAY)
    answer(question=question, text="보냅니다.", evidence=[evidence], actor=hong(programme), at=NOW + 3 * DAY)
    Message.objects.update(state="sending")
    Message.objects.update(state="sent", sent_at=NOW + 4 * DAY)
    events = events_of(claim)
    assert [event_sentence(event) for event in events] == [
        "안내를 보냈습니다(카카오 알림톡): 보내 주신 답변을 받았습니다.",
        "안내를 보냈습니다(카카오 알림톡): 증빙 자료를 보내 주십시오.",
        "답변을 보냈습니다.",
        "심사 담당이 자료를 요청했습니다: 매출 피해 입증 자료. 2023년 2월 15일까지 보내 주세요.",
        "피해액을 산정했고, 협의체 심사로 넘어갔습니다.",
        "피해가 접수되었습니다.",
    ]
    assert [(event.text, [file.file_name for file in event.files]) for event in events[2:4]] == [
        ("보냅니다.", ["매출.jpg"]),
        ("날짜가 보이게", []),
    ]


def test_files_that_come_one_after_the_other_are_one_event(programme, tmp_path):
    claim = assessed_claim(programme)
    for minutes in (0, 5, 20, 120):
        paper(claim, tmp_path, at=NOW + DAY + timedelta(minutes=minutes))
    assert sentences_of(claim)[:2] == ["증빙 자료 1개를 받았습니다.", "증빙 자료 3개를 받았습니다."]


def test_an_infected_file_is_told(programme, tmp_path):
    claim = assessed_claim(programme)
    Evidence.objects.filter(pk=paper(claim, tmp_path).pk).update(scan_state="infected", scanned_at=NOW + DAY)
    assert sentences_of(claim)[0] == "악성코드가 발견되어 받지 않은 파일이 있습니다."


def test_objections_accounts_corrections_and_withdrawals_are_told(programme, officer):
    claim, user = assessed_claim(programme), hong(programme)
    change_account(claim=claim, account=BankAccountDetails("088", "110123456789", "홍길동"), actor=user, at=NOW + DAY)
    filed = {"kind": "objection", "reasons": "다릅니다.", "evidence": [], "actor": user, "at": NOW + 2 * DAY}
    objection = file_objection(determination=claim.determination, **filed)
    withdraw_objection(objection=objection, actor=user, at=NOW + 3 * DAY)
    change = {"claim": claim, "changes": {"reported_margin_bp": 9_000}, "actor": officer, "reason": "고침"}
    correct_facts(**change, at=NOW + 4 * DAY)
    withdraw(claim=claim, reason="withdrawn_mistake", actor=user, at=NOW + 5 * DAY)
    Message.objects.all().delete()
    assert sentences_of(claim)[:5] == [
        "접수를 철회했습니다. 이유: 내용을 잘못 적었습니다.",
        "접수 내용이 고쳐져 피해액을 다시 산정합니다.",
        "이의신청을 철회했습니다.",
        "이의신청을 냈습니다.",
        "지급받을 계좌를 바꾸었습니다: 신한은행 ****6789",
    ]


def test_a_cancelled_question_says_that_nobody_has_to_answer(programme, officer):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    cancel(question=ask(claim=claim, kinds=[], text="?", actor=officer, at=NOW), actor=officer, at=NOW + DAY)
    assert "심사 담당의 요청이 취소되었습니다. 답변하지 않으셔도 됩니다." in sentences_of(claim)


def test_every_sentence_is_there_in_english(programme, officer, english_texts):
    claim = assessed_claim(programme)
    with override("en"):
        assert sentences_of(claim) == ["A payout of ₩30,000 was determined.", "The claim was received."]


@pytest.mark.parametrize(
    ("days", "left"), [(0, "20일 남음"), (1, "19일 남음"), (27, "1일 남음"), (28, "오늘까지"), (29, "예정보다 늦어짐")]
)
def test_the_council_has_working_days_and_a_delay_is_admitted(programme, days, left):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    now = status(claim, NOW + days * DAY)
    assert (now.holder, stage_text(now), days_left(now.reading)) == (Holder.COUNCIL, "협의체 심사 중", left)
    assert last_day_text(now.reading.due_at) == "2023년 2월 28일"
    assert now.since == NOW


def test_while_the_merchant_is_asked_it_is_the_merchants_turn(programme, officer):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    ask(claim=claim, kinds=[SALES], text="", actor=officer, at=NOW + DAY)
    now = status(claim, NOW + 9 * DAY)
    assert (now.holder, now.since, now.reading.due_at) == (Holder.MERCHANT, NOW + DAY, None)
    assert f"{stage_text(now)} · {days_left(now.reading)}" == "심사 잠시 멈춤 · 20일 남음"


def test_a_correction_on_the_way_does_not_start_the_clock_again(programme, officer):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    change = {"claim": claim, "changes": {"reported_margin_bp": 9_000}, "actor": officer, "reason": "고침"}
    correct_facts(**change, at=NOW + 9 * DAY)
    from claims.services.assessment import assess_next_batch

    assess_next_batch(programme=programme, actor=system_user(), at=NOW + 9 * DAY)
    assert last_day_text(status(claim, NOW + 9 * DAY).reading.due_at) == "2023년 2월 28일"


def test_who_has_a_claim_that_waits_is_paid_or_is_over(programme):
    waiting = received_claim(programme)
    assert (status(waiting, NOW).holder, days_left(status(waiting, NOW).reading)) == (Holder.MACHINE, "3일 남음")
    assert status(assessed_claim(programme), NOW).holder == Holder.PAYMENTS
    assert status(assessed_claim(programme, lost_sales_won=WITHOUT_SUPPORT), NOW).holder == Holder.NOBODY
