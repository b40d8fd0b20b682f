"""Two officers at the same moment: a case has one officer, and what comes second finds what came first."""

import pytest

from claims.models import BulkAction, BulkItem, BulkJob, Claim, Review
from claims.services import desk
from claims.services.bulk_jobs import start_job, work_on_next
from claims.services.desk import HasOfficer
from claims.services.withdrawal import withdraw
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.desk_cast import GRANT, another, case, cases
from tests.concurrency.waiting import at_once
from users.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two(programme) -> list[User]:
    return [person("officer", programme, Role.OFFICER), another(programme)]


def taking(review: Review, officer: User):
    return lambda: desk.take(review=Review.objects.get(pk=review.pk), actor=officer, version=None, at=NOW)


def test_two_who_take_the_same_case_at_once(programme, two):
    review = case(programme)
    results = at_once(*[taking(review, officer) for officer in two])
    assert sorted(type(result).__name__ for result in results) == ["HasOfficer", "Review"]
    assert Review.objects.get().version == 2


def test_two_who_take_the_next_case_at_once_get_two_cases(programme, two):
    cases(programme, 2)
    works = [lambda officer=officer: desk.take_next(programme=programme, actor=officer, at=NOW) for officer in two]
    assert {result.pk for result in at_once(*works)} == {review.pk for review in Review.objects.all()}
    assert {review.officer for review in Review.objects.select_related("officer")} == set(two)


def test_a_case_is_assigned_and_taken_at_once(programme, two):
    reviews, (officer, second) = cases(programme, 3), two
    assigned, taken = at_once(
        lambda: desk.assign(reviews=reviews, officer=officer, actor=officer, at=NOW), taking(reviews[1], second)
    )
    if isinstance(assigned, HasOfficer):
        assert (taken.officer, Review.objects.filter(officer=officer).count()) == (second, 0)
    else:
        assert isinstance(taken, HasOfficer)
        assert Review.objects.filter(officer=officer).count() == 3


def test_two_who_assign_the_same_cases_in_other_orders_do_not_block_each_other(programme, two):
    reviews = cases(programme, 6)
    works = [
        lambda officer=officer, rows=rows: desk.assign(reviews=rows, officer=officer, actor=officer, at=NOW)
        for officer, rows in zip(two, (reviews, reviews[::-1]), strict=True)
    ]
    assert sorted(map(str, (type(result).__name__ for result in at_once(*works)))) == ["HasOfficer", "int"]
    assert Review.objects.values("officer").distinct().count() == 1


def test_a_case_is_referred_and_its_claim_withdrawn_at_once(programme, two):
    review, officer = case(programme), two[0]
    desk.take(review=review, actor=officer, version=1, at=NOW)
    referred, withdrawn = at_once(
        lambda: desk.refer(review=review, proposal=GRANT, actor=officer, version=2, at=NOW),
        lambda: withdraw(claim=Claim.objects.get(), reason="withdrawn_other", actor=officer, at=NOW),
    )
    assert withdrawn is None
    closed = Review.objects.get()
    assert (closed.state, closed.claim.state) == ("closed", "withdrawn")
    assert closed.proposals.count() == isinstance(referred, Review)


def test_two_actions_on_one_page_at_once_are_one(programme, two):
    review, officer = desk.take(review=case(programme), actor=two[0], version=1, at=NOW), two[0]
    results = at_once(
        lambda: desk.hold(review=review, reason="확인 중", actor=officer, version=2, at=NOW),
        lambda: desk.refer(review=review, proposal=GRANT, actor=officer, version=2, at=NOW),
    )
    assert sorted(type(result).__name__ for result in results) == ["ChangedMeanwhile", "Review"]
    assert Review.objects.get().version == 3


@pytest.mark.parametrize("action", [BulkAction.TAG, BulkAction.ASSIGN])
def test_workers_at_once_do_each_case_of_a_job_once(programme, two, action):
    parameters = {"add": ["급함"], "remove": [], "officer": two[1].pk}
    reviews = cases(programme, 5)
    start_job(
        programme=programme, action=action, reviews=reviews, parameters=parameters, reference="r", actor=two[0], at=NOW
    )

    def work() -> None:
        while work_on_next(job=BulkJob.objects.get(), at=NOW):
            pass

    assert at_once(work, work, work) == [None] * 3
    assert set(BulkItem.objects.values_list("outcome", flat=True)) == {"done"}
    assert set(Review.objects.values_list("version", flat=True)) == {2}
    assert BulkJob.objects.get().finished_at == NOW
