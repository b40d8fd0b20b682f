"""Bulk work: a preview that leaves out what cannot be done, a job that does the rest, and a worker that dies."""

import os
import signal

import pytest
import redis
from django.conf import settings
from django.db import transaction

from claims import tasks
from claims.models import BulkAction, BulkItem, BulkJob, Claim, Question, Review
from claims.selectors.bulk_jobs import failures_of, jobs_of, progress_of
from claims.selectors.queue import reviews_named
from claims.services import bulk_jobs, desk
from claims.services.bulk_jobs import BulkRefused, preview, start_job, work_on_next
from claims.services.bulk_parameters import ParametersRefused, read_parameters
from claims.services.questions import ask
from claims.services.withdrawal import withdraw
from compensation import limits
from tests.cast import NOW
from tests.claims.desk_cast import another, cases, objection_after
from tests.claims.status_cast import SALES
from tests.concurrency.waiting import somebody_waits_for_us, wait_until
from users.services.people import system_user

pytestmark = pytest.mark.django_db

ASK = {"kinds": [SALES], "text": "장애 전후 한 달의 매출 자료를 보내 주세요."}
TAG = {"add": ["급함"], "remove": []}
REFER = {"verdict": "grant", "share_bp": 3_333, "amount_won": None, "reasons": ["loss_proven"], "text": ""}


def named(programme, reviews) -> list[Review]:
    return reviews_named(programme=programme, references=[review.claim.reference for review in reviews])


def job_of(programme, officer, reviews, action=BulkAction.TAG, parameters=TAG, reference="job") -> BulkJob:
    return start_job(
        programme=programme,
        action=action,
        reviews=reviews,
        parameters=parameters,
        reference=reference,
        actor=officer,
        at=NOW,
    )


def worked_off(job: BulkJob) -> dict[str, str]:
    """By reference of the claim: "done", or the code of the fault."""
    while work_on_next(job=job, at=NOW):
        pass
    items = BulkItem.objects.filter(job=job).select_related("review__claim")
    return {item.review.claim.reference: item.fault or item.outcome for item in items}


def left_out(action, reviews, parameters, actor) -> list[str]:
    shown = preview(action=action, reviews=reviews, parameters=parameters, actor=actor)
    return [fault.code for _review, fault in shown.excluded]


def test_a_preview_of_each_action_leaves_out_what_its_job_could_not_do(programme, officer):
    """And nothing else: the job itself comes to the same, case by case."""
    free, mine, others, asked, held = reviews = cases(programme, 5)
    desk.take(review=mine, actor=officer, version=1, at=NOW)
    desk.take(review=others, actor=another(programme), version=1, at=NOW)
    ask(claim=asked.claim, kinds=[], text="무엇을 파시나요?", actor=officer, at=NOW)
    desk.take(review=held, actor=officer, version=1, at=NOW)
    desk.hold(review=held, reason="확인 중", actor=officer, version=2, at=NOW)
    expected = {
        BulkAction.ASK: (ASK, {others: "case_has_officer", asked: "question_already_asked"}),
        BulkAction.TAG: (TAG, {}),
        BulkAction.REFER: (
            REFER,
            {others: "case_has_officer", asked: "case_merchant_asked", held: "case_held"},
        ),
        BulkAction.ASSIGN: ({"officer": officer.pk}, {others: "case_has_officer"}),
    }
    for action, (parameters, faults) in expected.items():
        shown = preview(action=action, reviews=named(programme, reviews), parameters=parameters, actor=officer)
        assert {review: fault.code for review, fault in shown.excluded} == faults
        assert set(shown.included) == set(reviews) - set(faults)
    with transaction.atomic():
        done = worked_off(job_of(programme, officer, reviews, BulkAction.REFER, REFER))
        transaction.set_rollback(True)
    refused = {review.claim.reference: code for review, code in expected[BulkAction.REFER][1].items()}
    assert done == {free.claim.reference: "done", mine.claim.reference: "done"} | refused


def test_a_proposal_by_share_is_of_each_cases_own_loss(programme, officer):
    reviews = cases(programme, 2)
    Review.objects.filter(pk=reviews[0].pk).update(assessed_won=1_000_000)
    shown = preview(action=BulkAction.REFER, reviews=named(programme, reviews), parameters=REFER, actor=officer)
    assert shown.proposed_won == 333_300 + 2_999_700
    worked_off(job_of(programme, officer, reviews, BulkAction.REFER, REFER))
    assert [review.proposals.get().amount_won for review in reviews] == [333_300, 2_999_700]
    assert set(Review.objects.values_list("state", "officer")) == {("referred", officer.pk)}


def test_a_preview_takes_the_same_queries_for_any_number(programme, officer, django_assert_num_queries):
    reviews = cases(programme, 8)
    for number in (1, 8):
        chosen = named(programme, reviews[:number])
        with django_assert_num_queries(3):
            preview(action=BulkAction.REFER, reviews=chosen, parameters=REFER, actor=officer)


def test_an_objection_is_left_out_for_who_prepared_the_decision(programme, officer):
    reviews = named(programme, [objection_after(programme, officer)])
    assert left_out(BulkAction.REFER, reviews, REFER, officer) == ["case_decided_before"]
    assert left_out(BulkAction.ASSIGN, reviews, {"officer": officer.pk}, another(programme)) == ["case_decided_before"]


