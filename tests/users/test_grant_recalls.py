"""Taking grants back: what nobody used, by two people, whole or by list."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compensation.ledger.models import Transfer
from tests.users.grant_cast import (
    NOON,
    VALUE_WON,
    aram,
    emoticon,
    mina,
    package,
    planned_job,
    running_job,
    started,
    work_off,
)  # fmt: skip
from users.models import Grant, GrantJob, ItemUse, RecalledGrant
from users.selectors.grant_proof import KEPT, RECALLED, members_of, prove
from users.selectors.grants import anyone_to_grant, job_progress
from users.selectors.package_totals import package_totals
from users.services import audiences, grant_jobs
from users.services.grant_chunks import ATTEMPTS_MAX, grant_next_chunk
from users.services.recalls import NothingToRecall, plan_recall

pytestmark = pytest.mark.django_db


def granted_job(members: int = 1_000) -> GrantJob:
    return work_off(running_job(members=members))


def use(member_id: int, kind: str = "downloaded") -> None:
    ItemUse.objects.create(member_id=member_id, item=package().items.get(), kind=kind, at=NOON)


def lucky(place: int) -> int:
    return Grant.objects.order_by("member_id").values_list("member_id", flat=True)[place]


def recall(of: GrantJob, *members: int) -> GrantJob:
    job = plan_recall(of=of, maker=mina(), at=NOON)
    if members:
        rows = [(row, member, "") for row, member in enumerate(members, start=1)]
        audiences.load_list(job=job, rows=rows, out=False, actor=mina(), at=NOON)
    return work_off(started(job))


def test_what_was_rehearsed_is_recalled_and_what_was_used_stays_and_is_named():
    of = granted_job()
    used, only_seen = lucky(3), lucky(7)
    use(used), use(only_seen, "seen")
    job = recall(of)
    progress = job_progress(job=job)
    assert progress.recalled == job.rehearsal["to_recall"] == RecalledGrant.objects.count() > 900
    assert progress.kept == {"used": 1, "expired": 0}
    assert [grant.member_id for grant in Grant.objects.all()] == [used]
    assert [(name.member_id, name.reason) for name in members_of(job=job, outcome=KEPT)] == [(used, "used")]
    assert len(list(members_of(job=job, outcome=RECALLED))) == progress.recalled
    assert prove(job=job).holds
    assert prove(job=of).holds
    [totals] = package_totals(programme=of.programme)
    assert (totals.granted_in_all, totals.value_won) == (totals.grant_rows, VALUE_WON) == (1, VALUE_WON)


def test_the_money_goes_back_to_the_budget():
    job = recall(granted_job())
    back = Transfer.objects.filter(kind="recall_chunk")
    assert {(entry.from_account, entry.to_account) for entry in back} == {("member_benefits", "budget")}
    assert (
        sum(entry.amount_won for entry in back)
        == job.rehearsal["value_won"]
        == job_progress(job=job).recalled * VALUE_WON
    )


def test_a_list_is_recalled_from_its_members_only():
    of = granted_job()
    wanted, before = [lucky(5), lucky(450)], Grant.objects.count()
    job = recall(of, *wanted)
    assert [recalled.member_id for recalled in RecalledGrant.objects.order_by("member_id")] == wanted
    assert Grant.objects.count() == before - 2
    assert job.chunks.count() == 2
    assert prove(job=job).holds


def test_a_second_recall_of_the_same_job_finds_nothing():
    of = granted_job()
    recall(of)
    with pytest.raises(grant_jobs.AudienceEmpty):
        recall(of)


def test_what_has_run_out_is_counted_and_stays():
    of = granted_job(members=100)
    of.chunks.update(finished_at=timezone.now() - timedelta(days=92))
    job = plan_recall(of=of, maker=mina(), at=NOON)
    grant_jobs.rehearse(job=job, actor=mina(), at=timezone.now())
    assert job.rehearsal["expired"] == job.rehearsal["expected"] == Grant.objects.count()
    grant_next_chunk(job=started(job), at=timezone.now())
    assert job_progress(job=job).kept["expired"] == Grant.objects.count() > 0


def test_what_is_valid_for_good_never_runs_out():
    package().items.add(emoticon(package().programme, days=None))
    of = granted_job(members=100)
    of.chunks.update(finished_at=timezone.now() - timedelta(days=3_650))
    assert job_progress(job=recall(of)).kept["expired"] == 0


def test_the_next_job_for_everyone_does_not_undo_a_recall_and_a_list_does():
    one, _job = lucky_one_recalled()
    assert not anyone_to_grant(package=package())
    again = work_off(started(planned_job()))
    assert (again.rehearsal["to_grant"], again.rehearsal["excluded"]["recalled"]) == (0, 1)
    assert job_progress(job=again).excluded["recalled"] == 1
    by_name = planned_job()
    audiences.load_list(job=by_name, rows=[(1, one, "")], out=False, actor=mina(), at=NOON)
    assert job_progress(job=work_off(started(by_name))).granted == 1


def lucky_one_recalled() -> tuple[int, GrantJob]:
    of = granted_job(members=100)
    one = lucky(0)
    return one, recall(of, one)


def test_only_what_has_ended_is_recalled():
    running = running_job()
    with pytest.raises(NothingToRecall):
        plan_recall(of=running, maker=mina(), at=NOON)
    grant_next_chunk(job=running, at=timezone.now())
    grant_jobs.cancel(job=running, actor=aram(), at=NOON)
    granted = Grant.objects.count()
    job = recall(running)
    assert job_progress(job=job).recalled == granted > 90
    with pytest.raises(NothingToRecall):
        plan_recall(of=job, maker=mina(), at=NOON)


def test_the_maker_of_a_recall_cannot_approve_it():
    job = grant_jobs.rehearse(job=plan_recall(of=granted_job(10), maker=mina(), at=NOON), actor=mina(), at=NOON)
    with pytest.raises(grant_jobs.MakerMayNotApprove):
        grant_jobs.approve(job=job, approver=mina(), at=NOON)


def test_a_chunk_that_cannot_be_recalled_counts_those_who_keep_their_grant(monkeypatch):
    of = granted_job(members=100)
    job = started(plan_recall(of=of, maker=mina(), at=NOON))
    monkeypatch.setattr("users.services.recall_chunks._RECALL", "SELECT 1/0")
    for _ in range(ATTEMPTS_MAX):
        chunk = grant_next_chunk(job=job, at=NOON)
    assert (chunk.state, chunk.failed) == ("failed", Grant.objects.count())
