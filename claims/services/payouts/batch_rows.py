"""What every step with a batch needs: the row as it is now, held; its log; and the refusals that steps share."""

from datetime import datetime

from claims.models import BatchEvent, PayoutBatch
from claims.selectors.payouts import unfit_payouts
from compensation import limits
from compensation.policy.transitions import PayoutBatchState
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from users.models import User


class BatchRefused(ValueRefused):
    """A batch that cannot be made, changed, approved or released as things are."""


def why(reason: str) -> str:
    """A reason as it is kept. Raises BatchRefused where there is none, ValueRefused where it is too long."""
    said = parse_paragraphs(reason, length_max=limits.PAYOUT_REASON_LENGTH_MAX)
    if not said:
        raise BatchRefused("payout_reason_missing", "이유를 적어 주세요.", "Please write the reason.")
    return said


def hold_batch(batch: PayoutBatch) -> PayoutBatch:
    """The batch as it is now, held until the transaction ends."""
    rows = PayoutBatch.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("programme", "made_by", "profile").get(pk=batch.pk)


def refuse_unless(batch: PayoutBatch, *states: PayoutBatchState) -> None:
    if batch.state not in states:
        raise BatchRefused(
            "batch_moved_on",
            "그사이 지급 묶음의 상태가 바뀌었습니다. 화면을 새로 고쳐 확인해 주세요.",
            "The batch has moved on meanwhile. Please look at it again.",
        )


def refuse_unfit(batch: PayoutBatch) -> None:
    if unfit := unfit_payouts(batch=batch):
        raise BatchRefused(
            "batch_unfit",
            f"그사이 지급하면 안 되는 건이 {len(unfit):,}건 생겼습니다. 이 건들을 빼고 다시 확정해 주세요.",
            f"{len(unfit):,} payouts must not be paid any more. Please take them out and freeze the list again.",
        )


def list_changed() -> BatchRefused:
    return BatchRefused(
        "batch_list_changed",
        "확인하신 뒤로 목록이 바뀌었습니다. 다시 확인해 주세요.",
        "The list has changed since you looked at it. Please look again.",
    )


def note_event(
    batch: PayoutBatch, kind: str, actor: User, at: datetime, reason: str = "", **figures: int | str
) -> None:
    BatchEvent.objects.create(batch=batch, kind=kind, actor=actor, reason=reason, figures=figures, at=at)
