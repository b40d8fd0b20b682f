"""Questions to a merchant: all at once, one at a time, and the clock stands still meanwhile."""

import pytest
from django.db import IntegrityError, transaction

from claims.models import Answer, Claim, Question
from claims.selectors.status import Holder, policy_for, status_of
from claims.services.facts import correct_facts
from claims.services.objections import file_objection
from claims.services.questions import AnswerRefused, QuestionRefused, answer, ask, cancel, remind_next
from claims.services.withdrawal import withdraw
from compensation.messaging.models import Message
from tests.cast import NOW, person
from tests.claims.status_cast import (
    BEFORE_THE_COUNCIL,
    CERTIFICATE,
    DAY,
    SALES,
    USE,
    assessed_claim,
    hong,
    paper,
    received_claim,
    told,
)
from tests.concurrency.waiting import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(programme) -> Claim:
    return assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)


def asked(claim, officer, *, kinds=(SALES,), text="", at=NOW + DAY) -> Question:
    return ask(claim=claim, kinds=kinds, text=text, actor=officer, at=at)


def reading(claim, at):
    claim = Claim.objects.get(pk=claim.pk)
    return status_of(claim=claim, policy=policy_for(claim=claim), at=at).reading


def test_all_that_is_missing_is_asked_in_one_message(claim, officer):
    question = asked(claim, officer, kinds=[USE, CERTIFICATE, USE], text=" 날짜가  보이게 ")
    assert (question.kinds, question.text, question.state) == ([CERTIFICATE, USE], "날짜가 보이게", "asked")
    assert str(question.due_at.astimezone(NOW.tzinfo)) == "2023-02-16 00:00:00+09:00"
    message = Message.objects.get()
    assert (message.template, message.subject) == ("papers_asked", f"claim {claim.reference}")
    assert "소상공인 확인서, 서비스 활용 영업 입증자료" in message.body
    assert "2023년 2월 15일" in message.body


