"""Top-ups (추가 지급): what people decided to pay beside the determinations, and what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Prefetch, QuerySet, Sum

from claims.models import Claim, Payout, TopUp, TopUpClaim
from claims.selectors.payouts import PayoutSum, rules_of
from compensation.ledger.models import Account
from compensation.ledger.selectors import balances
from compensation.programmes.models import Programme

# Of each claim of a top-up where its sum is: the state of the last payout, or why there is none.
STANDINGS = """
SELECT standing, count(*), sum(amount_won) FROM (
    SELECT t.amount_won, CASE WHEN t.withdrawn_at IS NOT NULL THEN 'withdrawn' ELSE coalesce((
        SELECT p.state FROM claims_payout p WHERE p.top_up_id = t.id AND p.state <> 'cancelled'
        ORDER BY p.id DESC LIMIT 1), 'waiting') END AS standing
    FROM claims_topupclaim t WHERE t.top_up_id = %s
) AS each_claim GROUP BY 1
"""
# The claims as one array: with 100,000 of them the mapper takes three times as long to write the query as it runs.
BEFORE = """
SELECT t.claim_id, sum(t.amount_won) FROM claims_topupclaim t JOIN claims_topup u ON u.id = t.top_up_id
WHERE t.claim_id = ANY(%s) AND u.is_approved AND t.withdrawn_at IS NULL GROUP BY 1
"""
LEFT = ("released", "unknown", "paid")  # states of payouts that cannot be withdrawn any more


@dataclass(frozen=True, slots=True)
class Eligible:
    """Claims that a top-up could be for, by row id; and the references that lead to none (named, at most ten)."""

    claims: tuple[int, ...]
    unknown: tuple[str, ...]


def eligible(*, programme: Programme, tier_code: str = "", references: Collection[str] = ()) -> Eligible:
    """The determined claims with a sum: all of the tier, or the ones that were listed."""
    rows = Claim.objects.filter(programme=programme, state="determined", determination__amount_won__gt=0)
    if tier_code:
        found = rows.filter(determination__tier_code=tier_code).order_by("pk").values_list("pk", flat=True)
        return Eligible(tuple(found), ())
    named = dict(rows.filter(reference__in=references).order_by("pk").values_list("reference", "pk"))
    missing = [reference for reference in dict.fromkeys(references) if reference not in named]
    return Eligible(tuple(named.values()), tuple(missing[:10]))


def top_ups_of(*, programme: Programme) -> QuerySet[TopUp]:
    """Newest first."""
    return TopUp.objects.filter(programme=programme).select_related("proposed_by", "closed_by").order_by("-id")


def top_up_named(*, programme: Programme, reference: str) -> TopUp:
    """Raises TopUp.DoesNotExist."""
    return TopUp.objects.select_related("programme", "proposed_by", "closed_by").get(
        programme=programme, reference=reference
    )


def standings_of(*, top_up: TopUp) -> Mapping[str, PayoutSum]:
    """How many claims and won of a top-up are where: states of payouts, `waiting` (nothing is determined now, or it is
    not approved), `withdrawn`. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS, [top_up.pk])
        return {standing: PayoutSum(count, int(won)) for standing, count, won in cursor.fetchall()}


def claims_of_top_up(*, top_up: TopUp) -> QuerySet[TopUpClaim]:
    """Its list, in its order, each with the payouts that were made and not cancelled, oldest first."""
    payouts = Payout.objects.exclude(state="cancelled").order_by("id")
    rows = TopUpClaim.objects.filter(top_up=top_up).select_related("claim__merchant", "withdrawn_by").order_by("id")
    return rows.prefetch_related(Prefetch("payouts", payouts, to_attr="live_payouts"))


def top_ups_of_claim(*, claim: Claim) -> list[TopUpClaim]:
    """What was approved for a claim, oldest first, also what was withdrawn."""
    rows = TopUpClaim.objects.filter(claim=claim, top_up__is_approved=True)
    return list(rows.select_related("top_up__proposed_by", "top_up__closed_by", "withdrawn_by").order_by("id"))


def topped_up_before(*, claims: Collection[int]) -> dict[int, int]:
    """What claims (row ids) got by approved top-ups that were not withdrawn, in won; those with none are missing."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [list(claims)])
        return dict(cursor.fetchall())


def topped_up_won(*, programme: Programme) -> int:
    """All that was approved and not withdrawn, in won."""
    rows = TopUpClaim.objects.filter(top_up__programme=programme, top_up__is_approved=True, withdrawn_at=None)
    return int(rows.aggregate(won=Sum("amount_won", default=0))["won"])


def uncommitted_won(*, programme: Programme) -> int:
    """What the budget for merchants has left when all that was decided is paid, in won; below 0 where too much was."""
    standing = balances(programme=programme)
    accounts = Account.MERCHANT_PAYABLE, Account.PAYOUTS_RELEASED, Account.PAYOUTS_PAID, Account.PAYOUTS_RETURNED
    return rules_of(programme=programme).budget_won - sum(standing[account] for account in accounts)
