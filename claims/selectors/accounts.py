"""The bank accounts of a programme's merchants: what has to be looked at, and the history of one merchant's."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from claims.models import Claim
from compensation.programmes.models import Programme
from merchants.models import AccountDecision, AccountInquiry, BankAccount, DecisionKind, Merchant
from merchants.selectors.accounts import MAY_BE_PAID, NEWEST_ACCOUNT

# The lists of the page, in their order. Denied accounts are history: the one from before counts again.
TO_CHECK, TO_APPROVE, TO_CONFIRM, WAITING, REFUSED, DENIED = (
    "to_check",
    "to_approve",
    "to_confirm",
    "waiting",
    "refused",
    "denied",
)
_CHANGED = Q(must_confirm=True, approved_by__isnull=True) & ~Q(standing="refused")
LISTS: Mapping[str, Q] = {
    TO_CHECK: Q(standing="to_check"),
    TO_APPROVE: _CHANGED & Q(standing="verified", confirmed_at__isnull=False),
    TO_CONFIRM: _CHANGED & Q(confirmed_at__isnull=True),
    WAITING: Q(standing="entered"),
    REFUSED: Q(standing="refused"),
    DENIED: Q(decisions__kind=DecisionKind.DENIED),
}

# The newest account of every merchant to whom something is to be paid, by what is known of it. One pass.
FIGURES = f"""
SELECT
    count(*) FILTER (WHERE {MAY_BE_PAID}),
    count(*) FILTER (WHERE standing = 'to_check'),
    count(*) FILTER (WHERE standing = 'verified' AND must_confirm AND confirmed_at IS NOT NULL
        AND approved_by_id IS NULL),
    count(*) FILTER (WHERE standing <> 'refused' AND must_confirm AND confirmed_at IS NULL AND approved_by_id IS NULL),
    count(*) FILTER (WHERE standing = 'entered'),
    count(*) FILTER (WHERE standing = 'refused'),
    count(*) FILTER (WHERE standing IS NULL)
FROM (
    SELECT DISTINCT claim.merchant_id AS id FROM claims_claim AS claim
    JOIN claims_determination AS determination ON determination.id = claim.determination_id
    WHERE claim.programme_id = %s AND claim.state = 'determined' AND determination.amount_won > 0
) AS m
{NEWEST_ACCOUNT}
"""  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """How many merchants to be paid have an account that is ready, that waits for whom, or none."""

    ready: int
    to_check: int
    to_approve: int
    to_confirm: int
    waiting: int
    refused: int
    missing: int


def account_figures(*, programme: Programme) -> AccountFigures:
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, [programme.pk])
        return AccountFigures(*cursor.fetchone())


def accounts_of(*, programme: Programme, which: str) -> QuerySet[BankAccount]:
    """A list of LISTS, oldest first: newest accounts of merchants to be paid, with `claim_reference` and inquiries."""
    granted = Claim.objects.filter(
        programme=programme, state="determined", determination__amount_won__gt=0, merchant=OuterRef("merchant")
    )
    later = BankAccount.objects.filter(merchant=OuterRef("merchant"), pk__gt=OuterRef("pk"))
    found = BankAccount.objects.filter(LISTS[which], Exists(granted))
    if which != DENIED:
        found = found.exclude(Exists(later))
    reference = Subquery(granted.order_by("-id").values("reference")[:1], output_field=CharField())
    inquiries = Prefetch("inquiries", AccountInquiry.objects.order_by("-id"))
    with_names = found.annotate(claim_reference=reference).select_related("merchant", "entered_by")
    return with_names.prefetch_related(inquiries).order_by("id")


def account_history(*, merchant: Merchant) -> list[BankAccount]:
    """All accounts of a merchant, the one that counts first, with what banks and people said about each."""
    decisions = AccountDecision.objects.select_related("actor").order_by("-id")
    rows = BankAccount.objects.filter(merchant=merchant).select_related("entered_by", "approved_by", "merchant")
    inquiries = Prefetch("inquiries", AccountInquiry.objects.order_by("-id"))
    return list(rows.prefetch_related(inquiries, Prefetch("decisions", decisions)).order_by("-id"))
