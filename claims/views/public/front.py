"""The front page of a programme: what happened, who gets what, until when, and the ways on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.selectors.public import items_outside_packages, packages_of
from claims.views.overview_charts import tier_series
from claims.views.public.programmes import find_public_programme, intake, of_the_only_programme
from compensation.policy.document import EvidenceKind, Policy
from compensation.policy.tiers import COUNCIL, FAST, NO_SUPPORT, Tier
from compensation.programmes.models import BenefitItem, BenefitPackage, IncidentService, Programme
from compensation.programmes.selectors import current_policy, services_of


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier in the picture of all of them. `series` is the name of its colour, `bound_won` where it begins."""

    tier: Tier
    series: str
    bound_won: int


@dataclass
class Told:
    """What the page tells of a programme besides where its intake stands.

    Read when the template asks for it, and it does not ask while it has the part of the page from a moment ago.
    """

    programme: Programme

    @cached_property
    def policy(self) -> Policy:
        return current_policy(programme=self.programme).policy

    @cached_property
    def services(self) -> Sequence[IncidentService]:
        return services_of(self.programme)

    @cached_property
    def documents(self) -> list[EvidenceKind]:
        return [kind for kind in self.policy.evidence_kinds if kind.required_for_council]

    @cached_property
    def packages(self) -> list[BenefitPackage]:
        return list(packages_of(programme=self.programme))

    @cached_property
    def to_apply_for(self) -> list[BenefitItem]:
        return list(items_outside_packages(programme=self.programme))

    @cached_property
    def tiers(self) -> dict[str, Any]:
        return _tiers(self.policy)


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
    return render(request, "public/intake.html", _content(programme))


def _show(request: HttpRequest, programme: Programme) -> HttpResponse:
    return render(request, "public/front.html", _content(programme))


def _content(programme: Programme) -> dict[str, Any]:
    return intake(programme, timezone.now()) | {"told": Told(programme)}


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
