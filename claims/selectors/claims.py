"""Finding claims: who sees which, the list with search, filters and order, one claim with all that belongs to it."""

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import rules
from django.db.models import F, Prefetch, Q, QuerySet

from claims.models import Assessment, Claim, ClaimTransition
from claims.selectors.status import with_status
from compensation import limits
from compensation.policy.references import ReferenceRefused, normalise_reference
from compensation.policy.tiers import COUNCIL
from compensation.programmes.models import Programme
from compensation.runtime.encryption import blind_index
from compensation.values.business_numbers import parse_business_number
from compensation.values.phones import parse_phone
from compensation.values.refused import ValueRefused
from merchants.models import BankAccount, Merchant
from users.models import User

PAGE_SIZE = 50
COUNT_MAX = 10_000  # counted and paged through no further: who looks for more, searches

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
    """The claims of a programme that its people may see: all, those before the council, or None at all."""
    claims = Claim.objects.filter(programme=programme)
    if rules.has_perm("programmes.view_claims", user, programme):
        return claims
    if rules.has_perm("programmes.view_council_claims", user, programme):
        return claims.filter(assessment__route=COUNCIL)
    return None


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
    if text := _plain(search.text):
        found = found.filter(pk__in=_matching(claims, text))
    return found.select_related("merchant", "assessment", "determination").order_by(*ORDERS[search.order])


def page_of(*, claims: QuerySet[Claim], number: int) -> tuple[list[Claim], int, int]:
    """The claims of a page (from 1), the number of the page really shown, and how many claims there are.

    The count ends at COUNT_MAX + 1.
    """
    total = claims.order_by()[: COUNT_MAX + 1].count()
    last = max(-(-min(total, COUNT_MAX) // PAGE_SIZE), 1)
    number = min(max(number, 1), last)
    start = (number - 1) * PAGE_SIZE
    return list(claims[start : start + PAGE_SIZE]), number, total


def claim_with_history(*, claims: QuerySet[Claim], reference: str) -> Claim:
    """One of `claims` with its merchant, history, thread and older assessments. Raises Claim.DoesNotExist."""
    return (
        claims.select_related(
            "merchant",
            "window",
            "association_file",
            "programme",
            "assessment__policy_version",
            "determination__assessment",
        )
        .prefetch_related(
            "losses",
            Prefetch("transitions", ClaimTransition.objects.select_related("actor").order_by("id")),
            Prefetch("assessments", Assessment.objects.select_related("policy_version").order_by("-id")),
            Prefetch("merchant__bank_accounts", BankAccount.objects.order_by("-id")),
            *with_status(),
        )
        .get(reference=reference)
    )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())[: limits.NAME_LENGTH_MAX]


def _matching(claims: QuerySet[Claim], text: str) -> Any:
    """Ids of claims by reference, the association's number or merchant: a union, so that each part has its index."""
    plain = claims.order_by().values("pk")
    parts = [plain.filter(external_reference=text), plain.filter(merchant__in=_merchants(text))]
    with suppress(ReferenceRefused):
        parts.append(plain.filter(reference=normalise_reference(text)))
    return parts[0].union(*parts[1:])


def _merchants(text: str) -> QuerySet[Merchant]:
    match = Q(trade_name__startswith=text) | Q(representative_name__startswith=text)
    with suppress(ValueRefused):
        match |= Q(business_number=parse_business_number(text))
    with suppress(ValueRefused):
        match |= Q(phone_index=blind_index(parse_phone(text), context="merchants_merchant.phone"))
    return Merchant.objects.filter(match).order_by()
