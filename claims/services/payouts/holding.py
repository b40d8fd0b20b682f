"""Keeping a payout back by hand, letting it go, and trying a returned one again."""

from datetime import datetime

from django.db import transaction

from claims.models import Payout, PayoutHold, PayoutOrigin
from claims.services.claim_lock import lock_claim
from claims.services.payouts.batch_rows import BatchRefused, why
from claims.services.payouts.due import settle_claim
from compensation.policy.transitions import PayoutState
from users.models import User

NOT_LEFT = (PayoutState.DUE, PayoutState.BATCHED)


@transaction.atomic
def hold_payout(*, payout: Payout, reason: str, actor: User, at: datetime) -> PayoutHold:
    """Keeps a payout back that has not left yet; in a batch, the batch cannot be released with it. Twice is once."""
    said, held = why(reason), _held(payout)
    if held.state not in NOT_LEFT:
        raise BatchRefused(
            "payout_left",
            "이미 은행에 이체를 요청한 건이라 보류할 수 없습니다.",
            "It has been sent to the bank already and cannot be kept back.",
        )
    hold, _ = PayoutHold.objects.get_or_create(
        payout=held, lifted_at=None, defaults={"reason": said, "held_by": actor, "held_at": at}
    )
    return hold


@transaction.atomic
def lift_hold(*, payout: Payout, actor: User, at: datetime) -> None:
    """Lets a payout go that was kept back. Twice is once."""
    _held(payout)
    PayoutHold.objects.filter(payout=payout, lifted_at=None).update(lifted_by=actor, lifted_at=at)


@transaction.atomic
def retry_payout(*, payout: Payout, reason: str, actor: User, at: datetime) -> Payout:
    """Has a returned payout paid to the same account again, as a new payout, which is returned.

    For a bank that was closed, or a limit of the account; where the merchant names another account it happens by rule.
    Asking twice makes one. Raises BatchRefused.
    """
    said = why(reason)
    claim = lock_claim(payout.claim)
    held = _held(payout)
    if (
        known := Payout.objects.filter(follows=held, origin=PayoutOrigin.AFTER_RETURN)
        .exclude(state=PayoutState.CANCELLED)
        .first()
    ):
        return known
    if held.given_up_at is not None:
        raise BatchRefused(
            "payout_not_owed",
            "결정이 바뀌어 더 이상 지급할 돈이 아닙니다.",
            "Nothing of it is owed any more: something else was decided meanwhile.",
        )
    if held.state != PayoutState.RETURNED:
        raise BatchRefused(
            "payout_not_returned", "반려된 지급 건이 아닙니다.", "This payout did not come back from the bank."
        )
    Payout.objects.filter(pk=held.pk, retry_ordered_at=None).update(retry_ordered_at=at)
    held.transitions.create(from_state=held.state, to_state=held.state, actor=actor, reason=said, at=at)
    settle_claim(claim=claim, actor=actor, at=at)
    again = Payout.objects.filter(follows=held, origin=PayoutOrigin.AFTER_RETURN).exclude(state=PayoutState.CANCELLED)
    return again.first() or held  # while nothing is determined there is none yet


def _held(payout: Payout) -> Payout:
    return Payout.objects.select_for_update(no_key=True).get(pk=payout.pk)
