"""The determination (결정) that the rules make of a vote: the row, the money set aside, the claim, the objection."""

from datetime import datetime

from claims.models import AgendaItem, Claim, ClaimTransition, Determination, Objection
from claims.services.payouts.due import settle_claim
from compensation.ledger.models import Account, Transfer
from compensation.policy.council import CouncilResult, Outcome, objection_outcome
from compensation.policy.tiers import COUNCIL
from compensation.policy.transitions import ClaimState, ObjectionState
from users.models import User

DECIDED = "council decided"  # the reason in the claim's history


def determine(*, item: AgendaItem, result: CouncilResult, actor: User, at: datetime) -> Determination:
    """Writes what the council decided; a part of the transaction that holds the case.

    The amount is the total that is granted now: after an objection never less than before. Of it, what exceeds the
    earlier determination is set aside.
    """
    review = item.review
    amount_won = max(result.amount_won, item.granted_before_won)
    determination = Determination.objects.create(
        claim=review.claim,
        assessment=review.assessment,
        supersedes=_latest(review.claim),
        tier_code=_council_tier(item),
        amount_won=amount_won,
        reason=_reason(item, result, amount_won),
        by_council=True,
        actor=actor,
        decided_at=at,
    )
    _set_aside(determination, amount_won - item.granted_before_won, at)
    _settle_claim(item, determination, actor, at)
    settle_claim(claim=review.claim, actor=actor, at=at)
    return determination


def _latest(claim: Claim) -> Determination | None:
    """The end of the claim's line of determinations, also of those that do not count any more."""
    return claim.determinations.filter(superseded_by__isnull=True).order_by("-id").first()


def _council_tier(item: AgendaItem) -> str:
    tiers = item.policy_version.policy.tiers
    return next((tier.code for tier in tiers if tier.route == COUNCIL), item.review.assessment.tier_code)


def _reason(item: AgendaItem, result: CouncilResult, amount_won: int) -> str:
    if item.review.objection is None:
        return "council_granted" if result.outcome == Outcome.GRANTED else "council_refused"
    proposed_won, before_won = item.proposal.amount_won, item.granted_before_won
    return objection_outcome(amount_won=amount_won, before_won=before_won, proposed_won=proposed_won)


def _set_aside(determination: Determination, difference_won: int, at: datetime) -> None:
    if difference_won:
        Transfer.objects.create(
            programme_id=determination.claim.programme_id,
            from_account=Account.BUDGET,
            to_account=Account.MERCHANT_PAYABLE,
            amount_won=difference_won,
            kind="determination",
            source_id=determination.pk,
            booked_at=at,
        )


def _settle_claim(item: AgendaItem, determination: Determination, actor: User, at: datetime) -> None:
    """The claim names its new determination; an objection to the old one is decided, a claim before the council too."""
    claim, objection = item.review.claim, item.review.objection
    Claim.objects.filter(pk=claim.pk).update(
        state=ClaimState.DETERMINED, assessment=determination.assessment, determination=determination
    )
    if objection:
        received = Objection.objects.filter(pk=objection.pk, state=ObjectionState.RECEIVED)
        received.update(state=ObjectionState.DECIDED, closed_at=at)
    else:
        ClaimTransition.objects.create(
            claim=claim, from_state=claim.state, to_state=ClaimState.DETERMINED, actor=actor, reason=DECIDED, at=at
        )
