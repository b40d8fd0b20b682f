"""Workers that die and brokers that forget. Real Celery workers, killed by signal."""

import os
import signal
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from compensation import limits
from tests.concurrency.waiting import somebody_waits_for_us, wait_until
from tests.users.grant_cast import NOON, chunks_done, running_job, work_off
from users import tasks
from users.models import Grant, GrantJob
from users.selectors.grant_proof import prove
from users.services import grant_running
from users.services.grant_chunks import grant_next_chunk

pytestmark = pytest.mark.django_db(transaction=True)


def broker() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL)


def messages() -> int:
    return broker().llen("grants")


def sweep_later() -> None:
    """The sweeper, as beat would call it once the job has been quiet for long enough."""
    grant_running.sweep(at=timezone.now() + timedelta(seconds=grant_running.QUIET_SECONDS + 1))


def wait_until_finished(job: GrantJob) -> None:
    wait_until(lambda: GrantJob.objects.get(pk=job.pk).run_state == "finished", "the job is finished")


def test_a_worker_killed_in_the_middle_of_a_chunk_leaves_exact_totals(celery_worker_process):
    job = running_job(members=20_000, chunk_size=1_000, at=timezone.now())
    fifth = job.chunks.get(number=5)
    with transaction.atomic():  # a grant that we do not commit holds the worker up, half-way through its statement
        Grant.objects.create(package=job.package, member_id=fifth.lower_id + 50, chunk=fifth)
        worker = celery_worker_process(queues=["grants"])
        wait_until(somebody_waits_for_us, "the worker meets our grant")
        os.killpg(worker, signal.SIGKILL)
        transaction.set_rollback(True)
    assert chunks_done(job) == 4
    celery_worker_process(queues=["grants"])
    sweep_later()
    wait_until_finished(job)
    assert prove(job=job).holds
    assert Grant.objects.count() == job.rehearsal["to_grant"]


def test_a_broker_wiped_in_the_middle_costs_time_only(celery_worker_process):
    job = running_job(members=20_000, chunk_size=1_000, at=timezone.now())
    grant_next_chunk(job=job, at=timezone.now())
    broker().flushdb()
    celery_worker_process(queues=["grants"])
    assert chunks_done(job) == 1
    sweep_later()
    wait_until_finished(job)
    assert prove(job=job).holds


def test_a_start_asks_for_as_many_workers_as_can_be_busy():
    running_job(members=300, chunk_size=100)
    assert messages() == 3
    broker().flushdb()
    work_off(running_job(members=300))
    running_job(members=3_000, chunk_size=100)
    assert messages() == limits.GRANT_WORKERS_MAX


def test_the_sweeper_leaves_a_job_alone_that_moves_on():
    job = running_job(at=NOON)
    grant_next_chunk(job=job, at=NOON + timedelta(seconds=60))
    broker().flushdb()
    grant_running.sweep(at=NOON + timedelta(seconds=60 + grant_running.QUIET_SECONDS))
    assert messages() == 0
    grant_running.sweep(at=NOON + timedelta(seconds=61 + grant_running.QUIET_SECONDS))
    assert messages() == limits.GRANT_WORKERS_MAX


def test_the_sweeper_finishes_a_job_whose_last_worker_died():
    job = running_job()
    while grant_next_chunk(job=job, at=NOON):
        pass
    tasks.sweep_grant_jobs()
    job.refresh_from_db()
    assert job.run_state == "finished"


def test_a_worker_whose_slice_is_over_asks_for_another(monkeypatch):
    job = running_job()
    broker().flushdb()
    monkeypatch.setattr(tasks, "SLICE_SECONDS", 0)
    tasks.work_on_grant_job(job.pk)
    assert messages() == 1
