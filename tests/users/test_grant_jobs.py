"""Grant jobs from plan to finish, one worker at a time. What happens at once is in tests/concurrency."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from compensation.ledger.models import Transfer
from compensation.programmes.models import BenefitPackage
from tests.users.grant_cast import (
    GRANTS_FROM,
    NOON,
    VALUE_WON,
    aram,
    emoticon,
    first_chunk,
    mina,
    package,
    planned_job,
    running_job,
    work_off,
)  # fmt: skip
from users.models import Grant, GrantJob, Member, MemberStatus, User
from users.selectors.grant_proof import prove
from users.selectors.grants import job_progress
from users.services import grant_jobs, grant_running
from users.services.grant_chunks import ATTEMPTS_MAX, grant_next_chunk
from users.services.members import make_members

pytestmark = pytest.mark.django_db


def rehearsed_job() -> GrantJob:
    make_members(count=1_000)
    return grant_jobs.rehearse(job=planned_job(), actor=mina(), at=NOON)


def test_what_was_rehearsed_is_what_is_granted():
    job = running_job()
    foreseen = job.rehearsal
    progress = job_progress(job=work_off(job))
    assert progress.expected == foreseen["expected"] == 1_000
    assert progress.granted == foreseen["to_grant"] == Grant.objects.count()
    assert progress.excluded == foreseen["excluded"]
    assert min(progress.excluded["withdrawn"], progress.excluded["suspended"]) > 0


def test_a_package_that_was_changed_since_the_rehearsal_is_not_approved():
    job = rehearsed_job()
    package().items.add(emoticon(package().programme, days=None))
    with pytest.raises(grant_jobs.PackageChanged):
        grant_jobs.approve(job=job, approver=aram(), at=NOON)
    assert grant_jobs.approve(job=grant_jobs.rehearse(job=job, actor=mina(), at=NOON), approver=aram(), at=NOON)


def test_an_hour_before_the_package_that_was_moved_is_not_approved():
    make_members(count=10)
    job = grant_jobs.rehearse(job=planned_job(starts_at=NOON), actor=mina(), at=NOON)
    BenefitPackage.objects.update(grants_from=NOON + timedelta(days=1))
    with pytest.raises(grant_running.GrantsNotOpenYet):
        grant_jobs.approve(job=job, approver=aram(), at=NOON)


def test_only_active_members_are_granted():
    work_off(running_job())
    granted = Grant.objects.values("member_id")
    assert not Member.objects.filter(id__in=granted).exclude(status=MemberStatus.ACTIVE).exists()


def test_the_face_value_is_booked_once_per_chunk():
    job = work_off(running_job())
    booked = [transfer.amount_won for transfer in Transfer.objects.order_by("source_id")]
    assert booked == [chunk.granted * VALUE_WON for chunk in job.chunks.order_by("pk")]
    assert sum(booked) == job.rehearsal["value_won"]


def test_a_finished_job_proves_its_figures():
    proof = prove(job=work_off(running_job()))
    assert proof.holds
    assert (proof.members, proof.grants) == (1_000, proof.progress.granted)


def test_the_proof_fails_when_a_grant_is_missing():
    job = work_off(running_job())
    Grant.objects.filter(member_id=Grant.objects.latest("member_id").member_id).delete()
    assert not prove(job=job).holds


def test_a_second_job_grants_nothing_and_costs_nothing():
    first, second = work_off(running_job()), work_off(running_job())
    assert first.pk != second.pk
    progress = job_progress(job=second)
    assert (progress.granted, progress.excluded["already_granted"]) == (0, job_progress(job=first).granted)
    assert prove(job=second).booked_won == 0


def test_a_member_who_joins_after_the_rehearsal_is_in_the_next_job():
    job = rehearsed_job()
    late = Member.objects.create(joined_on=date(2023, 1, 1))
    grant_jobs.approve(job=job, approver=aram(), at=NOON)
    assert prove(job=work_off(grant_running.start(job=job, at=NOON))).holds
    assert not Grant.objects.filter(member_id=late.pk).exists()
    assert job_progress(job=work_off(running_job(members=1_001))).granted == 1
    assert Grant.objects.filter(member_id=late.pk).exists()


def test_two_packages_are_granted_to_the_same_member():
    work_off(running_job(members=10))
    other = package("members-more")
    job = grant_jobs.begin(package=other, maker=mina(), approver=aram(), at=NOON)
    assert job_progress(job=work_off(job)).granted == Grant.objects.filter(package=package()).count()


def test_the_maker_cannot_approve():
    with pytest.raises(grant_jobs.MakerMayNotApprove):
        grant_jobs.approve(job=rehearsed_job(), approver=mina(), at=NOON)


def test_the_database_does_not_let_the_maker_approve_either():
    with pytest.raises(IntegrityError, match="grant_job_approved_by_another"):
        GrantJob.objects.filter(pk=rehearsed_job().pk).update(state="approved", approver=mina())


def test_the_database_does_not_run_what_nobody_approved():
    with pytest.raises(IntegrityError, match="grant_job_runs_only_approved"):
        GrantJob.objects.filter(pk=rehearsed_job().pk).update(run_state="running")


def test_what_was_rehearsed_again_meanwhile_is_not_approved():
    job = rehearsed_job()
    make_members(count=1_001)
    grant_jobs.rehearse(job=GrantJob.objects.get(pk=job.pk), actor=mina(), at=NOON)
    with pytest.raises(grant_jobs.GrantJobMovedOn):
        grant_jobs.approve(job=job, approver=aram(), at=NOON)


def test_steps_cannot_be_skipped_or_repeated():
    job = planned_job()
    with pytest.raises(grant_jobs.GrantJobMovedOn):
        grant_jobs.approve(job=job, approver=aram(), at=NOON)
    with pytest.raises(grant_jobs.GrantJobMovedOn):
        grant_running.start(job=job, at=NOON)
    job = running_job()
    with pytest.raises(grant_jobs.GrantJobMovedOn):
        grant_running.start(job=job, at=NOON)


def test_nothing_is_granted_before_the_day():
    job = grant_jobs.approve(job=rehearsed_job(), approver=aram(), at=NOON)
    with pytest.raises(grant_running.GrantsNotOpenYet):
        grant_running.start(job=job, at=GRANTS_FROM - timedelta(microseconds=1))
    assert grant_next_chunk(job=job, at=NOON) is None


@pytest.mark.parametrize("chunk_size", [0, -1, 1_000_001])
def test_a_chunk_size_out_of_bounds_is_refused(chunk_size):
    with pytest.raises(grant_jobs.ChunkSizeOutOfBounds):
        planned_job(chunk_size=chunk_size)


def test_chunks_cover_every_member_once():
    make_members(count=1_000)
    Member.objects.filter(id__in=[1, 2, 500]).delete()
    chunks = list(
        running_job(members=997, chunk_size=300).chunks.order_by("number").values_list("lower_id", "upper_id")
    )
    assert chunks == [(3, 303), (303, 603), (603, 903), (903, 1001)]


def test_a_job_for_nobody_is_not_approved():
    with pytest.raises(grant_jobs.AudienceEmpty):
        running_job(members=0)


def test_a_package_without_items_is_not_granted():
    package().items.clear()
    with pytest.raises(grant_jobs.PackageWithoutItems):
        planned_job()


def test_an_approved_package_is_frozen():
    job = running_job()
    assert job.package.frozen_at == NOON


def test_begin_carries_on_with_the_job_that_was_left():
    left = rehearsed_job()
    job = running_job()
    assert job.pk == left.pk
    assert running_job().pk == left.pk


def test_every_step_says_who_and_why():
    job = work_off(running_job())
    contexts = [event.pgh_context.metadata for event in job.events.order_by("pgh_id")]
    names = dict(User.objects.values_list("pk", "username"))
    assert [(names[context["actor"]], context["reason"].removeprefix("grant_job_")) for context in contexts] == [
        ("mina", "planned"),
        ("mina", "rehearsed"),
        ("aram", "approved"),
        ("aram", "started"),
        ("system", "finished"),
    ]


def refuse_grants_to(member_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE users_grant ADD CONSTRAINT refused CHECK (member_id <> %s)", [member_id])


def test_a_chunk_that_fails_is_tried_after_the_others_and_then_counted_as_failed():
    job = running_job()
    refuse_grants_to(first_chunk(job).lower_id)
    tried = [grant_next_chunk(job=job, at=NOON).number for _ in range(9 + ATTEMPTS_MAX)]
    assert tried == [*range(1, 11), 1, 1, 1, 1]
    failed = first_chunk(job)
    assert (failed.state, failed.attempts, failed.expected, failed.failed) == ("failed", ATTEMPTS_MAX, 100, 100)
    assert "refused" in failed.fault


def test_a_job_with_a_failed_chunk_finishes_and_the_next_job_grants_the_rest():
    job = running_job()
    refuse_grants_to(first_chunk(job).lower_id)
    work_off(job)
    assert job_progress(job=job).failed == 100
    assert prove(job=job).holds
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE users_grant DROP CONSTRAINT refused")
    first_hundred = Member.objects.filter(id__lt=first_chunk(job).upper_id, status=MemberStatus.ACTIVE)
    assert job_progress(job=work_off(running_job())).granted == first_hundred.count()


def test_the_database_refuses_a_chunk_that_does_not_add_up():
    chunk = first_chunk(work_off(running_job()))
    chunk.granted += 1
    with pytest.raises(IntegrityError, match="grant_chunk_adds_up"), transaction.atomic():
        chunk.save()


def test_progress_is_one_query(django_assert_num_queries):
    job = running_job()
    grant_next_chunk(job=job, at=NOON + timedelta(seconds=2))
    with django_assert_num_queries(1):
        progress = job_progress(job=job)
    assert (progress.counted, progress.chunks_done, progress.chunks_total) == (100, 1, 10)
    assert (progress.rate, progress.seconds_left) == (50, 18)
    assert not progress.adds_up
