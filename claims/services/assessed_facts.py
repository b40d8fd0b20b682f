"""What the facts of a claim come to, as they stand or with corrections: computed by the rule, stored by nobody here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claims.models import Assessment, Claim
from claims.selectors.status import open_objection_of
from claims.services.intake import LossDetails
from compensation.policy.assessment import ClaimAssessment, ClaimFacts, assess_claim
from compensation.policy.factors import Loss
from compensation.policy.transitions import ClaimState
from compensation.policy.working import Step
from compensation.programmes.models import PolicyVersion
from compensation.programmes.selectors import current_policy


@dataclass(frozen=True, slots=True)
class AssessedFacts:
    """What facts came to by a version of the policy: assessed loss in whole won, tier (code), and every step."""

    assessed_won: int
    tier_code: str
    steps: tuple[Step, ...]
    policy_version: PolicyVersion


def facts_of_claim(*, claim: Claim) -> dict[str, Any]:
    """The facts of a claim by the names of CORRECTABLE, `losses` as LossDetails in their order."""
    losses = tuple(
        LossDetails(loss.service, loss.began_at, loss.ended_at, loss.lost_sales_won, loss.has_alternative)
        for loss in claim.losses.all()
    )
    return {
        "losses": losses,
        "reported_margin_bp": claim.reported_margin_bp,
        "industry_code": claim.industry_code,
    }


def preview_correction(*, claim: Claim, changes: Mapping[str, Any]) -> tuple[AssessedFacts | None, AssessedFacts]:
    """What the claim was assessed at last (None: not yet), and what it would be with these changes. Stores nothing."""
    last = claim.assessments.select_related("policy_version").order_by("-id").first()
    version = version_for(claim)
    found = assessed(facts_of_claim(claim=claim) | dict(changes), version)
    old = _stored(last) if last else None
    return old, AssessedFacts(found.assessed_won, found.tier_code, found.steps, version)


def keeps_determination(claim: Claim) -> bool:
    """Whether what was determined is objected to, and stays while it is."""
    return claim.state == ClaimState.DETERMINED and open_objection_of(claim=claim) is not None


def version_for(claim: Claim) -> PolicyVersion:
    """An objection is decided by the rules of what it objects to; everything else by the current ones (ours)."""
    if keeps_determination(claim) and claim.assessment:
        return claim.assessment.policy_version
    return current_policy(programme=claim.programme)


def assessed(facts: Mapping[str, Any], version: PolicyVersion) -> ClaimAssessment:
    """What facts (by the names of `facts.CORRECTABLE`) come to."""
    losses = tuple(Loss(loss.service, loss.lost_sales_won, loss.has_alternative) for loss in facts["losses"])
    told = ClaimFacts(losses, facts["reported_margin_bp"], facts["industry_code"])
    return assess_claim(facts=told, policy=version.policy)


def _stored(row: Assessment) -> AssessedFacts:
    steps = tuple(map(Step.from_json, row.steps))
    return AssessedFacts(row.assessed_won, row.tier_code, steps, row.policy_version)
