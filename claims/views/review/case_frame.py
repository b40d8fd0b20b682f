"""What all pages of a case share: finding it, its head with what can be done, its documents, and its access record."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import rules
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from claims.models import Claim, Review
from claims.selectors.evidence import missing_documents_of
from claims.selectors.status import status_of
from claims.services.desk import unfit_for
from claims.views.claim_content import find_claim
from claims.views.review.papers import papers_content
from claims.views.review.presence import presence_content
from claims.views.review.queue import PREPARE, VIEW
from compensation.policy.document import Policy
from compensation.policy.transitions import OPEN_REVIEW_STATES
from compensation.programmes.access import note_access, open_programme
from compensation.programmes.models import Programme
from compensation.runtime.forms import number_sent


@dataclass
class Case:
    """One look at a case. `review` is the open one, else the last; `claim` comes with its history."""

    request: HttpRequest
    programme: Programme
    claim: Claim
    review: Review

    @property
    def policy(self) -> Policy:
        """The rules by which it was assessed, and is decided."""
        return self.review.assessment.policy_version.policy

    @property
    def is_open(self) -> bool:
        return self.review.state in OPEN_REVIEW_STATES

    @cached_property
    def is_fit(self) -> bool:
        """Whether the person may have this case: not the own business, nor an objection to the own work."""
        return not Review.objects.filter(unfit_for(self.request.user), pk=self.review.pk).exists()

    @property
    def may_act(self) -> bool:
        """Whether forms are shown: the case is open, and nobody else has it."""
        prepares = self.is_open and rules.has_perm(PREPARE, self.request.user, self.programme)
        return prepares and self.review.officer_id in (None, self.request.user.pk) and self.is_fit

    @property
    def may_handle(self) -> bool:
        """Whether the person can take, release or tag it."""
        return self.is_open and rules.has_perm(PREPARE, self.request.user, self.programme) and self.is_fit

    @property
    def is_own(self) -> bool:
        return bool(self.review.officer_id == self.request.user.pk)


def open_case(request: HttpRequest, code: str, reference: str, *, permission: str = VIEW) -> Case:
    """The case, where it is under review (or was) and the person may see it. Raises Http404."""
    programme = open_programme(request, code, permission=permission)
    reviewed = Claim.objects.filter(Exists(Review.objects.filter(claim=OuterRef("pk"))), programme=programme)
    claim = find_claim(reviewed, reference)
    relations = ("officer", "assessment__policy_version", "objection__determination")
    reviews = list(Review.objects.filter(claim=claim).select_related(*relations).order_by("id"))
    if not reviews:
        raise Http404
    review = next((row for row in reviews if row.state in OPEN_REVIEW_STATES), reviews[-1])
    review.claim = claim
    return Case(request, programme, claim, review)


def show_case(case: Case, current: str, content: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of a case (templates/officer/case_<current>.html). Whoever looks at it leaves an access record."""
    at = timezone.now()
    note_access(case.request, subject=f"claim {case.claim.reference}", task="case_viewed", detail=current)
    frame = {
        "case": case,
        "programme": case.programme,
        "claim": case.claim,
        "review": case.review,
        "policy": case.policy,
        "current": current,
        "reference": case.claim.reference,
        "status": status_of(claim=case.claim, policy=case.policy, at=at),
        "missing": missing_documents_of(claim=case.claim, policy=case.policy),
        "at": at,
        **papers_content(case.request, case.programme, case.claim, case.policy, at),
        **(presence_content(case.request, case.review) if case.is_open else {}),
    }
    return render(case.request, f"officer/case_{current}.html", frame | content, status=status)


def posted_version(request: HttpRequest) -> int:
    """The version of the review that the page showed; 0, which no review has, where none was sent."""
    return number_sent(request.POST.get("version", ""))
