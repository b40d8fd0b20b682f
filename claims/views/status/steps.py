"""The road of a claim as steps: what is done (and when), what is being done, what is still to come."""

from datetime import datetime
from typing import NamedTuple

from claims.models import Claim
from claims.selectors.status import Status
from compensation.policy.seoul import start_of_day
from compensation.policy.tiers import COUNCIL
from compensation.policy.transitions import ClaimState, PayoutState

DONE, NOW, NEXT = "done", "now", "next"


class RoadStep(NamedTuple):
    """A step by its code (received, assessed, council, determined, paid, withdrawn). `at`: when it was done."""

    code: str
    state: str
    at: datetime | None = None


def steps_of(claim: Claim, status: Status) -> list[RoadStep]:
    """The steps of the claim's own way: the council only where it decides, no payout where there is none."""
    came = {move.to_state: move.at for move in claim.transitions.all()}
    received = RoadStep("received", DONE, claim.received_at)
    if claim.state == ClaimState.WITHDRAWN:
        return [received, RoadStep("withdrawn", NOW, status.since)]
    if claim.state == ClaimState.RECEIVED:
        return [received, RoadStep("assessed", NOW), RoadStep("determined", NEXT), RoadStep("paid", NEXT)]
    by_council = (claim.assessment and claim.assessment.route == COUNCIL) or (
        claim.determination and claim.determination.by_council  # after an objection to what the rule decided
    )
    assessed = RoadStep("assessed", DONE, claim.assessment.assessed_at if claim.assessment else None)
    if claim.state == ClaimState.AWAITING_COUNCIL:
        return [received, assessed, RoadStep("council", NOW), RoadStep("determined", NEXT), RoadStep("paid", NEXT)]
    decided_at = claim.determination.decided_at if claim.determination else came.get(ClaimState.DETERMINED)
    council = [RoadStep("council", DONE, decided_at)] if by_council else []
    if claim.determination and not claim.determination.amount_won:
        return [received, assessed, *council, RoadStep("determined", NOW, decided_at)]
    return [received, assessed, *council, RoadStep("determined", DONE, decided_at), _paid(status)]


def _paid(status: Status) -> RoadStep:
    if not status.payouts or any(payout.state != PayoutState.PAID for payout in status.payouts):
        return RoadStep("paid", NOW)
    day = max(payout.settled_on for payout in status.payouts if payout.settled_on)
    return RoadStep("paid", DONE, start_of_day(day))
