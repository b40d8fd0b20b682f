"""Payouts and bank runs: what may be paid now, what is kept back and why, what a batch holds, what money is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from claims.models import BatchApproval, Payout, PayoutBatch
from claims.selectors.second_looks import latest_draw
from compensation.policy.payouts import PayoutRules, list_digest
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.progress import Progress
from merchants.selectors.accounts import MAY_BE_PAID, NEWEST_ACCOUNT

LISTED = 2_000  # rows of a list that is streamed

# Why a payout `p` of merchant `m` with newest account `account` is kept back; NULL: it may be paid. The first that
# fits. `drawn_up_to`: the last determination that a draw for the second look was about. The other payouts of a merchant
# are to be found by the merchant (+ 0 and || '' keep the planner off the indexes of everything that is due: until the
# statistics know of thousands of new payouts it would walk through all of them for each).
KEPT_BACK = f"""CASE
    WHEN EXISTS (SELECT FROM claims_payouthold h WHERE h.payout_id = p.id AND h.lifted_at IS NULL) THEN 'held'
    WHEN p.determination_id > %(drawn_up_to)s THEN 'second_look_draw'
    WHEN EXISTS (SELECT FROM claims_secondlook s WHERE s.determination_id = p.determination_id
        AND s.outcome <> 'agrees') THEN 'second_look'
    WHEN account.id IS NULL THEN 'no_account'
    WHEN account.standing = 'refused' THEN 'account_refused'
    WHEN account.standing = 'to_check' THEN 'account_to_check'
    WHEN account.standing = 'entered' THEN 'account_not_asked'
    WHEN NOT {MAY_BE_PAID} THEN 'account_changed'
    WHEN account.approved_by_id IS NULL AND EXISTS (SELECT FROM claims_payout other
        WHERE other.merchant_id = p.merchant_id AND other.programme_id + 0 = p.programme_id
        AND other.state || '' = 'due' AND other.account_id <> p.account_id) THEN 'accounts_differ'
END"""

# Sentences for KEPT_BACK: Korean, English.
KEPT_BACK_BECAUSE: Mapping[str, tuple[str, str]] = {
    "held": ("담당자가 보류했습니다.", "A person keeps it back."),
    "second_look_draw": (
        "재확인 대상을 아직 뽑지 않았습니다. 몇 분마다 자동으로 뽑습니다.",
        "Not drawn yet for the second look. That is done by itself every few minutes.",
    ),
    "second_look": ("재확인이 끝나지 않았습니다.", "The second look is not done, or came to another judgement."),
    "no_account": ("지급받을 계좌가 없습니다.", "There is no bank account."),
    "account_refused": (
        "쓸 수 없는 계좌입니다. 다른 계좌를 기다립니다.",
        "The account cannot be used; we wait for another.",
    ),
    "account_to_check": ("예금주를 담당자가 확인해야 합니다.", "A person has to look at the account's holder."),
    "account_not_asked": ("예금주를 아직 조회하지 않았습니다.", "The bank was not asked about the holder yet."),
    "account_changed": (
        "결정 뒤에 바뀐 계좌입니다. 본인 확인과 두 번째 담당자의 확인이 필요합니다.",
        "The account changed after the determination: its owner and a second person have to confirm it.",
    ),
    "accounts_differ": (
        "같은 소상공인의 지급 건에 서로 다른 계좌가 적혀 있습니다.",
        "Payouts of this merchant name different accounts.",
    ),
}

FROM_DUE = f"""
FROM claims_payout p JOIN merchants_merchant m ON m.id = p.merchant_id
{NEWEST_ACCOUNT}
WHERE p.programme_id = %(programme)s AND p.state = 'due'
"""
PLAN = f"""
SELECT because, count(*), sum(amount_won) FROM (SELECT {KEPT_BACK} AS because, p.amount_won {FROM_DUE}) q GROUP BY 1
"""
KEPT_BACK_LIST = f"""
SELECT * FROM (SELECT p.id, {KEPT_BACK} AS because {FROM_DUE}) q WHERE because IS NOT NULL AND id > %(after)s
ORDER BY id LIMIT %(size)s
"""
# Of a batch that has not left: what meanwhile must not be paid any more. Its accounts are the newest, or they changed.
UNFIT = f"""
SELECT p.id, coalesce({KEPT_BACK}, CASE
    WHEN c.state <> 'determined' OR (c.determination_id IS DISTINCT FROM p.determination_id
        AND (p.origin <> 'after_return' OR p.top_up_id IS NOT NULL)) THEN 'determined_anew'
    WHEN account.id IS DISTINCT FROM p.account_id THEN 'account_changed' END) AS because
