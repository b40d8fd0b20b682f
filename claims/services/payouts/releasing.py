"""Approving a frozen list, and releasing (집행) it: the one moment after which money is on its way.

Approvals name the digest of the list that was seen. Releasing looks at everything once more, moves all payouts and
books them in one transaction; then a worker makes the bank's files. One batch of a programme is released at a time.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from claims.models import BankFile, BatchApproval, Payout, PayoutBatch
from claims.selectors.payouts import approvals_of, budget_left_won, list_of
from claims.services.payouts.batch_rows import (
    BatchRefused,
    hold_batch,
    list_changed,
    note_event,
    refuse_unfit,
    refuse_unless,
)
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import PayoutBatchState
from compensation.programmes.models import Programme
from compensation.runtime.tasks import send_after_commit
from users.models import User

RELEASE = """
WITH moved AS (
    UPDATE claims_payout SET state = 'released' WHERE batch_id = %(batch)s AND state = 'batched'
    RETURNING id, amount_won
), noted AS (
    INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT id, 'batched', 'released', %(batch)s, %(actor)s, 'batch released', %(at)s FROM moved
), booked AS (
    INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT %(programme)s, 'merchant_payable', 'payouts_released', amount_won, 'payout_released', id, %(at)s FROM moved
)
SELECT count(*), coalesce(sum(amount_won), 0) FROM moved
"""


@transaction.atomic
def approve_batch(*, batch: PayoutBatch, digest: str, actor: User, at: datetime) -> BatchApproval:
    """Somebody's yes to the frozen list with this digest; the same person's second yes is the first.

    Not by who made the batch, which the database refuses too. Raises BatchRefused.
    """
    held = hold_batch(batch)
    refuse_unless(held, PayoutBatchState.FROZEN)
    if held.digest != digest:
        raise list_changed()
    if held.made_by_id == actor.pk:
        raise BatchRefused(
            "approver_made_it",
            "직접 만든 지급 묶음은 승인할 수 없습니다. 다른 담당자가 승인해야 합니다.",
            "You made this batch. Other people have to approve it.",
        )
    approval, is_new = BatchApproval.objects.get_or_create(
        batch=held, digest=digest, approver=actor, defaults={"at": at}
    )
    if is_new:
        note_event(held, "approved", actor, at, digest=digest)
    return approval


def release_batch(*, batch: PayoutBatch, actor: User, at: datetime) -> PayoutBatch:
    """Sends a frozen, approved list on its way: payouts, history and ledger in one transaction, then the bank's files.

    Released twice is released once. Raises BatchRefused: approvals are missing, something must not be paid any more,
    the day of payment is past, the budget is short, another batch is being released.
    """
    try:
        return _release(batch, actor, at)
    except IntegrityError as error:
        if "one_batch_is_released_at_a_time" not in str(error):
            raise
        raise BatchRefused(
            "batch_another_releasing",
            "다른 지급 묶음의 이체 파일을 만들고 있습니다. 끝난 뒤 다시 해 주세요.",
            "Another batch is being released. Please try again when it is done.",
        ) from error


@transaction.atomic
def _release(batch: PayoutBatch, actor: User, at: datetime) -> PayoutBatch:
    programme = Programme.objects.select_for_update(no_key=True).get(pk=batch.programme_id)
    held = hold_batch(batch)
    if held.state in (PayoutBatchState.RELEASING, PayoutBatchState.RELEASED, PayoutBatchState.CLOSED):
        return held
    refuse_unless(held, PayoutBatchState.FROZEN)
    _refuse_unapproved(held)
    if held.pay_on < day_in_seoul(at):
        raise BatchRefused(
            "batch_day_past",
            "지급일이 지났습니다. 확정을 풀고 새 묶음을 만들어 주세요.",
            "The day of payment is past. Please give the batch up and make a new one.",
        )
    list(Payout.objects.select_for_update().filter(batch=held).order_by("id").values_list("pk", flat=True))
    if list_of(batch=held).digest != held.digest:
        raise list_changed()
    refuse_unfit(held)
    if budget_left_won(programme=programme) < 0:
        raise BatchRefused("batch_budget", "예산이 모자랍니다.", "The budget is short.")
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"batch": held.pk, "programme": programme.pk, "actor": actor.pk, "at": at}
        cursor.execute(RELEASE, parameters)
        count, won = cursor.fetchone()
    if (count, won) != (held.payouts_count, held.total_won):
        raise list_changed()
    PayoutBatch.objects.filter(pk=held.pk).update(state=PayoutBatchState.RELEASING, released_by=actor, released_at=at)
    note_event(held, "released", actor, at, payouts=count, won=int(won))
    send_after_commit("claims.write_bank_files", batch_id=held.pk)
    held.refresh_from_db()
    return held


@transaction.atomic
def finish_release(*, batch: PayoutBatch, at: datetime) -> bool:
    """The batch is with the bank once its files hold all of it; whether they do. Harmless twice."""
    held = hold_batch(batch)
    if held.state != PayoutBatchState.RELEASING:
        return held.state in (PayoutBatchState.RELEASED, PayoutBatchState.CLOSED)
    files = BankFile.objects.filter(batch=held).aggregate(rows=Sum("rows", default=0), won=Sum("total_won", default=0))
    if (files["rows"], files["won"]) != (held.payouts_count, held.total_won):
        return False
    PayoutBatch.objects.filter(pk=held.pk).update(state=PayoutBatchState.RELEASED)
    note_event(
        held, "files_made", held.released_by or held.made_by, at, files=BankFile.objects.filter(batch=held).count()
    )
    return True


@transaction.atomic
def close_if_settled(*, batch: PayoutBatch, actor: User, at: datetime) -> bool:
    """Closes a released batch when the bank has said of every payout what became of it; whether it is closed."""
    held = hold_batch(batch)
    if held.state == PayoutBatchState.CLOSED:
        return True
    is_open = Payout.objects.filter(batch=held, state__in=("released", "unknown")).exists()
    if held.state != PayoutBatchState.RELEASED or is_open:
        return False
    PayoutBatch.objects.filter(pk=held.pk).update(state=PayoutBatchState.CLOSED, closed_at=at)
    note_event(held, "closed", actor, at)
    return True


def sweep_releasing() -> None:
    """Sends a worker for every batch whose files are not all made: a lost message, a killed worker, a full disk."""
    for pk in PayoutBatch.objects.filter(state=PayoutBatchState.RELEASING).values_list("pk", flat=True):
        send_after_commit("claims.write_bank_files", batch_id=pk)


def _refuse_unapproved(batch: PayoutBatch) -> None:
    have, needed = approvals_of(batch=batch).count(), batch.approvals_needed or 0
    if have < needed:
        raise BatchRefused(
            "batch_unapproved",
            f"승인이 {needed - have}명 더 필요합니다.",
            f"It needs the approval of {needed - have} more.",
        )
