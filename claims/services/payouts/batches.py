"""Payout batches (지급 묶음): a draft is filled by a worker, looked at, and frozen as the exact list to be approved.

The rows in the table are what is left to do, so a killed worker, a lost message or a second one changes nothing.
"""

import secrets
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from claims.models import BankProfile, Payout, PayoutBatch
from claims.selectors.payouts import (
    FROM_DUE,
    KEPT_BACK,
    budget_left_won,
    hold_parameters,
    list_of,
    plan,
    rules_of,
    unfit_payouts,
)
from claims.services.bank_files.losses import losses
from claims.services.payouts.batch_rows import (
    BatchRefused,
    hold_batch,
    list_changed,
    note_event,
    refuse_unfit,
    refuse_unless,
    why,
)
from compensation import limits
from compensation.policy.payouts import approvals_needed
from compensation.policy.references import reference_from
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import PayoutBatchState
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.programmes.services.policy_versions import freeze as freeze_policy
from compensation.runtime.tasks import send_after_commit
from compensation.values.paragraphs import parse_paragraphs
from users.models import User

FILLED_AT_ONCE = 5_000  # payouts of a transaction: a worker that dies loses a second of work
PAY_ON_DAYS_MAX = 60  # days ahead: a bank takes no order for later

# The next payouts that may be paid, with the account they go to; those that somebody else holds are left to them.
FILL = f"""
WITH candidates AS (
    SELECT p.id, account.id AS account_id, {KEPT_BACK} AS because {FROM_DUE} AND p.id > %(after)s
), fitting AS (
    SELECT id, account_id FROM candidates WHERE because IS NULL ORDER BY id LIMIT %(size)s
), held AS (
    SELECT p.id, fitting.account_id FROM claims_payout p JOIN fitting ON fitting.id = p.id
    WHERE p.state = 'due' ORDER BY p.id FOR UPDATE OF p SKIP LOCKED
), moved AS (
    UPDATE claims_payout p SET state = 'batched', batch_id = %(batch)s, account_id = held.account_id
    FROM held WHERE p.id = held.id RETURNING p.id
), noted AS (
    INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT id, 'due', 'batched', %(batch)s, %(actor)s, 'put into a batch', %(at)s FROM moved
)
SELECT count(*) FROM moved
"""
TAKE_OUT = """
WITH moved AS (
    UPDATE claims_payout SET state = 'due', batch_id = NULL
    WHERE batch_id = %(batch)s AND state = 'batched' AND (%(all)s OR id = ANY(%(payouts)s)) RETURNING id
), noted AS (
    INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT id, 'batched', 'due', %(batch)s, %(actor)s, %(reason)s, %(at)s FROM moved
)
SELECT count(*) FROM moved
"""


@transaction.atomic
def make_batch(
    *,
    programme: Programme,
    profile: BankProfile,
    pay_on: date,
    actor: User,
    at: datetime,
    size: int = limits.BATCH_PAYOUTS_MAX,
    note: str = "",
) -> PayoutBatch:
    """Begins a draft of up to `size` payouts for the bank of this profile, to be paid on `pay_on`; a worker fills it.

    Raises BatchRefused: nothing may be paid, the day is past or too far off, the size is none, the profile another's.
    """
    today = day_in_seoul(at)
    if not 0 <= (pay_on - today).days <= PAY_ON_DAYS_MAX:
        raise BatchRefused(
            "batch_day",
            f"지급일은 오늘부터 {PAY_ON_DAYS_MAX}일 안의 날짜로 적어 주세요.",
            f"The day of payment must be within {PAY_ON_DAYS_MAX} days from today.",
        )
    if not 0 < size <= limits.BATCH_PAYOUTS_MAX:
        raise BatchRefused(
            "batch_size",
            f"건수는 1~{limits.BATCH_PAYOUTS_MAX:,} 사이로 적어 주세요.",
            f"The number of payouts must be from 1 to {limits.BATCH_PAYOUTS_MAX:,}.",
        )
    if profile.programme_id != programme.pk:
        raise BatchRefused(
            "batch_profile", "이 프로그램의 은행 양식이 아닙니다.", "The profile is another programme's."
        )
    payable = plan(programme=programme).payable
    if not payable.count:
        raise BatchRefused(
            "batch_nothing",
            "지금 지급할 수 있는 건이 없습니다. 보류된 건의 이유를 확인해 주세요.",
            "Nothing can be paid now. Please look at what is kept back, and why.",
        )
    batch = PayoutBatch.objects.create(
        programme=programme,
        reference=reference_from(secrets.randbits(limits.REFERENCE_RANDOM_BITS)),
        profile=profile,
        pay_on=pay_on,
        note=parse_paragraphs(note, length_max=limits.PAYOUT_REASON_LENGTH_MAX),
        made_by=actor,
        made_at=at,
        wanted=min(size, payable.count),
    )
    note_event(batch, "made", actor, at, wanted=batch.wanted)
    send_after_commit("claims.fill_payout_batch", batch_id=batch.pk)
    return batch