FROM claims_payout p JOIN claims_claim c ON c.id = p.claim_id JOIN merchants_merchant m ON m.id = p.merchant_id
{NEWEST_ACCOUNT}
WHERE p.batch_id = %(batch)s
"""
UNFIT_LIST = f"SELECT * FROM ({UNFIT}) q WHERE because IS NOT NULL"


@dataclass(frozen=True, slots=True)
class PayoutSum:
    """A number of payouts and their sum in won."""

    count: int
    won: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch made now would hold, what is kept back and why, and what the budget has left (won)."""

    payable: PayoutSum
    kept_back: Mapping[str, PayoutSum]
    budget_left_won: int


def hold_parameters(*, programme: Programme) -> dict[str, Any]:
    """What the statements of this file with KEPT_BACK need to be told."""
    draw = latest_draw(programme=programme)
    return {"programme": programme.pk, "drawn_up_to": draw.up_to_id if draw else 0}


def plan(*, programme: Programme) -> Plan:
    """The preview of the next batch, as things are now."""
    with connection.cursor() as cursor:
        cursor.execute(PLAN, hold_parameters(programme=programme))
        sums = {because: PayoutSum(count, int(won)) for because, count, won in cursor.fetchall()}
    payable = sums.pop(None, PayoutSum(0, 0))
    return Plan(payable, dict(sorted(sums.items())), budget_left_won(programme=programme))


def kept_back(*, programme: Programme, after: int = 0, size: int = 100) -> list[tuple[Payout, str]]:
    """The payouts that are kept back, from the row id `after` on, each with the code of its reason."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT_BACK_LIST, hold_parameters(programme=programme) | {"after": after, "size": size})
        found = dict(cursor.fetchall())
    rows = (
        Payout.objects.filter(pk__in=found)
        .select_related("claim", "merchant", "account", "top_up__top_up")
        .order_by("pk")
    )
    return [(row, found[row.pk]) for row in rows]


def rules_of(*, programme: Programme) -> PayoutRules:
    """The rules for payouts of the programme's current policy."""
    return current_policy(programme=programme).policy.payouts


def budget_left_won(*, programme: Programme) -> int:
    """What may still be put into batches (won): the budget less what is frozen, on its way, or paid."""
    taken = Payout.objects.filter(
        Q(state__in=("released", "unknown", "paid")) | Q(state="batched", batch__state__in=("frozen", "releasing")),
        programme=programme,
    ).aggregate(won=Sum("amount_won", default=0))["won"]
    return rules_of(programme=programme).budget_won - int(taken)


def batch_named(*, programme: Programme, reference: str) -> PayoutBatch:
    """Raises PayoutBatch.DoesNotExist."""
    rows = PayoutBatch.objects.select_related("programme", "profile", "made_by", "released_by", "policy_version")
    return rows.get(programme=programme, reference=reference)


