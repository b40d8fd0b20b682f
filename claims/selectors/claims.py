"""Finding claims: who sees which, the list with search, filters and order, one claim with all that belongs to it."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import rules
from django.db.models import F, Prefetch, QuerySet

from claims.models import Assessment, Claim, ClaimTransition
from claims.selectors.search_text import merchants_named, merchants_numbered, plain_search
from claims.selectors.status import with_determinations, with_status
from compensation.policy.references import ReferenceRefused, normalise_reference
from compensation.programmes.models import Programme
from merchants.models import BankAccount, Merchant
from users.models import User

ORDERS = {
    "-received": (F("received_at").desc(), F("id").desc()),
    "received": (F("received_at").asc(), F("id").asc()),
    "-loss": (F("lost_sales_won").desc(), F("id").desc()),
    "loss": (F("lost_sales_won").asc(), F("id").asc()),
    "-assessed": (F("assessment__assessed_won").desc(nulls_last=True), F("id").desc()),
    "assessed": (F("assessment__assessed_won").asc(nulls_last=True), F("id").asc()),
}
DEFAULT_ORDER = "-received"


@dataclass(frozen=True, slots=True)
class ClaimSearch:
    """What to look for: empty fields do not restrict. `order` is a key of ORDERS."""

    text: str = ""
    state: str = ""
    tier: str = ""
    service: str = ""
    order: str = DEFAULT_ORDER


def claims_seen_by(*, user: User, programme: Programme) -> QuerySet[Claim] | None:
    """The claims of a programme for those who may see them; None for others, also for members of the council.

    They read the cases of their sessions, on pages without phone and account (selectors.council_readers).
    """
    may_see = rules.has_perm("programmes.view_claims", user, programme)
    return Claim.objects.filter(programme=programme) if may_see else None


def claims_of(*, user: User) -> QuerySet[Claim]:
    """The claims of the merchants that a user represents, newest first."""
    return (
        Claim.objects.filter(merchant__representatives__user=user)
        .select_related("merchant", "assessment", "determination", "programme__incident")
        .order_by("-received_at", "-id")
    )


def search_claims(*, claims: QuerySet[Claim], search: ClaimSearch) -> QuerySet[Claim]:
    """The claims that match every given field, in order, with what a list shows of each."""
    exact = {"state": search.state, "assessment__tier_code": search.tier}
    found = claims.filter(**{name: value for name, value in exact.items() if value})
    if search.service:
        found = found.filter(services__contains=[search.service])
    if text := plain_search(search.text):
        found = found.filter(pk__in=_matching(claims, text))
    return found.select_related("merchant", "assessment", "determination").order_by(*ORDERS[search.order])


def claim_of_programme(*, programme: Programme, reference: str) -> Claim | None:
    """The claim of the programme with this reference, for what hangs on it: its money, its merchant's accounts."""
    rows = Claim.objects.filter(programme=programme, reference=reference)
    return rows.select_related("merchant", "programme", "determination").first()


def claim_with_history(*, claims: QuerySet[Claim], reference: str, for_merchant: bool = False) -> Claim:
    """One of `claims` with its merchant, history, thread, assessments, determinations. Raises Claim.DoesNotExist.

    `for_merchant`: without what only staff are shown, the window, the file, and who did what.
    """
    beside = () if for_merchant else ("window", "association_file")
    moves = ClaimTransition.objects.order_by("id")
    # The text of the rules is not read: each process knows the rules of a version (PolicyVersion.policy).
    assessments = Assessment.objects.select_related("policy_version").defer("policy_version__document")
    claim = (
        claims.select_related(None)
        .select_related("merchant", "programme", *beside)
        .prefetch_related(
            "losses",
            Prefetch("transitions", moves if for_merchant else moves.select_related("actor")),
            Prefetch("assessments", assessments.order_by("-id")),
            with_determinations(),
            Prefetch("merchant__bank_accounts", BankAccount.objects.order_by("-id")),
            *with_status(),
        )
        .get(reference=reference)
    )
    _join_own_rows(claim)
    return claim


def _join_own_rows(claim: Claim) -> None:
    """The present assessment and determination are among all of them: joined here, no row comes twice."""
    assessments = {row.pk: row for row in claim.assessments.all()}
    determinations = {row.pk: row for row in claim.determinations.all()}
    for row in determinations.values():
        row.assessment = assessments[row.assessment_id]
    if claim.assessment_id:
        claim.assessment = assessments[claim.assessment_id]
    if claim.determination_id:
        claim.determination = determinations[claim.determination_id]


def _matching(claims: QuerySet[Claim], text: str) -> Any:
    """Ids of claims by reference, the association's number or merchant: a union, so that each part has its index."""
    plain = claims.order_by().values("pk")
    parts = [plain.filter(external_reference=text), plain.filter(merchant__in=_merchants(text))]
    with suppress(ReferenceRefused):
        parts.append(plain.filter(reference=normalise_reference(text)))
    return parts[0].union(*parts[1:])


def _merchants(text: str) -> QuerySet[Merchant]:
    return Merchant.objects.filter(merchants_named(text) | merchants_numbered(text)).order_by()