@transaction.atomic
def fill_next(*, batch: PayoutBatch, at: datetime, size: int = FILLED_AT_ONCE) -> bool:
    """Puts the next payouts into a draft; False when it is full, nothing else may be paid, or it is no draft any more.

    Batches of a programme are filled one after the other: two drafts at once never hold the same payout.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=batch.programme_id)
    held = hold_batch(batch)
    if held.state != PayoutBatchState.DRAFT or held.filled_at:
        return False
    room = held.wanted - Payout.objects.filter(batch=held).count()
    moved = _fill(held, min(size, room), at) if room > 0 else 0
    if moved:
        return True
    PayoutBatch.objects.filter(pk=held.pk).update(filled_at=at)
    note_event(held, "filled", held.made_by, at, payouts=held.wanted - room)
    return False


def _fill(batch: PayoutBatch, size: int, at: datetime) -> int:
    last = Payout.objects.filter(batch=batch).order_by("-id").values_list("pk", flat=True).first()
    parameters: dict[str, Any] = hold_parameters(programme=batch.programme) | {
        "batch": batch.pk,
        "actor": batch.made_by_id,
        "at": at,
        "size": size,
        "after": last or 0,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, parameters)
        return int(cursor.fetchone()[0])


@transaction.atomic
def freeze_batch(*, batch: PayoutBatch, digest: str, actor: User, at: datetime) -> PayoutBatch:
    """Fixes the list that the person saw (`digest`, see `list_of`): from now on it can be approved, or given up.

    Copies what the policy asks for such a sum. The same again changes nothing. Raises BatchRefused.
    """
    programme = Programme.objects.select_for_update(no_key=True).get(pk=batch.programme_id)
    held = hold_batch(batch)
    if held.state == PayoutBatchState.FROZEN and held.digest == digest:
        return held
    refuse_unless(held, PayoutBatchState.DRAFT)
    if held.filled_at is None:
        raise BatchRefused("batch_filling", "아직 지급 건을 담고 있습니다.", "The batch is still being filled.")
    seen = list_of(batch=held)
    if not seen.count:
        raise BatchRefused("batch_empty", "지급할 건이 하나도 없습니다.", "There is no payout in the batch.")
    if seen.digest != digest:
        raise list_changed()
    refuse_unfit(held)
    _refuse_lossy(held)
    if (left := budget_left_won(programme=programme)) < seen.won:
        raise BatchRefused(
            "batch_budget",
            f"남은 예산 {left:,}원보다 {seen.won - left:,}원이 많습니다. 건수를 줄이거나 예산을 늘려 주세요.",
            f"The budget has {left:,} won left; the batch is {seen.won - left:,} won over it.",
        )
    version = current_policy(programme=programme)
    freeze_policy(policy_version=version, at=at)
    held.state, held.frozen_at, held.policy_version = PayoutBatchState.FROZEN, at, version
    held.payouts_count, held.total_won, held.digest = seen.count, seen.won, seen.digest
    held.approvals_needed = approvals_needed(total_won=seen.won, rules=rules_of(programme=programme))
    held.save()
    note_event(held, "frozen", actor, at, payouts=seen.count, won=seen.won, digest=seen.digest)
    return held


@transaction.atomic
def thaw_batch(*, batch: PayoutBatch, reason: str, actor: User, at: datetime) -> PayoutBatch:
    """Makes a frozen list a draft again, so that payouts can be taken out. Approvals are for the old list only."""
    held = hold_batch(batch)
    if held.state == PayoutBatchState.DRAFT:
        return held
    refuse_unless(held, PayoutBatchState.FROZEN)
    said = why(reason)
    PayoutBatch.objects.filter(pk=held.pk).update(state=PayoutBatchState.DRAFT, digest="", frozen_at=None)
    note_event(held, "thawed", actor, at, said)
    held.refresh_from_db()
    return held


@transaction.atomic
def take_out(*, batch: PayoutBatch, payouts: list[int], reason: str, actor: User, at: datetime) -> int:
    """Takes payouts (row ids) out of a draft: they are due again. Returns how many were in it. Raises BatchRefused."""
    held = hold_batch(batch)
    refuse_unless(held, PayoutBatchState.DRAFT)
    return _take_out(held, payouts, False, why(reason), actor, at)


def take_out_unfit(*, batch: PayoutBatch, actor: User, at: datetime) -> int:
    """Takes out of a draft what must not be paid any more; how many."""
    unfit = list(unfit_payouts(batch=batch))
    return take_out(batch=batch, payouts=unfit, reason="must not be paid now", actor=actor, at=at) if unfit else 0


@transaction.atomic
def cancel_batch(*, batch: PayoutBatch, reason: str, actor: User, at: datetime) -> PayoutBatch:
    """Gives a batch up before it is released; its payouts are due again. Twice is once. Raises BatchRefused."""
    held = hold_batch(batch)
    if held.state == PayoutBatchState.CANCELLED:
        return held
    refuse_unless(held, PayoutBatchState.DRAFT, PayoutBatchState.FROZEN)
    said = why(reason)
    freed = _take_out(held, [], True, said, actor, at)
    PayoutBatch.objects.filter(pk=held.pk).update(state=PayoutBatchState.CANCELLED, closed_at=at)
    note_event(held, "cancelled", actor, at, said, payouts=freed)
    held.refresh_from_db()
    return held


def sweep_filling() -> None:
    """Sends a worker for every draft that is not full: a lost message, a killed worker."""
    waiting = PayoutBatch.objects.filter(state=PayoutBatchState.DRAFT, filled_at=None).order_by("pk")
    for pk in waiting.values_list("pk", flat=True):
        send_after_commit("claims.fill_payout_batch", batch_id=pk)


def _take_out(batch: PayoutBatch, payouts: list[int], all_: bool, reason: str, actor: User, at: datetime) -> int:
    parameters: dict[str, Any] = {
        "batch": batch.pk,
        "payouts": payouts,
        "all": all_,
        "reason": reason,
        "actor": actor.pk,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OUT, parameters)
        freed = int(cursor.fetchone()[0])
    if not all_ and freed:
        note_event(batch, "taken_out", actor, at, reason, payouts=freed)
    return freed


def _refuse_lossy(batch: PayoutBatch) -> None:
    """A file that the bank could not read must not be found out after the release."""
    fatal = [loss for loss in losses(batch.profile, batch) if loss.is_fatal]
    if fatal:
        raise BatchRefused(
            "batch_profile_unfit",
            f"이 은행 양식에 담을 수 없는 건이 있습니다. {fatal[0].reference}: {fatal[0].message_ko}",
            f"The bank's layout cannot hold all of it. {fatal[0].reference}: {fatal[0].message_en}",
        )
