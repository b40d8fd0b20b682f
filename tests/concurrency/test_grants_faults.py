"""Workers killed in each step of a chunk, connections cut, messages twice and late, people at the same moment.

A killed worker is a process of its own on the same database, which kills itself (SIGKILL) at the step.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from compensation.ledger.models import Transfer
from tests.concurrency.dying import die_at
from tests.concurrency.waiting import at_once, somebody_waits_for_us, wait_until
from tests.users.grant_cast import NOON, approved, aram, mina, package, planned_job, running_job, started, work_off
from users import tasks
from users.models import Grant, GrantChunk, GrantJob, ItemUse, RecalledGrant
from users.selectors.grant_proof import prove
from users.selectors.grants import job_progress
from users.services import grant_jobs, grant_running
from users.services.grant_chunks import grant_next_chunk
from users.services.members import make_members
from users.services.recalls import plan_recall

pytestmark = pytest.mark.django_db(transaction=True)


def killed_at(job: GrantJob, step: str) -> None:
    """A worker takes a chunk of the job, and dies instead of doing `step`."""
    die_at(step, "users.services.grant_chunks.grant_next_chunk", job=job)


@pytest.mark.parametrize("step", ["_grant", "_book"])
def test_a_worker_killed_before_a_step_of_a_chunk_leaves_no_trace(step):
    job = running_job(members=300)
    grant_next_chunk(job=job, at=NOON)
    killed_at(job, f"users.services.grant_chunks.{step}")
    assert job_progress(job=job).chunks_done == 1
    assert prove(job=job).holds
    assert prove(job=work_off(job)).holds
    assert Grant.objects.count() == job.rehearsal["to_grant"]


def test_a_worker_killed_before_it_commits_leaves_no_trace():
    job = running_job(members=300)
    killed_at(job, "django.db.connection._commit")
    assert (Grant.objects.count(), Transfer.objects.count()) == (0, 0)
    assert prove(job=work_off(job)).holds


def test_a_worker_killed_in_a_recall_leaves_no_trace():
    of = work_off(running_job(members=300))
    job, before = started(plan_recall(of=of, maker=mina(), at=NOON)), Grant.objects.count()
    killed_at(job, "users.services.recall_chunks._book_back")
    assert (Grant.objects.count(), RecalledGrant.objects.count()) == (before, 0)
    assert prove(job=work_off(job)).holds
    assert job_progress(job=job).recalled == before


def test_connections_cut_in_the_middle_of_a_chunk_cost_time_only(celery_worker_process):
    job = running_job(members=20_000, chunk_size=1_000, at=timezone.now())
    third = job.chunks.get(number=3)
    with transaction.atomic():  # a grant that we do not commit holds the worker up, half-way through its statement
        Grant.objects.create(package=job.package, member_id=third.lower_id + 50, chunk=third)
        celery_worker_process(queues=["grants"])
        wait_until(somebody_waits_for_us, "the worker meets our grant")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        transaction.set_rollback(True)
    grant_running.send_work(job=job)
    wait_until(lambda: GrantJob.objects.get(pk=job.pk).run_state == "finished", "the job is finished")
    assert prove(job=job).holds
    assert Grant.objects.count() == job.rehearsal["to_grant"]


def test_a_message_delivered_twice_and_late_changes_nothing():
    job = work_off(running_job(members=300))
    before = (prove(job=job), GrantJob.objects.get(pk=job.pk).finished_at)
    for _delivery in range(2):
        tasks.work_on_grant_job(job.pk)
    assert (prove(job=job), GrantJob.objects.get(pk=job.pk).finished_at) == before


def test_a_pause_lets_the_chunk_at_work_finish_and_begins_no_other():
    job = running_job(members=2_000, chunk_size=500)
    first = job.chunks.get(number=1)
    with transaction.atomic():
        Grant.objects.create(package=job.package, member_id=first.lower_id + 50, chunk=first)
        granted, _paused = at_once_while_held(
            lambda: grant_next_chunk(job=GrantJob.objects.get(pk=job.pk), at=NOON),
            lambda: grant_running.pause(job=job, actor=aram()),
        )
        transaction.set_rollback(True)
    assert granted().number == 1
    assert grant_next_chunk(job=job, at=NOON) is None
    assert job_progress(job=job).chunks_done == 1
    assert prove(job=job).holds


def at_once_while_held(held_up: Callable[[], object], meanwhile: Callable[[], object]) -> tuple[Callable, object]:
    """Begins one work, does the other once the first waits for us; answers how to get the first's result."""
    waiting = ThreadPoolExecutor(1).submit(at_once, held_up)
    wait_until(somebody_waits_for_us, "the worker waits")
    [did] = at_once(meanwhile)
    return (lambda: waiting.result()[0]), did


def test_two_people_who_start_at_once_start_it_once():
    make_members(count=300)
    job = approved(planned_job())
    copies = [GrantJob.objects.get(pk=job.pk) for _ in range(2)]
    outcomes = at_once(
        *[lambda copy=copy, who=who: grant_running.start(job=copy, at=NOON, actor=who)
          for copy, who in zip(copies, (mina(), aram()), strict=True)]
    )  # fmt: skip
    assert sorted(isinstance(outcome, grant_jobs.GrantJobMovedOn) for outcome in outcomes) == [False, True]


def test_a_cancel_and_a_start_at_once_leave_a_job_that_is_cancelled_or_refused():
    make_members(count=300)
    job = approved(planned_job())
    at_once(
        lambda: grant_running.start(job=GrantJob.objects.get(pk=job.pk), at=NOON),
        lambda: grant_jobs.cancel(job=GrantJob.objects.get(pk=job.pk), actor=aram(), at=NOON),
    )
    job.refresh_from_db()
    assert (job.state, job.run_state) in {("cancelled", "idle"), ("cancelled", "finished")}
    assert grant_next_chunk(job=job, at=NOON) is None


def test_a_job_for_one_worker_is_worked_on_by_one():
    make_members(count=200)
    job = started(planned_job(workers=1))
    with transaction.atomic():
        assert grant_next_chunk(job=job, at=NOON)
        [second] = at_once(lambda: grant_next_chunk(job=job, at=NOON))
    assert second is None
    assert grant_next_chunk(job=job, at=NOON)


def test_what_is_used_while_a_recall_waits_for_it_is_kept():
    of = work_off(running_job(members=100))
    job = started(plan_recall(of=of, maker=mina(), at=NOON))
    lucky = Grant.objects.order_by("member_id")[3].member_id
    with transaction.atomic():
        Grant.objects.select_for_update().get(package=package(), member_id=lucky)
        recalled, _nothing = at_once_while_held(lambda: grant_next_chunk(job=job, at=timezone.now()), lambda: None)
        ItemUse.objects.create(member_id=lucky, item=package().items.get(), kind="redeemed", at=NOON)
    chunk = recalled()
    assert isinstance(chunk, GrantChunk)
    assert chunk.kept_used == 1
    assert [grant.member_id for grant in Grant.objects.all()] == [lucky]


def test_two_recalls_of_one_job_take_each_grant_once():
    of = work_off(running_job(members=2_000))
    jobs = [started(plan_recall(of=of, maker=mina(), at=NOON)) for _ in range(2)]
    before = Grant.objects.count()
    at_once(*[lambda job=job: work_off(GrantJob.objects.get(pk=job.pk)) for job in jobs])
    assert Grant.objects.count() == 0
    assert sum(job_progress(job=job).recalled for job in jobs) == before
    assert all(prove(job=GrantJob.objects.get(pk=job.pk)).holds for job in [*jobs, of])
