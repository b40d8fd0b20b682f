"""A stampede: many who apply at the same moment, through the batcher of this process and of others."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from compensation.policy.quota import Standing
from tests.concurrency.waiting import at_once, somebody_waits_for_us, wait_until
from tests.users.pass_cast import NOON, active_members, aram, line, mina, storage_pass
from tests.users.pass_cast import apply as apply_together
from users.models import PassApplication, StoragePass
from users.selectors.storage_pass import prove_line
from users.services import pass_batcher
from users.services import storage_pass as passes
from users.services.pass_batcher import ApplicationsUnavailable, Batcher, apply

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _patient_and_stopped_afterwards(monkeypatch) -> Iterator[None]:
    """However long a busy machine takes, everybody is answered."""
    monkeypatch.setattr(pass_batcher, "ANSWER_SECONDS", 60)
    yield
    pass_batcher.batcher.stop()


def test_sixty_four_clients_get_a_place_each_and_exactly_the_quota_is_served():
    one, members = storage_pass(quota=1_000), active_members(1_500)
    clicks = members + members[::3]  # a third click twice
    random.Random(1).shuffle(clicks)
    with ThreadPoolExecutor(64) as pool:
        answers = list(
            pool.map(lambda member: (member, apply(storage_pass_id=one.pk, member_id=member, at=NOON)), clicks)
        )
    told = {(member, standing.place) for member, standing in answers}
    assert told == set(PassApplication.objects.values_list("member_id", "place"))
    assert sum(standing.is_served for _, standing in {answer[0]: answer for answer in answers}.values()) == 1_000
    assert prove_line(storage_pass=one).holds


def test_several_processes_batch_into_one_line_without_gaps():
    one, members = storage_pass(quota=100), active_members(400)
    batchers = [Batcher() for _ in range(4)]  # as four processes have them

    def storm(batcher: Batcher) -> None:
        with ThreadPoolExecutor(16) as pool:
            ask = lambda member: batcher.ask(storage_pass_id=one.pk, applicant=passes.Applicant(member, NOON))  # noqa: E731
            list(pool.map(ask, members))

    at_once(*[lambda batcher=batcher: storm(batcher) for batcher in batchers])
    for batcher in batchers:
        batcher.stop()
    assert sorted(line(one)) == members
    assert prove_line(storage_pass=one).holds


def test_a_batcher_that_is_stopped_answers_everybody_also_who_asks_again_when_told():
    one, members = storage_pass(), active_members(200)
    batcher, left, told = Batcher(), iter(members), []

    def ask() -> None:
        member = next(left, None)
        if member is not None:
            batcher.submit(storage_pass_id=one.pk, applicant=passes.Applicant(member, NOON), tell=answered)

    def answered(outcome: object) -> None:
        told.append(outcome)
        ask()

    for _client in range(8):
        ask()
    batcher.stop()
    assert sorted(standing.place for standing in told) == list(range(1, 201))
    assert batcher.ask(storage_pass_id=one.pk, applicant=passes.Applicant(members[0], NOON)) in told  # it starts anew
    batcher.stop()


def test_a_batch_that_waits_for_another_goes_on_behind_it_and_finds_those_whom_it_put_in_line():
    """It looked before it waited: whom both bring is refused by the key, and all of it is asked again."""
    one, (a, b, c) = storage_pass(), active_members(3)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        apply_together(one, a, b)
        second = pool.submit(at_once, lambda: apply_together(one, c, b))
        wait_until(somebody_waits_for_us, "the second batch waits for the line")
    [standings] = second.result()
    assert [standing.place for standing in standings] == [3, 2]
    assert line(one) == [a, b, c]
    assert prove_line(storage_pass=one).holds


def test_a_batch_that_waited_counts_by_the_quota_of_now_and_not_by_the_one_it_saw():
    one, (a, b) = storage_pass(quota=2), active_members(2)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        StoragePass.objects.filter(pk=one.pk).update(quota=1)
        second = pool.submit(at_once, lambda: apply_together(one, a, b))
        wait_until(somebody_waits_for_us, "the batch waits for the line")
    [standings] = second.result()
    assert [standing.is_served for standing in standings] == [True, False]


def test_a_batch_that_waited_while_the_opening_was_put_off_is_told_to_come_back():
    one, (a,) = storage_pass(), active_members(1)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        StoragePass.objects.filter(pk=one.pk).update(opens_at=NOON + timedelta(hours=1))
        second = pool.submit(at_once, lambda: apply_together(one, a))
        wait_until(somebody_waits_for_us, "the batch waits for the line")
    [[outcome]] = second.result()
    assert isinstance(outcome, passes.NotOpenYet)
    assert line(one) == []


def test_a_quota_that_is_raised_in_the_middle_of_the_storm_serves_each_place_by_what_it_is():
    one, members = storage_pass(quota=50), active_members(600)
    change, approver = passes.propose_quota(storage_pass=one, quota=300, note="", maker=mina(), at=NOON), aram()

    def storm() -> list[Standing]:
        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(lambda member: apply(storage_pass_id=one.pk, member_id=member, at=NOON), members))

    standings, decided = at_once(storm, lambda: passes.approve_quota(change=change, approver=approver, at=NOON))
    told_yes = sum(standing.is_served for standing in standings)
    decided.refresh_from_db()
    assert told_yes + decided.served_until - decided.served_after == 300
    assert all(standing.place <= 300 for standing in standings if standing.is_served)


def test_an_application_after_the_connection_was_cut_goes_through_anew():
    one, (a, b) = storage_pass(), active_members(2)
    apply(storage_pass_id=one.pk, member_id=a, at=NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert apply(storage_pass_id=one.pk, member_id=b, at=NOON).place == 2


def test_whoever_gets_no_answer_is_asked_to_try_again_and_finds_the_place_they_have(monkeypatch):
    one, (a,) = storage_pass(), active_members(1)
    with monkeypatch.context() as impatient, transaction.atomic():
        impatient.setattr(pass_batcher, "ANSWER_SECONDS", 0.2)
        StoragePass.objects.select_for_update().get(pk=one.pk)
        with pytest.raises(ApplicationsUnavailable):
            apply(storage_pass_id=one.pk, member_id=a, at=NOON)
    assert apply(storage_pass_id=one.pk, member_id=a, at=NOON).place == 1
    connections.close_all()
