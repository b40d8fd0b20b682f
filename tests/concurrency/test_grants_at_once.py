"""Several who grant, begin or approve at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, transaction

from tests.concurrency.waiting import at_once, somebody_waits_for_us, wait_until
from tests.users.grant_cast import NOON, aram, first_chunk, mina, package, planned_job, running_job, work_off
from users.models import Grant, GrantJob
from users.selectors.grant_proof import prove
from users.selectors.grants import job_progress
from users.services import grant_jobs, grant_running
from users.services.grant_chunks import _grant, grant_next_chunk
from users.services.members import make_members

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_on_one_chunk_grant_it_once():
    job = running_job(members=20_000, chunk_size=20_000)
    granted = at_once(*[lambda: grant_next_chunk(job=job, at=NOON)] * 2)
    assert sorted(chunk is None for chunk in granted) == [False, True]
    grant_running.finish_if_done(job=job, at=NOON)
    assert prove(job=job).holds


def test_without_the_row_lock_the_second_worker_runs_into_the_key():
    """The control of the test above: the same statement twice, while nobody holds the chunk."""
    job = running_job(members=100, chunk_size=100)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        _grant(first_chunk(job), job=job, at=NOON)
        second = pool.submit(at_once, lambda: _grant(first_chunk(job), job=job, at=NOON))
        wait_until(somebody_waits_for_us, "the second worker waits for the first one's keys")
    [fault] = second.result()
    assert isinstance(fault, IntegrityError)


def test_four_workers_share_a_job_and_every_member_is_granted_once():
    job = running_job(members=20_000, chunk_size=500)
    at_once(*[lambda: work_off(GrantJob.objects.get(pk=job.pk))] * 4)
    assert prove(job=job).holds
    assert Grant.objects.count() == job.rehearsal["to_grant"]


def test_two_jobs_of_one_package_at_once_grant_every_member_once():
    make_members(count=20_000)
    jobs = [started_job() for _ in range(2)]
    at_once(*[lambda job=job: work_off(job) for job in jobs])
    assert all(prove(job=job).holds for job in jobs)
    assert sum(job_progress(job=job).granted for job in jobs) == jobs[0].rehearsal["to_grant"]


def started_job() -> GrantJob:
    job = grant_jobs.rehearse(job=planned_job(chunk_size=500), actor=mina(), at=NOON)
    return grant_running.start(job=grant_jobs.approve(job=job, approver=aram(), at=NOON), at=NOON)


def test_two_who_begin_at_once_begin_one_job():
    make_members(count=10)
    gift, people = package(), {"maker": mina(), "approver": aram()}
    first, second = at_once(*[lambda: grant_jobs.begin(package=gift, at=NOON, **people)] * 2)
    assert first == second == GrantJob.objects.get()


def test_two_approvals_at_once_cut_the_members_into_chunks_once():
    make_members(count=1_000)
    job, approver = grant_jobs.rehearse(job=planned_job(), actor=mina(), at=NOON), aram()
    copies = [GrantJob.objects.get(pk=job.pk) for _ in range(2)]
    outcomes = at_once(*[lambda copy=copy: grant_jobs.approve(job=copy, approver=approver, at=NOON) for copy in copies])
    assert sorted(isinstance(outcome, grant_jobs.GrantJobMovedOn) for outcome in outcomes) == [False, True]
    assert job.chunks.count() == 10


def test_a_member_who_is_neither_granted_to_nor_counted_is_missed_by_the_proof(monkeypatch):
    """The control of all proofs: a chunk adds up by itself, whoever it overlooks."""
    job = running_job(members=300)
    monkeypatch.setattr("users.selectors.audience_sql.Selection.kept_out", "false")
    proof = prove(job=work_off(job))
    assert not proof.holds
    assert proof.members - proof.counted == 300 - job.rehearsal["to_grant"] > 0
