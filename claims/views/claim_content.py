"""What the pages of one claim show of it, to its merchant and to staff."""

from typing import Any

from django.http import Http404

from claims.models import Assessment, Claim
from claims.selectors.claims import claim_with_history
from claims.selectors.evidence import missing_documents_of
from claims.selectors.status import policy_for
from compensation.policy.document import Policy
from compensation.policy.tiers import Tier
from compensation.policy.working import Step
from compensation.runtime.templatetags.wording import page_language


def find_claim(claims: Any, reference: str, *, for_merchant: bool = False) -> Claim:
    """One of the claims that a person may see. Raises Http404."""
    try:
        return claim_with_history(claims=claims, reference=reference, for_merchant=for_merchant)
    except Claim.DoesNotExist as error:
        raise Http404 from error


def content_of(claim: Claim) -> dict[str, Any]:
    """Facts, result, working and account of a claim that `find_claim` found."""
    policy = policy_for(claim=claim)
    account = next(iter(claim.merchant.bank_accounts.all()), None)
    return {
        "claim": claim,
        "policy": policy,
        "services": policy.services,
        "industry": policy.industries.get(claim.industry_code),
        "tier": tier_of(claim.assessment, policy),
        "working": working_of(claim.assessment),
        "missing": missing_documents_of(claim=claim, policy=policy) if claim.state == "awaiting_council" else (),
        "earlier": [row for row in claim.assessments.all() if row.pk < (claim.assessment_id or row.pk + 1)],
        "account": account,
    }


def tier_of(assessment: Assessment | None, policy: Policy) -> Tier | None:
    """The tier that the claim was assessed into, None before that."""
    return next((tier for tier in policy.tiers if assessment and tier.code == assessment.tier_code), None)


def working_of(assessment: Assessment | None) -> list[str]:
    """The working in the language of the page."""
    language = page_language()
    return [Step.from_json(step).sentence(language) for step in assessment.steps] if assessment else []
