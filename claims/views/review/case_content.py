"""What the first page of a case shows."""

from typing import Any

from django.utils import timezone

from claims.selectors.evidence_files import evidence_seen_by
from claims.selectors.related import related_claims
from claims.selectors.status import determinations_of
from claims.selectors.timeline import timeline_of
from claims.views.claim_content import tier_of, working_of
from claims.views.review.case_frame import Case
from compensation import limits


def overview_content(case: Case) -> dict[str, Any]:
    """Facts and working of the assessment that is under review, merchant, related claims, and all that happened."""
    claim, policy, review = case.claim, case.policy, case.review
    seen = evidence_seen_by(user=case.request.user, programme=case.programme, at=timezone.now())
    determinations = determinations_of(claim=claim)
    return {
        "services": policy.services,
        "industry": policy.industries.get(claim.industry_code),
        "assessment": review.assessment,
        "tier": tier_of(review.assessment, policy),
        "working": working_of(review.assessment),
        "earlier": [row for row in claim.assessments.all() if row.pk < review.assessment_id],
        "account": next(iter(claim.merchant.bank_accounts.all()), None),
        "related": related_claims(claim=claim),
        "corrections": list(claim.corrections.select_related("corrected_by").order_by("-id")),
        "proposals": list(review.proposals.select_related("made_by").order_by("-id")),
        "items": list(review.agenda_items.select_related("session").order_by("-id")),
        "determinations": determinations[::-1],
        "events": timeline_of(
            claim=claim, determinations=determinations, evidence=list(seen.filter(claim=claim)), policy=policy
        ),
        "reason_length_max": limits.REVIEW_NOTE_LENGTH_MAX,
    }
