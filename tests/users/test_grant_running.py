"""Pause, go on, faster, slower, later, cancelled; and which of several jobs goes first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compensation import limits
from tests.users.grant_cast import GRANTS_FROM, NOON, approved, aram, mina, planned_job, running_job, started, work_off
from users import tasks
from users.models import GrantJob
from users.selectors.grant_proof import prove
from users.selectors.grants import job_progress, unfinished_job
from users.services import grant_jobs, grant_running
from users.services.grant_chunks import grant_next_chunk
from users.services.members import make_members

pytestmark = pytest.mark.django_db


def chunk_after(job: GrantJob, seconds: float) -> bool:
    return grant_next_chunk(job=job, at=NOON + timedelta(seconds=seconds)) is not None


def test_a_paused_job_begins_no_chunk_and_goes_on_where_it_was():
    job = running_job()
    assert chunk_after(job, 0)
    grant_running.pause(job=job, actor=aram())
    assert not chunk_after(job, 1)
    assert prove(job=job).holds
    grant_running.resume(job=job, actor=aram())
    assert prove(job=work_off(job)).holds
    assert job_progress(job=job).granted == job.rehearsal["to_grant"]


@pytest.mark.parametrize(
    ("step", "state", "run_state"),
    [
        (planned_job, "cancelled", "idle"),
        (lambda: approved(planned_job()), "cancelled", "idle"),
        (lambda: started(planned_job()), "cancelled", "finished"),
        (lambda: grant_running.pause(job=started(planned_job()), actor=aram()), "cancelled", "finished"),
    ],
)
def test_a_job_is_cancelled_at_any_step_and_grants_no_more(step, state, run_state):
    make_members(count=200)
    job = step()
    grant_jobs.cancel(job=job, actor=aram(), at=NOON)
    assert (job.state, job.run_state) == (state, run_state)
    assert not chunk_after(job, 1)
    assert unfinished_job(package=job.package) is None
    with pytest.raises(grant_jobs.GrantJobMovedOn):
        grant_jobs.cancel(job=job, actor=aram(), at=NOON)


def test_what_a_cancelled_job_granted_is_proved():
    job = running_job()
    chunk_after(job, 0)
    grant_jobs.cancel(job=job, actor=aram(), at=NOON)
    proof = prove(job=job)
    assert proof.holds
    assert proof.members == 100


def test_a_finished_job_is_not_cancelled_or_paused():
    job = work_off(running_job(members=10))
    with pytest.raises(grant_jobs.GrantJobMovedOn):
        grant_jobs.cancel(job=job, actor=aram(), at=NOON)
    with pytest.raises(grant_jobs.GrantJobMovedOn):
        grant_running.pause(job=job, actor=aram())


def test_a_job_with_a_speed_begins_a_chunk_as_late_as_its_members_take():
    job = running_job()
    grant_running.change_speed(job=job, actor=aram(), members_per_second=50, workers=8)
    assert [chunk_after(job, seconds) for seconds in (0, 1.9, 2, 3.9, 4)] == [True, False, True, False, True]
    grant_running.change_speed(job=job, actor=aram(), members_per_second=None, workers=1)
    assert chunk_after(job, 4)


def test_a_job_with_a_speed_has_chunks_of_two_seconds():
    make_members(count=3_000)
    job = approved(planned_job(chunk_size=3_000, members_per_second=600))
    assert [chunk.upper_id - chunk.lower_id for chunk in job.chunks.order_by("number")] == [1_200, 1_200, 600]
    assert job.rehearsal["seconds"] == 5


def test_a_job_that_is_given_a_speed_later_is_cut_finer_but_for_what_was_done():
    make_members(count=6_000)
    job = started(planned_job(chunk_size=3_000))
    assert chunk_after(job, 0)
    grant_running.change_speed(job=job, actor=aram(), members_per_second=600, workers=1)
    ranges = list(job.chunks.order_by("lower_id").values_list("lower_id", "upper_id"))
    assert [upper - lower for lower, upper in ranges] == [3_000, 1_200, 1_200, 600]
    assert [upper for _lower, upper in ranges[:-1]] == [lower for lower, _upper in ranges[1:]]
    grant_running.change_speed(job=job, actor=aram(), members_per_second=None, workers=1)
    assert prove(job=work_off(job)).holds


@pytest.mark.parametrize(
    "speed", [{"members_per_second": 0}, {"members_per_second": 10**8}, {"workers": 0}, {"workers": 9}]
)
def test_an_absurd_speed_is_refused(speed):
    with pytest.raises(grant_running.SpeedOutOfBounds):
        planned_job(**speed)


@pytest.mark.parametrize("priority", [0, 10])
def test_a_priority_out_of_bounds_is_refused(priority):
    with pytest.raises(grant_jobs.PriorityOutOfBounds):
        planned_job(priority=priority)


def test_a_job_starts_by_itself_when_its_hour_has_come():
    make_members(count=10)
    job = approved(planned_job(starts_at=NOON + timedelta(hours=1)))
    grant_running.sweep(at=NOON + timedelta(minutes=59))
    assert GrantJob.objects.get(pk=job.pk).run_state == "idle"
    for _twice in range(2):
        grant_running.sweep(at=NOON + timedelta(hours=1))
    job.refresh_from_db()
    assert (job.run_state, job.started_at) == ("running", NOON + timedelta(hours=1))


def test_a_job_is_not_planned_to_start_before_the_package_may_be_granted():
    with pytest.raises(grant_running.GrantsNotOpenYet):
        planned_job(starts_at=GRANTS_FROM - timedelta(seconds=1))


def test_a_worker_grants_the_more_urgent_job_first(monkeypatch):
    make_members(count=200)
    late, urgent = started(planned_job()), started(planned_job(priority=1))
    order = []
    granting = tasks.grant_next_chunk
    monkeypatch.setattr(tasks, "grant_next_chunk", lambda *, job, at: order.append(job.pk) or granting(job=job, at=at))
    tasks.work_on_grant_job(late.pk)
    assert order[:2] == [urgent.pk] * 2
    assert {job.run_state for job in GrantJob.objects.all()} == {"finished"}
    assert job_progress(job=urgent).granted == urgent.rehearsal["to_grant"]


def test_a_worker_waits_for_the_pace_and_leaves_a_long_wait_to_the_sweeper(monkeypatch):
    make_members(count=1_000)
    job = started(planned_job(chunk_size=500, members_per_second=2_500))
    monkeypatch.setattr(tasks, "WAIT_SECONDS", 0.05)
    tasks.work_on_grant_job(job.pk)
    assert job_progress(job=job).chunks_done == 2
    slow = started(planned_job(chunk_size=500, members_per_second=1))
    tasks.work_on_grant_job(slow.pk)
    assert job_progress(job=slow).chunks_done == 1
    assert grant_running.seconds_to_wait(job=slow, at=timezone.now()) > tasks.SLICE_SECONDS


def test_a_job_with_a_speed_foresees_its_end_by_the_speed():
    make_members(count=1_000)
    job = started(planned_job(chunk_size=500, members_per_second=100))
    grant_next_chunk(job=job, at=NOON + timedelta(milliseconds=100))
    progress = job_progress(job=job)
    assert (progress.counted, progress.rate, progress.seconds_left) == (500, 100, 5)


def test_what_was_measured_is_what_the_next_rehearsal_foresees(monkeypatch):
    monkeypatch.setattr("users.selectors.rehearsals.LEAST_MEASURED", 1_000)
    job = running_job(at=NOON)
    chunks = job.chunks.count()
    while grant_next_chunk(job=job, at=NOON + timedelta(seconds=10)):
        pass
    grant_running.finish_if_done(job=job, at=NOON + timedelta(seconds=50))
    again = grant_jobs.rehearse(job=planned_job(), actor=mina(), at=NOON)
    assert (chunks, again.rehearsal["seconds"]) == (10, 50)


def test_a_job_keeps_as_many_workers_busy_as_it_may():
    assert running_job(members=10).workers == limits.GRANT_WORKERS_MAX
