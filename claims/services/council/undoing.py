"""Undoing (취소) a decision of the council, before payout only: by a second one that names the first. Both stay."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from claims.models import (
    AgendaItem,
    Claim,
    ClaimTransition,
    CouncilDecision,
    Determination,
    Objection,
    Payout,
    Review,
)
from claims.selectors.ballots import barred_from
from claims.services.council.chain import append
from claims.services.council.content import undoing_content
from claims.services.council.holding import hold
from claims.services.council.telling import tell_undone
from claims.services.payouts.due import settle_claim
from claims.services.reviews import keep_review
from compensation import limits
from compensation.audit.services import because
from compensation.ledger.models import Account, Transfer
from compensation.policy.transitions import ClaimState, ObjectionState, PayoutState, ReviewState
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from users.models import User

UNDONE = "undone"  # the outcome of the second decision
HISTORY_REASON_LENGTH_MAX = 200  # characters of a reason in the claim's history; the decision has all of it


class UndoRefused(ValueRefused):
    """A decision that cannot be undone, or not by this officer."""


@transaction.atomic
def undo(*, decision: CouncilDecision, reason: str, actor: User, at: datetime) -> CouncilDecision:
    """Takes a determination by the council back; the case is under review again. `reason`: in the officer's words.

    By an officer who neither prepared the case nor voted on it. What was set aside for it goes back to the budget, and
    what counted before it counts again. The same officer's second request is the first one. Raises UndoRefused.
    """
    said = parse_paragraphs(reason, length_max=limits.REVIEW_NOTE_LENGTH_MAX)
    if not said:
        raise UndoRefused("undo_reason_missing", "취소하는 이유를 적어 주세요.", "Please write why it is undone.")
    determination, voted_on = _determined(decision)
    item = hold(voted_on)
    if known := CouncilDecision.objects.filter(undoes=decision).first():
        return _known(known, actor)
    _refuse_actor(item, actor)
    _refuse_if_paid(determination)
    _refuse_if_rested_on(determination)
    with because(actor=actor, reason=said):
        _take_back(item, determination, at)
        _settle_claim(item, determination, said, actor, at)
        Review.objects.filter(pk=item.review_id).update(
            state=ReviewState.OPEN, closed_at=None, version=F("version") + 1
        )
    settle_claim(claim=item.review.claim, actor=actor, at=at)
    keep_review(claim=item.review.claim, at=at)
    content = undoing_content(
        undone=decision, actor_id=actor.pk, reason=said, determination=determination, decided_at=at
    )
    tell_undone(determination=determination, at=at)
    return append(
        council_id=decision.council_id, undoes=decision, outcome=UNDONE, content=content, determination=None, at=at
    )


def _determined(decision: CouncilDecision) -> tuple[Determination, AgendaItem]:
    if decision.determination is None or decision.item is None:
        raise UndoRefused(
            "undo_nothing_determined",
            "지원 여부를 정한 의결만 취소할 수 있습니다.",
            "Only a decision that determined something can be undone.",
        )
    return decision.determination, decision.item


def _known(known: CouncilDecision, actor: User) -> CouncilDecision:
    if known.content["actor"] == actor.pk:
        return known
    raise UndoRefused("undo_done", "이미 취소된 의결입니다.", "This decision has been undone already.")


def _refuse_actor(item: AgendaItem, actor: User) -> None:
    if actor.pk in barred_from(item=item) or item.votes.filter(member=actor).exists():
        raise UndoRefused(
            "undo_has_part",
            "이 사건을 준비했거나 의결에 참여한 사람은 취소할 수 없습니다.",
            "Whoever prepared the case or took part in the vote cannot undo the decision.",
        )


def _refuse_if_paid(determination: Determination) -> None:
    """Before payout only. A payout that has not left is cancelled afterwards; the lock waits for a release."""
    payouts = Payout.objects.select_for_update().filter(determination=determination)
    if any(payout.state not in (PayoutState.DUE, PayoutState.BATCHED, PayoutState.CANCELLED) for payout in payouts):
        raise UndoRefused(
            "undo_paid",
            "이 의결에 따라 이미 지급했거나 은행에 이체를 요청해 취소할 수 없습니다.",
            "It has been paid, or sent to the bank, and cannot be undone any more.",
        )


def _refuse_if_rested_on(determination: Determination) -> None:
    """Nothing may have been built on it: a correction, a later determination, an objection."""
    if Claim.objects.get(pk=determination.claim_id).determination_id != determination.pk:
        raise UndoRefused(
            "undo_not_current",
            "이 의결에 따른 결정은 더 이상 유효하지 않아 취소할 수 없습니다.",
            "The determination no longer counts, so it cannot be undone.",
        )
    if determination.objections.filter(state=ObjectionState.RECEIVED).exists():
        raise UndoRefused(
            "undo_objected_to",
            "이 결정에 이의신청이 들어와 있습니다. 이의신청에서 다시 심사합니다.",
            "There is an objection to this determination; the case is looked at again there.",
        )


def _take_back(item: AgendaItem, determination: Determination, at: datetime) -> None:
    if difference_won := determination.amount_won - item.granted_before_won:
        Transfer.objects.create(
            programme_id=determination.claim.programme_id,
            from_account=Account.MERCHANT_PAYABLE,
            to_account=Account.BUDGET,
            amount_won=difference_won,
            kind="determination_superseded",
            source_id=determination.pk,
            booked_at=at,
        )


def _settle_claim(item: AgendaItem, determination: Determination, reason: str, actor: User, at: datetime) -> None:
    """What counted before counts again: the determination that was objected to, or none and the council's review."""
    objection, claim = item.review.objection, Claim.objects.filter(pk=determination.claim_id)
    if objection:
        earlier = objection.determination
        claim.update(determination=earlier, assessment=earlier.assessment_id)
        Objection.objects.filter(pk=objection.pk).update(state=ObjectionState.RECEIVED, closed_at=None)
        return
    claim.update(determination=None, state=ClaimState.AWAITING_COUNCIL)
    ClaimTransition.objects.create(
        claim_id=determination.claim_id,
        from_state=ClaimState.DETERMINED,
        to_state=ClaimState.AWAITING_COUNCIL,
        actor=actor,
        reason=reason[:HISTORY_REASON_LENGTH_MAX],
        at=at,
    )
