"""The front page of a programme: what happened, who gets what, until when, and the ways on."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.selectors.public import items_outside_packages, packages_of
from claims.views.overview_charts import tier_series
from claims.views.public.programmes import find_public_programme, intake, of_the_only_programme
from compensation.policy.document import Policy
from compensation.policy.tiers import COUNCIL, FAST, NO_SUPPORT, Tier
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy, services_of


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier in the picture of all of them. `series` is the name of its colour, `bound_won` where it begins."""

    tier: Tier
    series: str
    bound_won: int


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The only open programme's page, or the list of them."""
    return of_the_only_programme(request, _show, name="programme-front")


@require_safe
def programme_front(request: HttpRequest, code: str) -> HttpResponse:
    return _show(request, find_public_programme(code))


@require_safe
def intake_live(request: HttpRequest, code: str) -> HttpResponse:
    """Where the intake stands now: the part of the front page that asks again every minute."""
    programme = find_public_programme(code)
    policy = current_policy(programme=programme).policy
    return render(request, "public/intake.html", intake(programme, timezone.now()) | {"policy": policy})


def _show(request: HttpRequest, programme: Programme) -> HttpResponse:
    policy = current_policy(programme=programme).policy
    content = intake(programme, timezone.now()) | {
        "services": services_of(programme),
        "policy": policy,
        "documents": [kind for kind in policy.evidence_kinds if kind.required_for_council],
        "packages": packages_of(programme=programme),
        "to_apply_for": items_outside_packages(programme=programme),
    }
    return render(request, "public/front.html", content | _tiers(policy))


def _tiers(policy: Policy) -> dict[str, Any]:
    """The picture of the tiers, lowest loss first, and what the sentences around it say of them."""
    rungs = [Rung(tier, tier_series(tier, policy.tiers), tier.above_won or 0) for tier in policy.tiers]
    payouts = sorted({tier.payout_won for tier in policy.tiers if tier.route == FAST})
    council = next((tier for tier in policy.tiers if tier.route == COUNCIL), None)
    return {
        "rungs": [rung for rung in rungs if rung.tier.route != NO_SUPPORT],
        "nothing": next((rung.tier for rung in rungs if rung.tier.route == NO_SUPPORT), None),
        "payouts_won": payouts,
        "lowest_won": min(payouts, default=None),
        "highest_won": max(payouts, default=None),
        "council": council,
        "council_above_won": council.above_won if council else None,
    }
