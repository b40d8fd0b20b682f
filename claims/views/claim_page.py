"""One claim: what was said, how the loss was worked out, what was decided and why."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from claims.models import Assessment, Claim
from claims.selectors.claims import claim_with_history, claims_of, claims_seen_by
from claims.selectors.evidence import missing_documents_of
from claims.views.access import open_programme
from compensation.audit.services import record_access
from compensation.policy.document import Policy
from compensation.policy.tiers import Tier
from compensation.policy.working import Step
from compensation.programmes.selectors import current_policy
from compensation.runtime.middleware import client_address
from compensation.values.bank_accounts import BANKS


@require_safe
@login_required
def claim_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """For the people of the programme. Whoever looks at it leaves an access record."""
    programme = open_programme(request, code)
    visible = claims_seen_by(user=request.user, programme=programme)
    if visible is None:
        raise Http404
    claim = _find(visible, reference)
    record_access(
        user=request.user,
        at=timezone.now(),
        address=client_address(request),
        subject=f"claim {claim.reference}",
        task="claim_viewed",
    )
    return render(request, "staff/claim.html", _content(claim) | {"programme": programme})


@require_safe
@login_required
def my_claims(request: HttpRequest) -> HttpResponse:
    """The claims of the merchants whom the user represents."""
    claims = list(claims_of(user=request.user))
    services = {}
    for programme in {claim.programme for claim in claims}:
        services |= current_policy(programme=programme).policy.services
    return render(request, "merchant/claims.html", {"claims": claims, "services": services})


@require_safe
@login_required
def my_claim(request: HttpRequest, reference: str) -> HttpResponse:
    """One's own claim with the same working, without what concerns the staff."""
    return render(request, "merchant/claim.html", _content(_find(claims_of(user=request.user), reference)))


def _find(claims: Any, reference: str) -> Claim:
    try:
        return claim_with_history(claims=claims, reference=reference)
    except Claim.DoesNotExist as error:
        raise Http404 from error


def _content(claim: Claim) -> dict[str, Any]:
    policy = (
        claim.assessment.policy_version.policy if claim.assessment else current_policy(programme=claim.programme).policy
    )
    account = next(iter(claim.merchant.bank_accounts.all()), None)
    return {
        "claim": claim,
        "service": policy.services.get(claim.service),
        "industry": policy.industries.get(claim.industry_code),
        "tier": _tier(claim.assessment, policy),
        "working": _sentences(claim.assessment),
        "missing": missing_documents_of(claim=claim, policy=policy) if claim.state == "awaiting_council" else (),
        "earlier": [row for row in claim.assessments.all() if row.pk != claim.assessment_id],
        "account": account,
        "bank": BANKS.get(account.bank_code) if account else None,
    }


def _tier(assessment: Assessment | None, policy: Policy) -> Tier | None:
    """The tier that the claim was assessed into, None before that."""
    return next((tier for tier in policy.tiers if assessment and tier.code == assessment.tier_code), None)


def _sentences(assessment: Assessment | None) -> list[str]:
    """The working in the language of the page."""
    language = "ko" if (get_language() or "ko").startswith("ko") else "en"
    return [Step.from_json(step).sentence(language) for step in assessment.steps] if assessment else []
