"""The road of a claim as steps: what is done (and when), what is being done, what is still to come."""

from datetime import datetime
from typing import NamedTuple

from claims.models import Claim
from claims.selectors.status import Status
from compensation.policy.tiers import COUNCIL
from compensation.policy.transitions import ClaimState

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
    by_council = claim.assessment is not None and claim.assessment.route == COUNCIL
    assessed = RoadStep("assessed", DONE, claim.assessment.assessed_at if claim.assessment else None)
    if claim.state == ClaimState.AWAITING_COUNCIL:
        return [received, assessed, RoadStep("council", NOW), RoadStep("determined", NEXT), RoadStep("paid", NEXT)]
    council = [RoadStep("council", DONE, came.get(ClaimState.DETERMINED))] if by_council else []
    decided_at = claim.determination.decided_at if claim.determination else came.get(ClaimState.DETERMINED)
    if claim.determination and not claim.determination.amount_won:
        return [received, assessed, *council, RoadStep("determined", NOW, decided_at)]
    return [received, assessed, *council, RoadStep("determined", DONE, decided_at), RoadStep("paid", NOW)]