@pytest.mark.parametrize(
    ("kinds", "text", "code"),
    [
        ([], "", "question_empty"),
        ([], " \u200b\n", "question_empty"),
        (["diary"], "", "question_kind_unknown"),
        ([], "가" * 2_001, "text_too_long"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(claim, officer, kinds, text, code):
    with pytest.raises(ValueError, match=r"\.") as refused:
        asked(claim, officer, kinds=kinds, text=text)
    assert refused.value.code == code
    assert told(claim) == []


def test_asking_the_same_twice_is_one_question_and_something_else_is_refused(claim, officer):
    assert asked(claim, officer) == asked(claim, officer)
    with pytest.raises(QuestionRefused) as refused:
        asked(claim, officer, kinds=[USE])
    assert refused.value.code == "question_already_asked"
    assert told(claim) == ["papers_asked"]


def test_nothing_is_asked_where_nobody_decides(programme, officer):
    in_a_tier, waiting = assessed_claim(programme), received_claim(programme)
    for claim in (in_a_tier, waiting):
        with pytest.raises(QuestionRefused) as refused:
            asked(claim, officer)
        assert refused.value.code == "question_not_under_review"


def test_who_objects_can_be_asked(programme, officer):
    claim = assessed_claim(programme)
    user = hong(programme)
    filed = {"kind": "objection", "reasons": "다릅니다.", "evidence": []}
    file_objection(determination=claim.determination, actor=user, at=NOW + DAY, **filed)
    asked(claim, officer, at=NOW + 2 * DAY)
    claim = Claim.objects.get(pk=claim.pk)
    status = status_of(claim=claim, policy=policy_for(claim=claim), at=NOW + 9 * DAY)
    assert status.objection_reading.is_paused
    assert status.holder == Holder.PAYMENTS  # what was determined is paid meanwhile


def test_the_clock_stands_still_while_the_merchant_is_asked_and_goes_on_from_there(
    programme, claim, officer, tmp_path, kept
):
    assert reading(claim, NOW + 2 * DAY).remaining_working_days == 18
    question = asked(claim, officer, at=NOW + 2 * DAY)
    assert reading(claim, NOW + 9 * DAY)[:3] == (None, 19, True)
    evidence = [paper(claim, tmp_path, at=NOW + 9 * DAY)]
    answer(question=question, text="", evidence=evidence, actor=hong(programme), at=NOW + 9 * DAY)
    after = reading(claim, NOW + 9 * DAY)
    assert (after.remaining_working_days, after.is_paused) == (18, False)
    assert str(after.due_at) == "2023-03-09 00:00:00+09:00"  # five days later than 28 February; 1 March is a holiday


def test_an_answer_keeps_text_and_papers_and_both_sides_are_told(programme, claim, officer, tmp_path, kept):
    question = asked(claim, officer)
    evidence = paper(claim, tmp_path, at=NOW + 2 * DAY)
    given = answer(question=question, text="보냅니다.", evidence=[evidence], actor=hong(programme), at=NOW + 2 * DAY)
    question.refresh_from_db()
    assert (question.state, question.closed_at, question.remind_at) == ("answered", NOW + 2 * DAY, None)
    assert (given.text, list(given.evidence.all())) == ("보냅니다.", [evidence])
    assert told(claim) == ["papers_asked", "answer_received"]


def test_papers_that_cannot_be_sent_need_a_word_why(programme, claim, officer, tmp_path, kept):
    question, user = asked(claim, officer, kinds=[SALES, USE]), hong(programme)
    evidence = [paper(claim, tmp_path, kind=SALES)]
    with pytest.raises(AnswerRefused, match="proof of business use") as refused:
        answer(question=question, text="", evidence=evidence, actor=user, at=NOW + 2 * DAY)
    assert refused.value.code == "answer_papers_missing"
    answer(question=question, text="대화가 지워졌습니다.", evidence=evidence, actor=user, at=NOW + 2 * DAY)
    assert Answer.objects.count() == 1


def test_an_answer_to_a_question_without_papers_needs_words(programme, claim, officer):
    question = asked(claim, officer, kinds=[], text="영업 시간은 언제입니까?")
    with pytest.raises(AnswerRefused) as refused:
        answer(question=question, text=" ", evidence=[], actor=hong(programme), at=NOW + 2 * DAY)
    assert refused.value.code == "answer_empty"


def test_papers_of_another_claim_are_not_taken(programme, claim, officer, tmp_path, kept):
    stranger = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    evidence = [paper(stranger, tmp_path)]
    with pytest.raises(AnswerRefused) as refused:
        answer(question=asked(claim, officer), text="네", evidence=evidence, actor=hong(programme), at=NOW + 2 * DAY)
    assert refused.value.code == "answer_paper_unfit"


def test_a_second_click_is_the_same_answer_and_another_answer_is_refused(programme, claim, officer):
    question, user = asked(claim, officer, kinds=[], text="언제입니까?"), hong(programme)
    send = {"question": question, "evidence": [], "actor": user, "at": NOW + 2 * DAY}
    assert answer(text="어제", **send) == answer(text="어제", **send)
    with pytest.raises(AnswerRefused) as refused:
        answer(text="오늘", **send)
    assert refused.value.code == "answer_already_there"
    assert told(claim) == ["papers_asked", "answer_received"]


def test_a_late_answer_is_taken(programme, claim, officer):
    question = asked(claim, officer, kinds=[], text="언제입니까?")
    answer(question=question, text="늦었습니다.", evidence=[], actor=hong(programme), at=NOW + 100 * DAY)
    assert Question.objects.get().state == "answered"


def test_a_cancelled_question_lets_the_clock_go_on_and_takes_no_answer(programme, claim, officer):
    question = asked(claim, officer)
    cancel(question=question, actor=officer, at=NOW + 3 * DAY)
    cancel(question=question, actor=officer, at=NOW + 4 * DAY)
    assert not reading(claim, NOW + 3 * DAY).is_paused
    with pytest.raises(QuestionRefused) as refused:
        answer(question=question, text="늦었나요", evidence=[], actor=hong(programme), at=NOW + 5 * DAY)
    assert refused.value.code == "question_not_open"


def test_withdrawing_the_claim_closes_the_question(programme, claim, officer):
    asked(claim, officer)
    withdraw(claim=claim, reason="withdrawn_other", actor=hong(programme), at=NOW + 2 * DAY)
    assert Question.objects.get().state == "cancelled"


def test_the_database_keeps_one_open_question_and_answers_as_they_are(programme, claim, officer):
    question = asked(claim, officer, kinds=[], text="언제입니까?")
    common = {"claim": claim, "asked_by": officer, "asked_at": NOW, "due_at": NOW + DAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(**common)
    given = answer(question=question, text="어제", evidence=[], actor=hong(programme), at=NOW + 2 * DAY)
    with pytest.raises(Exception, match="pgtrigger"), transaction.atomic():
        Answer.objects.filter(pk=given.pk).update(answered_at=NOW)


@pytest.mark.parametrize(("agreed", "sent"), [(True, ["papers_asked", "paper_reminder"]), (False, ["papers_asked"])])
def test_who_agreed_to_notices_is_reminded_once_in_the_morning(programme, claim, officer, agreed, sent):
    if agreed:
        code = {"code": "electronic_notice", "version": 1, "language": "ko", "digest": "d"}
        claim.consents.create(by_telephone=False, given_by=hong(programme), given_at=NOW, **code)
    question = asked(claim, officer)
    morning = question.remind_at
    assert (morning.hour, str(morning.date())) == (10, "2023-02-13")  # due on the 15th, three days before its end
    assert remind_next(at=morning - DAY) == 0
    assert (remind_next(at=morning), remind_next(at=morning)) == (1, 0)
    assert told(claim) == sent


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_wins_and_the_other_gets_a_sentence(programme, officer):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    question = asked(claim, officer, kinds=[], text="언제입니까?")
    people = [hong(programme), person("son", programme)]
    send = {"question": question, "evidence": [], "at": NOW + 2 * DAY}
    outcomes = at_once(
        *[lambda user=user: answer(text=user.username, actor=user, **send) for user in people],
    )
    assert sorted(isinstance(outcome, AnswerRefused) for outcome in outcomes) == [False, True]
    assert told(claim) == ["papers_asked", "answer_received"]


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_ask_at_once_ask_once(programme, officer):
    claim = assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    outcomes = at_once(*[lambda kind=kind: asked(claim, officer, kinds=[kind]) for kind in (SALES, USE)])
    assert sorted(isinstance(outcome, QuestionRefused) for outcome in outcomes) == [False, True]
    assert told(claim) == ["papers_asked"]


def test_correcting_the_claim_closes_the_question(programme, claim, officer):
    asked(claim, officer)
    changes = {"reported_margin_bp": 900}
    correct_facts(claim=claim, changes=changes, actor=officer, reason="증빙 확인", at=NOW + 2 * DAY)
    assert Question.objects.get().state == "cancelled"
