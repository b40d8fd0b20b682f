"""What a delivery holds: every grant once, in files that add up, whatever happens while they are written."""

import errno
import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from compensation import limits
from tests.users.grant_cast import NOON, SEOUL, aram, mina, planned_job, running_job, started, work_off
from tests.users.handover_cast import (
    content,
    folder,
    granted_job,
    handed_over,
    members_of,
    planned,
    receiver,
    rows_of,
    service,
    written,
)  # fmt: skip
from users import tasks
from users.models import Grant, GrantJob, HandoverDelivery, HandoverFile
from users.selectors.handover import figures_of_delivery, manifest
from users.services import audiences
from users.services.grant_chunks import grant_next_chunk
from users.services.handover.planning import NobodyReceives, NothingToHandOver, plan_owed
from users.services.handover.reading import page_after
from users.services.handover.writing import NothingFailed, retry_failed, write_next_file
from users.services.partners import revoke_partner_token
from users.services.recalls import plan_recall

__all__ = ["folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def shop():
    partner = service()
    receiver(partner)
    return partner


def granted_members() -> list[int]:
    return list(Grant.objects.order_by("member_id").values_list("member_id", flat=True))


def recall(of: GrantJob, *members: int) -> GrantJob:
    job = plan_recall(of=of, maker=mina(), at=NOON)
    if members:
        rows = [(row, member, "") for row, member in enumerate(members, start=1)]
        audiences.load_list(job=job, rows=rows, out=False, actor=mina(), at=NOON)
    return work_off(started(job))


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_a_delivery_holds_every_grant_once_and_its_manifest_adds_up(shop, format_):
    job = granted_job()
    delivery = written(planned(shop, job, format_))
    assert members_of(delivery) == granted_members()
    told = manifest(delivery=delivery)
    assert told["is_complete"]
    assert told["totals"]["sent"] == told["totals"]["open"] == sum(job.chunks.values_list("granted", flat=True))
    assert told["totals"]["sent"] == sum(file["rows"] for file in told["files"])
    for file in delivery.files.all():
        assert (file.sha256, file.size_bytes) == (hashlib.sha256(content(file)).hexdigest(), len(content(file)))


def test_each_row_says_what_was_granted_when_and_until_when(shop):
    job = granted_job()
    granted_at = job.chunks.get(number=1).finished_at.astimezone(SEOUL)
    ends = (granted_at + timedelta(days=91)).replace(hour=0, minute=0, second=0, microsecond=0)
    text = rows_of(written(planned(shop, job)).files.get())[0]
    assert text["package"] == "members-all"
    assert (text["granted_at"], text["valid_until:emoticon-90"]) == (granted_at.isoformat(), ends.isoformat())
    other = service("others")
    receiver(other)
    row = rows_of(written(planned(other, job, "parquet")).files.get())[0]
    assert (row["granted_at"], row["valid_until:emoticon-90"]) == (granted_at, ends)
    assert row["member_number"] == int(text["member_number"])


def test_small_chunks_share_a_file_and_large_ones_have_their_own(shop, monkeypatch):
    monkeypatch.setattr(limits, "HANDOVER_FILE_ROWS", 250)
    delivery = written(planned(shop, granted_job(1_000)))
    assert sorted({len(file.chunks) for file in delivery.files.all()}) == [2]
    monkeypatch.setattr(limits, "HANDOVER_FILE_ROWS", 50)
    other = service("others")
    receiver(other)
    assert planned(other, GrantJob.objects.get()).files.count() == 10
    assert members_of(delivery) == granted_members()


def test_nothing_is_handed_over_twice_and_what_is_granted_later_follows(shop):
    job = running_job(members=300)
    grant_next_chunk(job=job, at=NOON)
    first = written(planned(shop, job))
    with pytest.raises(NothingToHandOver):
        planned(shop, job)
    work_off(job)
    second = written(planned(shop, job))
    assert (first.number, second.number) == (1, 2)
    assert members_of(first) + members_of(second) == granted_members()


def test_who_was_recalled_before_is_left_out_and_named_in_a_delivery_of_recalls(shop):
    job = granted_job()
    first, second, *_ = granted_members()
    early = written(planned(shop, job))
    taken = recall(job, first, second)
    late = service("late")
    receiver(late)
    delivery = written(planned(late, job))
    assert figures_of_delivery(delivery=delivery).left_out == 2
    assert members_of(delivery) == members_of(early)[2:]
    [file] = written(planned(shop, taken)).files.all()
    assert [(int(row["member_number"]), row["reason"], row["item"]) for row in rows_of(file)] == [
        (first, "recalled", ""),
        (second, "recalled", ""),
    ]


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_a_file_of_nobody_is_a_file_and_pages_pass_it_over(shop, format_):
    job = granted_job()
    recall(job)
    delivery = written(planned(shop, job, format_))
    found = figures_of_delivery(delivery=delivery)
    assert (found.rows, found.left_out, found.is_settled) == (0, found.expected, True)
    assert rows_of(delivery.files.get()) == []
    assert page_after(partner=shop, cursor="", limit=10).file is None


def test_what_has_expired_is_handed_over_once_it_is_over(shop):
    job = granted_job()
    written(planned(shop, job))
    with pytest.raises(NothingToHandOver):
        planned(shop, job, expired=True, at=timezone.now())
    after = timezone.now() + timedelta(days=92)
    delivery = written(planned(shop, job, expired=True, at=after))
    [file] = delivery.files.all()
    row = rows_of(file)[0]
    assert (delivery.kind, row["item"], row["reason"]) == ("expired", "emoticon-90", "expired")
    assert members_of(delivery) == granted_members()
    with pytest.raises(NothingToHandOver):
        planned(shop, job, expired=True, at=after)


def test_finished_jobs_and_recalls_are_handed_over_by_themselves_each_once(shop):
    service("without-a-token")
    job = granted_job()
    taken = recall(job, granted_members()[0])
    made = plan_owed(at=NOON)
    assert [(one.partner, one.job, one.kind) for one in made] == [(shop, job, "grants"), (shop, taken, "recalled")]
    assert plan_owed(at=NOON) == []


def test_of_a_job_that_ended_the_rest_is_handed_over_in_the_format_of_the_last_time(shop):
    job = running_job(members=300)
    grant_next_chunk(job=job, at=NOON)
    first = written(planned(shop, job, "parquet"))
    assert plan_owed(at=NOON) == []
    work_off(job)
    tasks.hand_over()
    rest = HandoverDelivery.objects.get(number=2)
    assert rest.format == "parquet"
    assert members_of(first) + members_of(written(rest)) == granted_members()


def test_whoever_receives_from_today_on_has_what_was_granted_before(shop):
    job = granted_job()
    planned(shop, job)
    other = service("others")
    receiver(other)
    assert [(one.partner, one.job) for one in plan_owed(at=NOON)] == [(other, job)]


def test_only_who_may_receive_is_handed_anything(shop):
    job = granted_job()
    revoke_partner_token(
        programme=shop.programme, reference=shop.tokens.get().reference, actor=mina(), at=timezone.now()
    )
    with pytest.raises(NobodyReceives):
        planned(shop, job)
    assert not HandoverDelivery.objects.exists()


def test_a_job_that_has_granted_nothing_yet_is_refused(shop):
    with pytest.raises(NothingToHandOver):
        planned(shop, planned_job())


def test_a_full_disk_fails_a_file_until_somebody_has_it_written_again(shop, monkeypatch):
    delivery = planned(shop, granted_job())

    def full(*_given, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(storages["handover"], "_save", full)
        written(delivery)
    file = delivery.files.get()
    assert (file.state, file.attempts, file.rows) == ("failed", limits.HANDOVER_ATTEMPTS_MAX, 0)
    assert "No space left" in file.fault
    assert retry_failed(delivery=delivery, actor=aram()) == 1
    assert written(delivery).ready_at
    with pytest.raises(NothingFailed):
        retry_failed(delivery=delivery, actor=aram())


def test_a_file_from_which_somebody_is_missing_is_not_written(shop):
    delivery = planned(shop, granted_job())
    Grant.objects.filter(member_id=granted_members()[0]).delete()
    file = write_next_file(delivery=delivery, at=NOON)
    assert (file.state, file.rows) == ("pending", 0)
    assert "expected" in file.fault


def test_a_delivery_is_ready_when_its_last_file_is(shop, monkeypatch):
    monkeypatch.setattr(limits, "HANDOVER_FILE_ROWS", 50)
    delivery = planned(shop, granted_job())
    write_next_file(delivery=delivery, at=NOON)
    delivery.refresh_from_db()
    assert delivery.ready_at is None
    tasks.write_handover(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.ready_at
    assert figures_of_delivery(delivery=delivery).is_ready


def test_the_sweeper_asks_again_for_what_got_lost_and_leaves_the_rest(shop, monkeypatch):
    sent = []
    monkeypatch.setattr("users.services.handover.writing.send_work", lambda *, delivery: sent.append(delivery.pk))
    lost, done = planned(shop, granted_job()), handed_over_elsewhere()
    tasks.sweep_handover()
    assert sent == [lost.pk]
    assert HandoverDelivery.objects.get(pk=done.pk).ready_at


def handed_over_elsewhere() -> HandoverDelivery:
    """Written, but the worker died before it said that the delivery is ready."""
    other = service("elsewhere")
    receiver(other)
    delivery = planned(other, GrantJob.objects.get())
    write_next_file(delivery=delivery, at=NOON)
    return delivery


def test_the_database_keeps_written_files_as_they_are():
    file = handed_over().files.get()
    changes = [
        {"sha256": "0" * 64},
        {"rows": file.rows - 1, "left_out": 1},
        {"state": "pending"},
        {"accepted": file.rows + 1},
    ]
    for change in changes:
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            HandoverFile.objects.filter(pk=file.pk).update(**change)