def batches_of(*, programme: Programme) -> QuerySet[PayoutBatch]:
    """Newest first, each with count and sum of its payouts (`holds`, `holds_won`), and of those paid and returned."""
    is_paid, is_returned = Q(payouts__state="paid"), Q(payouts__state="returned")
    return (
        PayoutBatch.objects.filter(programme=programme)
        .select_related("profile", "made_by")
        .annotate(
            holds=Count("payouts"),
            holds_won=Sum("payouts__amount_won", default=0),
            paid=Count("payouts", filter=is_paid),
            paid_won=Sum("payouts__amount_won", filter=is_paid, default=0),
            returned=Count("payouts", filter=is_returned),
            returned_won=Sum("payouts__amount_won", filter=is_returned, default=0),
        )
        .order_by("-id")
    )


def states_of(*, batch: PayoutBatch) -> dict[str, PayoutSum]:
    """How many payouts of the batch are in each state, and their sums."""
    rows = Payout.objects.filter(batch=batch).order_by().values_list("state")
    return {state: PayoutSum(count, int(won)) for state, count, won in rows.annotate(Count("id"), Sum("amount_won"))}


def states_of_programme(*, programme: Programme) -> dict[str, PayoutSum]:
    """The same for all payouts of a programme."""
    rows = Payout.objects.filter(programme=programme).order_by().values_list("state")
    return {state: PayoutSum(count, int(won)) for state, count, won in rows.annotate(Count("id"), Sum("amount_won"))}


@dataclass(frozen=True, slots=True)
class BatchList:
    """The list of a batch as it is now: number, sum in won, and the digest that people approve."""

    count: int
    won: int
    digest: str


def list_of(*, batch: PayoutBatch) -> BatchList:
    """Reads the list in its order; 100,000 rows take a third of a second. Day and layout are a part of the digest."""
    rows = Payout.objects.filter(batch=batch).order_by("id").values_list("reference", "account_id", "amount_won")
    count = won = 0

    def noted() -> Any:
        nonlocal count, won
        yield f"{batch.pay_on}", batch.profile_id, 0
        for reference, account_id, amount_won in rows.iterator(chunk_size=LISTED):
            count, won = count + 1, won + amount_won
            yield reference, account_id, amount_won

    digest = list_digest(noted())
    return BatchList(count, won, digest)


def payouts_of(*, batch: PayoutBatch) -> QuerySet[Payout]:
    """In the batch's order, with what a page shows of them."""
    rows = Payout.objects.filter(batch=batch).select_related("claim", "merchant", "account", "top_up__top_up")
    return rows.order_by("id")


def unfit_payouts(*, batch: PayoutBatch) -> dict[int, str]:
    """Payouts of a batch that must not be paid any more (row id: code of the reason)."""
    with connection.cursor() as cursor:
        cursor.execute(UNFIT_LIST, hold_parameters(programme=batch.programme) | {"batch": batch.pk})
        return dict(cursor.fetchall())


def approvals_of(*, batch: PayoutBatch) -> QuerySet[BatchApproval]:
    """The approvals of the list as it was frozen last."""
    return BatchApproval.objects.filter(batch=batch, digest=batch.digest).select_related("approver").order_by("id")


def filling_of(*, batch: PayoutBatch, at: datetime) -> Progress:
    """How far the worker is that fills the draft."""
    holds = Payout.objects.filter(batch=batch).count()
    until = batch.filled_at or at
    return Progress(holds, max(batch.wanted, holds), batch.made_at.timestamp(), until.timestamp())


def payout_named(*, programme: Programme, reference: str) -> Payout:
    """Raises Payout.DoesNotExist."""
    rows = Payout.objects.select_related(
        "programme",
        "claim",
        "merchant",
        "account",
        "batch",
        "follows",
        "determination",
        "result_file",
        "top_up__top_up",
    )
    return rows.get(programme=programme, reference=reference)


def why_kept_back(*, payout: Payout) -> str | None:
    """The code of the reason for which a payout that is due cannot be put into a batch now; None where it can."""
    if payout.state != "due":
        return None
    found = kept_back(programme=payout.programme, after=payout.pk - 1, size=1)
    return next((code for row, code in found if row.pk == payout.pk), None)
