"""A merchant's claims, and the page of one: where it stands, what happened, what came out, what can be done next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from claims.models import Claim, Determination, ObjectionKind
from claims.selectors.claims import claims_of
from claims.selectors.drafts import own_drafts, unsent
from claims.selectors.evidence_files import evidence_list
from claims.selectors.paging import page_of
from claims.selectors.status import (
    determinations_of,
    policy_for,
    result_of_objection,
    status_of,
    why_not_open_to,
    with_status,
)
from claims.selectors.timeline import timeline_of
from claims.services.withdrawal import OPEN_STATES
from claims.views.claim_content import content_of
from claims.views.paging import Page, page_number
from claims.views.status.own import own_claim
from claims.views.status.steps import steps_of
from compensation.policy.deadlines import objection_until
from compensation.policy.document import Policy
from compensation.policy.transitions import AccountStanding, ClaimState, PayoutState
from merchants.selectors.accounts import awaits_confirmation


@require_safe
@never_cache
@login_required
def my_claims(request: HttpRequest) -> HttpResponse:
    """The claims of the merchants whom the user represents, each with where it stands; on the first page the drafts."""
    at = timezone.now()
    found = claims_of(user=request.user).select_related("assessment__policy_version")
    found = found.prefetch_related("transitions", *with_status())
    claims, number, total = page_of(rows=found, number=page_number(request.GET))
    policies = {claim.pk: policy_for(claim=claim) for claim in claims}
    rows = [
        {
            "claim": claim,
            "services": policies[claim.pk].services,
            "status": status_of(claim=claim, policy=policies[claim.pk], at=at),
        }
        for claim in claims
    ]
    drafts = unsent(drafts=own_drafts(user=request.user)) if number == 1 else []
    content = {"rows": rows, "page": Page(number, total, request.GET), "drafts": drafts}
    return render(request, "merchant/claims.html", content)


@require_safe
@never_cache
@login_required
def my_claim(request: HttpRequest, reference: str) -> HttpResponse:
    """One's own claim."""
    claim, at = own_claim(request, reference), timezone.now()
    content = content_of(claim)
    policy: Policy = content["policy"]
    determinations, evidence = determinations_of(claim=claim), evidence_list(owner=claim)
    status = status_of(claim=claim, policy=policy, at=at)
    content |= {
        "status": status,
        "steps": steps_of(claim, status),
        "events": timeline_of(claim=claim, determinations=determinations, evidence=evidence, policy=policy),
        "evidence": evidence,
        "determination_number": _number_of(claim.determination, determinations),
        **objection_result(claim, claim.determination, determinations),
        "asked": _asked(content, status, at),
        "can_withdraw": claim.state in OPEN_STATES,
        **objecting(claim, claim.determination, policy, at),
    }
    return render(request, "merchant/claim.html", content)


def objection_result(
    claim: Claim, determination: Determination | None, determinations: Sequence[Determination]
) -> dict[str, Any]:
    """The old determination beside the new one, where an objection led to it."""
    result = result_of_objection(claim=claim, determination=determination)
    number = _number_of(result.before, determinations) if result else None
    return {"objection_result": result, "before_number": number}


def _number_of(determination: Determination | None, determinations: Sequence[Determination]) -> int | None:
    """Its place among those of the claim, from 1. The one that counts is not always the last: a decision was undone."""
    places = {row.pk: number for number, row in enumerate(determinations, start=1)}
    return places.get(determination.pk) if determination else None


def objecting(claim: Claim, determination: Determination | None, policy: Policy, at: datetime) -> dict[str, Any]:
    """Until when, and why not (any more), a merchant can object or ask for confirmation."""
    if determination is None:
        return {}
    why_not = {
        kind.value: why_not_open_to(kind=kind, claim=claim, determination=determination, policy=policy, at=at)
        for kind in ObjectionKind
    }
    until = objection_until(determined_at=determination.decided_at, policy=policy)
    return {"objection_until": until, "why_not": why_not}


def _asked(content: dict[str, Any], status: Any, at: datetime) -> dict[str, Any] | None:
    """The one thing that the merchant is asked to do now, the most pressing first; None where nothing is."""
    claim: Claim = content["claim"]
    if status.question:
        kinds = [kind for kind in content["policy"].evidence_kinds if kind.code in status.question.kinds]
        late = at >= status.question.due_at
        return {
            "code": "question",
            "question": status.question,
            "kinds": kinds,
            "policy": content["policy"],
            "late": late,
        }
    if claim.state == ClaimState.WITHDRAWN:
        return None
    pays = claim.determination and claim.determination.amount_won
    if content["account"] is None and (pays or claim.state == ClaimState.AWAITING_COUNCIL):
        return {"code": "account"}
    came_back = any(payout.state == PayoutState.RETURNED for payout in status.payouts)
    if pays and (came_back or content["account"].standing == AccountStanding.REFUSED):
        return {"code": "account_refused"}
    if pays and awaits_confirmation(content["account"]):
        return {"code": "account_change"}
    return {"code": "papers", "kinds": content["missing"]} if content["missing"] else None
