"""Workers killed in each step of a bank run, and people at the same moment: nothing is paid twice, nothing is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from claims.models import BankFile, Claim, Payout, PayoutBatch
from claims.services.bank_files.writing import write_next_file
from claims.services.payouts.batch_rows import BatchRefused
from claims.services.payouts.batches import fill_next, make_batch
from claims.services.payouts.invariants import violations
from claims.services.payouts.releasing import approve_batch, finish_release, release_batch
from compensation.ledger.models import Transfer
from compensation.policy.seoul import day_in_seoul
from tests.claims.payout_cast import (
    approved_batch,
    approvers,
    batch_of,
    determined,
    frozen,
    profile_of,
    released,
    states,
)
from tests.claims.test_payouts_due import correct
from tests.concurrency.dying import die_at
from tests.concurrency.test_pass_killed import kill_database_sessions
from tests.concurrency.waiting import at_once, somebody_waits_for_us, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def draft(programme, maker) -> PayoutBatch:
    now = timezone.now()
    return make_batch(programme=programme, profile=profile_of(programme), pay_on=day_in_seoul(now), actor=maker, at=now)


def fill(batch) -> None:
    while fill_next(batch=batch, at=timezone.now()):
        pass


def write(batch) -> None:
    while write_next_file(batch.pk, timezone.now()):
        pass
    finish_release(batch=batch, at=timezone.now())


@pytest.mark.parametrize("step", ["claims.services.payouts.batches._fill", "django.db.connection._commit"])
def test_a_worker_killed_while_it_fills_a_draft_costs_time_only(programme, ops, step):
    determined(programme)
    batch = draft(programme, ops)
    die_at(step, "claims.services.payouts.batches.fill_next", batch=batch)
    assert (states(), violations(programme)) == (["due"] * 3, [])
    fill(batch)
    assert (states(), violations(programme)) == (["batched"] * 3, [])


@pytest.mark.parametrize(
    "step",
    [
        "claims.services.payouts.releasing.refuse_unfit",
        "claims.services.payouts.releasing.note_event",
        "django.db.connection._commit",
    ],
)
def test_a_process_killed_while_it_releases_leaves_the_batch_as_it_was(programme, ops, step):
    determined(programme)
    batch = approved_batch(programme, ops, at=timezone.now())
    die_at(step, "claims.services.payouts.releasing.release_batch", batch=batch, actor=ops)
    assert (states(), Transfer.objects.filter(kind="payout_released").count()) == (["batched"] * 3, 0)
    assert release_batch(batch=batch, actor=ops, at=timezone.now()).state == "releasing"
    assert (states(), violations(programme)) == (["released"] * 3, [])


def test_a_database_that_drops_the_connection_in_a_release_costs_time_only(programme, ops):
    determined(programme)
    batch = approved_batch(programme, ops)

    def release() -> PayoutBatch:
        try:
            return release_batch(batch=batch, actor=ops, at=batch.frozen_at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Payout.objects.select_for_update().get(pk=Payout.objects.first().pk)  # holds the release up, half-way
        released_ = pool.submit(release)
        wait_until(somebody_waits_for_us, "the release meets our lock")
        kill_database_sessions()
        with pytest.raises(OperationalError):
            released_.result()
    assert (states(), violations(programme)) == (["batched"] * 3, [])
    assert release().state == "releasing"
    assert (states(), violations(programme)) == (["released"] * 3, [])


@pytest.mark.parametrize(
    "step", ["claims.services.bank_files.writing._refuse_wrong_sums", "django.db.connection._commit", "os.replace"]
)
def test_a_worker_killed_while_it_makes_the_files_makes_them_again(programme, ops, step):
    determined(programme)
    batch = released(programme, ops, at=timezone.now())
    die_at(step, "claims.services.bank_files.writing.write_next_file", batch_id=batch.pk)
    assert (BankFile.objects.count(), finish_release(batch=batch, at=timezone.now())) == (0, False)
    write(batch)
    assert PayoutBatch.objects.get().state == "released"
    assert list(BankFile.objects.values_list("rows", "total_won")) == [(3, 90_000)]


def test_two_drafts_filled_at_once_share_no_payout(programme, ops, second_ops):
    determined(programme, count=6)
    drafts = [draft(programme, ops), draft(programme, second_ops)]
    at_once(*[lambda batch=batch: fill(batch) for batch in drafts])
    assert sorted(batch.payouts.count() for batch in drafts) in ([0, 6], [1, 5], [2, 4], [3, 3])
    assert sum(batch.payouts.count() for batch in drafts) == 6


def test_two_who_release_at_once_release_once(programme, ops):
    determined(programme)
    batch = approved_batch(programme, ops)
    answers = at_once(*[lambda: release_batch(batch=batch, actor=ops, at=batch.frozen_at)] * 2)
    assert {answer.state for answer in answers} == {"releasing"}
    assert Transfer.objects.filter(kind="payout_released").count() == 3


def test_two_batches_released_at_once_are_released_one_after_the_other(programme, ops):
    determined(programme)
    batches = [approved_batch(programme, ops, size=1), approved_batch(programme, ops)]
    answers = at_once(*[lambda one=one: release_batch(batch=one, actor=ops, at=one.frozen_at) for one in batches])
    assert sorted(type(answer).__name__ for answer in answers) == ["BatchRefused", "PayoutBatch"]
    assert PayoutBatch.objects.filter(state="releasing").count() == 1


def test_a_correction_and_a_release_at_once_never_pay_what_is_not_decided(programme, ops, officer):
    [claim] = determined(programme, count=1)
    batch = approved_batch(programme, ops)
    released_, _corrected = at_once(
        lambda: release_batch(batch=batch, actor=ops, at=batch.frozen_at),
        lambda: correct(Claim.objects.get(pk=claim.pk), 400_000, officer),
    )
    outcome = list(Payout.objects.order_by("id").values_list("state", "amount_won"))
    if isinstance(released_, BatchRefused):
        assert outcome == [("cancelled", 30_000), ("due", 50_000)]
    else:
        assert outcome == [("released", 30_000), ("due", 20_000)]
    assert violations(programme) == []


def test_two_last_approvals_at_once_are_both_kept(programme, ops):
    determined(programme)
    batch = frozen(programme, ops)
    at_once(
        *[
            lambda person=person: approve_batch(batch=batch, digest=batch.digest, actor=person, at=batch.frozen_at)
            for person in approvers(programme)
        ]
    )
    assert batch.approvals.count() == 2


def test_a_draft_that_holds_a_payout_is_freed_by_cancelling_whoever_else_fills(programme, ops):
    determined(programme)
    batch_of(programme, ops)
    with pytest.raises(BatchRefused):
        draft(programme, ops)
