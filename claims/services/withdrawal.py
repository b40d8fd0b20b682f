"""Withdrawal (철회) of a claim by its merchant, before anything was decided."""

from datetime import datetime

from django.db import transaction

from claims.models import Claim, ClaimTransition
from claims.services.claim_lock import lock_claim
from claims.services.questions import close_open_question
from claims.services.reviews import close_review
from claims.services.telling import tell_merchant
from compensation.audit.services import because
from compensation.policy.transitions import ClaimState
from compensation.values.refused import ValueRefused
from users.models import User

OPEN_STATES = (ClaimState.RECEIVED, ClaimState.AWAITING_COUNCIL)
# What a merchant can choose from. Nobody has to justify a withdrawal; the history keeps what was chosen.
REASONS = ("withdrawn_mistake", "withdrawn_double", "withdrawn_not_needed", "withdrawn_other")


class WithdrawalRefused(ValueRefused):
    """The claim was decided meanwhile, or no reason was chosen."""


@transaction.atomic
def withdraw(*, claim: Claim, reason: str, actor: User, at: datetime) -> None:
    """Ends a claim at its merchant's wish; `reason` is one of REASONS. Its place for another claim is free again.

    Withdrawing twice is once. Raises WithdrawalRefused.
    """
    if reason not in REASONS:
        raise WithdrawalRefused(
            "withdrawal_reason_missing",
            "철회하는 이유를 하나 골라 주세요.",
            "Please choose one of the reasons.",
        )
    # Waits for a worker that assesses this claim, or for the council; who comes second finds the claim moved on.
    claim = lock_claim(claim)
    if claim.state == ClaimState.WITHDRAWN:
        return
    if claim.state not in OPEN_STATES:
        raise WithdrawalRefused(
            "withdrawal_too_late",
            "이미 결정이 나와 철회할 수 없습니다. 결정 내용을 확인해 주세요.",
            "The claim has been decided and cannot be withdrawn any more. Please look at the determination.",
        )
    with because(actor=actor, reason=reason):
        Claim.objects.filter(pk=claim.pk, state=claim.state).update(state=ClaimState.WITHDRAWN)
        ClaimTransition.objects.create(
            claim=claim, from_state=claim.state, to_state=ClaimState.WITHDRAWN, actor=actor, reason=reason, at=at
        )
    close_open_question(claim=claim, actor=actor, at=at)
    close_review(claim=claim, at=at)
    tell_merchant(
        claim=claim,
        template="claim_withdrawn",
        variables={"withdrawn_at": at},
        at=at,
        dedupe_key=f"claim {claim.reference} withdrawn",
    )