def test_what_cannot_be_done_is_listed_with_its_reason_and_the_rest_is_done(programme, officer):
    reviews = cases(programme, 3)
    job = job_of(programme, officer, reviews, BulkAction.ASK, ASK)
    desk.take(review=reviews[0], actor=another(programme), version=1, at=NOW)
    withdraw(claim=reviews[1].claim, reason="withdrawn_other", actor=system_user(), at=NOW)
    worked_off(job)
    assert [(item.review_id, item.fault) for item in failures_of(job=BulkJob.objects.get())] == [
        (reviews[0].pk, "case_has_officer"),
        (reviews[1].pk, "case_closed"),
    ]
    assert all(item.fault_text["ko"] and item.fault_text["en"] for item in failures_of(job=job))
    assert Question.objects.get().claim_id == reviews[2].claim_id
    shown = progress_of(job=BulkJob.objects.get(), at=NOW)
    assert (shown.done, shown.failed, shown.total, shown.seconds_left) == (1, 2, 3, None)
    [listed] = jobs_of(programme=programme)
    assert (listed.cases, listed.failed) == (3, 2)


def test_assigning_in_bulk_is_all_or_nothing_and_says_why_for_each(programme, officer):
    reviews, second = cases(programme, 3), another(programme)
    job = job_of(programme, officer, reviews, BulkAction.ASSIGN, {"officer": officer.pk})
    desk.take(review=reviews[1], actor=second, version=1, at=NOW)
    assert list(worked_off(job).values()) == ["assign_all_or_none", "case_has_officer", "assign_all_or_none"]
    assert not Review.objects.filter(officer=officer).exists()
    worked_off(job_of(programme, officer, reviews[::2], BulkAction.ASSIGN, {"officer": officer.pk}, reference="again"))
    assert Review.objects.filter(officer=officer).count() == 2


def test_a_bug_fails_its_case_only(programme, officer, monkeypatch):
    reviews = cases(programme, 2)
    real = bulk_jobs.do_one

    def do_one(*, review, **rest):
        real(review=review, **rest)
        if review == reviews[0]:
            raise ZeroDivisionError

    monkeypatch.setattr(bulk_jobs, "do_one", do_one)
    assert list(worked_off(job_of(programme, officer, reviews)).values()) == ["bulk_unexpected", "done"]
    assert [review.tags for review in Review.objects.order_by("id")] == [[], ["급함"]]  # it left nothing behind


def test_a_job_that_is_sent_twice_is_one(programme, officer):
    reviews = cases(programme, 2)
    assert job_of(programme, officer, reviews) == job_of(programme, officer, reviews)
    assert BulkItem.objects.count() == 2


@pytest.mark.parametrize("number", [0, limits.BULK_CASES_MAX + 1])
def test_a_job_has_a_bounded_number_of_cases(programme, officer, number):
    with pytest.raises(BulkRefused):
        job_of(programme, officer, [Review()] * number)


@pytest.mark.parametrize(
    ("action", "typed", "fields"),
    [
        ("ask", {}, {"kinds"}),
        ("ask", {"kinds": ["unknown"]}, {"kinds"}),
        ("ask", {"kinds": [SALES], "text": ["가" * 2_001]}, {"text"}),
        ("ask", {"text": ["무엇을 파시나요?"]}, set()),
        ("assign", {"officer": ["nobody"]}, {"officer"}),
        ("assign", {"officer": ["officer"]}, set()),
        ("tag", {"add": [" , "]}, {"add"}),
        ("tag", {"add": ["가" * 31], "remove": ["\u202e"]}, {"add", "remove"}),
        ("tag", {"remove": ["급함"]}, set()),
        ("refer", {"share": ["100"], "reasons": ["loss_proven"]}, set()),
        ("refer", {"share": ["101"], "reasons": []}, {"share", "reasons"}),
        ("refer", {"measure": ["amount"], "amount": ["35만"], "reasons": ["loss_proven"]}, {"amount"}),
        ("refer", {"measure": ["amount"], "amount": ["350,000원"], "reasons": ["loss_proven"]}, set()),
        ("refer", {"verdict": ["refuse"], "reasons": ["loss_proven"]}, {"reasons"}),
        ("refer", {"verdict": ["refuse"], "reasons": ["loss_not_proven"]}, set()),
    ],
)
def test_what_is_typed_for_an_action(programme, officer, action, typed, fields):
    faults = {}
    try:
        read_parameters(programme=programme, action=BulkAction(action), typed=typed)
    except ParametersRefused as refused:
        faults = refused.faults
    assert set(faults) == fields


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_job_leaves_each_case_done_once(programme, celery_worker_process):
    officer, reviews = another(programme), cases(programme, 4)
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushdb()  # other work of these cases waits for us, too
    job_of(programme, officer, reviews)
    with transaction.atomic():  # we hold the third claim, so the worker waits there, in the middle of its transaction
        Claim.objects.select_for_update().get(pk=reviews[2].claim_id)
        worker = celery_worker_process(queues=["default"])
        wait_until(somebody_waits_for_us, "the worker meets the claim that we hold")
        os.killpg(worker, signal.SIGKILL)
    outcomes = BulkItem.objects.order_by("id").values_list("outcome", flat=True)
    assert list(outcomes) == ["done", "done", "pending", "pending"]
    celery_worker_process(queues=["default"])
    tasks.sweep_bulk_jobs()
    wait_until(lambda: BulkJob.objects.get().finished_at is not None, "the job is finished")
    assert set(outcomes.all()) == {"done"}
    assert set(Review.objects.values_list("version", flat=True)) == {2}
