"""One case, for whoever may look at the reviews of its programme. Looking leaves an access record."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claim_answers import (
    assessment_values,
    clock_values,
    determination_values,
    event_values,
    objection_values,
)
from claims.api.review.case_answers import CaseAnswer
from claims.api.review.common import VIEW, case_named
from claims.api.review.queue_answers import CaseShort
from claims.models import Check, Claim, Evidence, Review
from claims.selectors.ballots import open_item_of
from claims.selectors.claims import claim_with_history
from claims.selectors.evidence import missing_documents_of
from claims.selectors.evidence_files import evidence_seen_by
from claims.selectors.related import related_claims
from claims.selectors.similar import SimilarCases, similar_cases
from claims.selectors.status import determinations_of, status_of
from claims.selectors.timeline import timeline_of
from claims.services.fact_answers import typed_facts
from claims.services.proposals import case_of
from compensation.policy.council import amount_cap_won
from compensation.policy.document import Policy
from compensation.policy.likeness import step_name
from compensation.programmes.access import note_access
from compensation.runtime.api_view import ApiView
from compensation.runtime.masking import masked_account, masked_email, masked_name, masked_phone
from merchants.models import BankAccount


class Case(ApiView):
    """A case."""

    @extend_schema(
        operation_id="show_case",
        tags=["review"],
        summary="A case: facts, working, checks, papers, thread, history, proposals",
        description="The newest review of a claim. Reading it leaves an access record.",
        responses=CaseAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        review, at = case_named(request, code, reference, permission=VIEW), timezone.now()
        seen = evidence_seen_by(user=request.user, programme=review.programme, at=at)
        evidence = list(seen.filter(claim=review.claim_id).order_by("id"))
        answer = case_answer(review=review, evidence=evidence, at=at)
        note_access(request, subject=f"claim {reference}", task="case_viewed", detail="api")
        return Response(answer)


def case_answer(*, review: Review, evidence: list[Evidence], at: datetime) -> Any:
    """The answer about a case; `evidence`: what of it the person may see."""
    claim = claim_with_history(
        claims=Claim.objects.filter(programme=review.programme_id), reference=review.claim.reference
    )
    policy = review.assessment.policy_version.policy
    determinations = determinations_of(claim=claim)
    events = timeline_of(claim=claim, determinations=determinations, evidence=evidence, policy=policy)
    status = status_of(claim=claim, policy=policy, at=at)
    reading = status.objection_reading if review.objection else status.reading
    holder = (status.objection_holder if review.objection else None) or status.holder
    values = {
        "merchant": _merchant(claim),
        "facts": _facts(claim),
        "assessment": assessment_values(review.assessment),
        "determinations": list(determination_values(claim, determinations, policy)),
        "status": {"holder": holder.value, "since": status.since} | clock_values(reading),
        "related": related_claims(claim=claim),
        "similar": _similar(similar_cases(claim=claim, assessed_won=review.assessed_won)),
        "evidence": evidence,
        "evidence_missing": missing_documents_of(claim=claim, policy=policy),
        "questions": claim.questions.all(),
        "objections": list(objection_values(claim, determinations)),
        "timeline": list(map(event_values, events)),
    }
    return CaseShort(review).data | _serialised(values | _work(review, claim, policy))


def _work(review: Review, claim: Claim, policy: Policy) -> dict[str, Any]:
    """What people did in the review so far, and what they can propose."""
    checks = Check.objects.filter(claim=claim).select_related("checked_by").order_by("code", "-id").distinct("code")
    return {
        "checks": checks,
        "proposals": review.proposals.select_related("made_by"),
        "cap_won": amount_cap_won(case=case_of(review=review, claim=claim), rules=policy.council),
        "reasons": policy.reasons,
        "corrections": claim.corrections.select_related("corrected_by"),
        "agenda": open_item_of(review=review),
    }


def _serialised(values: dict[str, Any]) -> dict[str, Any]:
    """The parts of CaseAnswer beyond those of CaseShort."""
    fields = CaseAnswer().fields
    return {
        name: fields[name].to_representation(value) if value is not None else None for name, value in values.items()
    }


def _merchant(claim: Claim) -> dict[str, Any]:
    merchant = claim.merchant
    account: BankAccount | None = next(iter(merchant.bank_accounts.all()), None)
    named = ("business_number", "trade_name", "region", "certificate_state")
    return {name: getattr(merchant, name) for name in named} | {
        "representative": masked_name(merchant.representative_name),
        "phone": masked_phone(merchant.phone) if merchant.phone else "",
        "email": masked_email(merchant.email) if merchant.email else "",
        "bank_code": account.bank_code if account else "",
        "account_number": masked_account(account.number_last4) if account else "",
        "account_holder": masked_name(account.holder) if account else "",
    }


def _facts(claim: Claim) -> dict[str, Any]:
    names = ("channel", "received_at", "lost_sales_won", "reported_margin_bp", "industry_code")
    return {name: getattr(claim, name) for name in names} | {
        "version": claim.facts_version,
        "losses": claim.losses.all(),
        "typed": typed_facts(claim=claim),
    }


def _similar(found: SimilarCases) -> dict[str, Any]:
    return {
        "alike_ko": step_name(found.step, "ko"),
        "alike_en": step_name(found.step, "en"),
        "usual": found.usual,
        "cases": found.cases,
    }
