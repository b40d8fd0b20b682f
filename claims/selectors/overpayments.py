"""Sums that were paid, or are on their way, and that the determination of today no longer has (overpayments).

Top-ups are no part of it: whatever is determined afterwards, what left of one stays.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from claims.models import Claim, OverpaymentDecision, OverpaymentProposal
from compensation.programmes.models import Programme

LISTED_MAX = 500  # claims of a list: more is no work for people, but a fault of a policy

OUT = "('released', 'unknown', 'paid')"  # money that left: on its way, or there

# What was decided of a claim's overpayment and still counts: a waiver that has ended does not.
SETTLED = """
    SELECT o.claim_id,
        coalesce(sum(o.amount_won) FILTER (WHERE o.choice = 'repaid'), 0) AS repaid_won,
        coalesce(sum(o.amount_won) FILTER (WHERE o.choice = 'waive' AND ended.id IS NULL), 0) AS waived_won
    FROM claims_overpaymentdecision o JOIN claims_claim c ON c.id = o.claim_id
    LEFT JOIN ledger_transfer ended ON ended.kind = 'overpayment_waiver_ended' AND ended.source_id = o.id
    WHERE c.programme_id = %(p)s GROUP BY 1
"""

WAIVED = """
SELECT coalesce(sum(CASE kind WHEN 'overpayment_waived' THEN amount_won ELSE -amount_won END), 0) FROM ledger_transfer
WHERE programme_id = %(p)s AND kind IN ('overpayment_waived', 'overpayment_waiver_ended')
"""

# Of claims that are determined: while a claim is assessed anew nobody knows what is too much. `only`: one claim, or
# NULL for all.
FIND = f"""
WITH settled AS ({SETTLED}), sums AS (
    SELECT claim_id, coalesce(sum(amount_won) FILTER (WHERE state = 'paid'), 0) AS paid_won,
        coalesce(sum(amount_won) FILTER (WHERE state IN ('released', 'unknown')), 0) AS on_its_way_won
    FROM claims_payout WHERE programme_id = %(p)s AND state IN {OUT} AND top_up_id IS NULL
        AND (%(only)s::bigint IS NULL OR claim_id = %(only)s) GROUP BY 1
), claims AS (
    SELECT c.id, d.id IS NOT NULL AS is_determined, coalesce(d.amount_won, 0)::bigint AS determined_won,
        paid_won::bigint, on_its_way_won::bigint,
        coalesce(repaid_won, 0)::bigint AS repaid_won, coalesce(waived_won, 0)::bigint AS waived_won
    FROM sums JOIN claims_claim c ON c.id = sums.claim_id
    LEFT JOIN claims_determination d ON d.id = c.determination_id AND c.state = 'determined'
    LEFT JOIN settled ON settled.claim_id = c.id
)
SELECT * FROM claims WHERE %(only)s::bigint IS NOT NULL
    OR (is_determined AND paid_won + on_its_way_won > determined_won + repaid_won + waived_won)
ORDER BY id LIMIT %(most)s
"""  # noqa: S608 - of constants of this file

# Its columns after the id: fields of Overpayment.
SUMS = ("is_determined", "determined_won", "paid_won", "on_its_way_won", "repaid_won", "waived_won")


@dataclass(frozen=True, slots=True)
class Overpayment:
    """What a claim was paid beside what is determined for it now, in won. `proposal`: what somebody wants done.

    While a claim is assessed anew (not `is_determined`) nothing is too much: nobody knows yet.
    """

    claim: Claim
    is_determined: bool
    determined_won: int
    paid_won: int
    on_its_way_won: int
    repaid_won: int
    waived_won: int
    proposal: OverpaymentProposal | None = None

    @property
    def overpaid_won(self) -> int:
        """What nothing was decided about yet; 0 where nothing is too much."""
        return self._beyond(self.paid_won + self.on_its_way_won)

    @property
    def decidable_won(self) -> int:
        """Of it, what can be decided now: what is still on its way may come back by itself."""
        return self._beyond(self.paid_won)

    def _beyond(self, amount_won: int) -> int:
        accounted_won = self.determined_won + self.repaid_won + self.waived_won
        return max(amount_won - accounted_won, 0) if self.is_determined else 0


def overpayments(*, programme: Programme) -> list[Overpayment]:
    """The claims that were paid too much and about which people have to decide, oldest first. Three queries."""
    found = _find(programme, only=None)
    claims = Claim.objects.filter(pk__in=found).select_related("merchant").defer("merchant__phone", "merchant__email")
    waiting = OverpaymentProposal.objects.filter(claim__in=found, closed_at=None).select_related("proposed_by")
    proposals = {proposal.claim_id: proposal for proposal in waiting}
    named = {claim.pk: claim for claim in claims}
    return [Overpayment(named[pk], **sums, proposal=proposals.get(pk)) for pk, sums in found.items()]


def overpayment_of(*, claim: Claim) -> Overpayment:
    """The same of one claim, whether or not anything is too much."""
    is_determined = claim.state == "determined" and claim.determination is not None
    determined_won = claim.determination.amount_won if is_determined and claim.determination else 0
    nothing_paid = dict(zip(SUMS, (is_determined, determined_won, 0, 0, 0, 0), strict=True))
    sums = _find(claim.programme, only=claim.pk).get(claim.pk, nothing_paid)
    waiting = OverpaymentProposal.objects.filter(claim=claim, closed_at=None).select_related("proposed_by")
    return Overpayment(claim, **sums, proposal=waiting.first())


def waived_won(*, programme: Programme) -> int:
    """What the budget bears because people waived it, in won: of all claims together, without waivers that ended."""
    with connection.cursor() as cursor:
        cursor.execute(WAIVED, {"p": programme.pk})
        return int(cursor.fetchone()[0])


def decisions_of(*, claim: Claim) -> list[OverpaymentDecision]:
    """What people decided about the claim's overpayments, oldest first."""
    rows = OverpaymentDecision.objects.filter(claim=claim).select_related("proposed_by", "decided_by")
    return list(rows.order_by("id"))


def _find(programme: Programme, *, only: int | None) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"p": programme.pk, "only": only, "most": LISTED_MAX})
        return {pk: dict(zip(SUMS, sums, strict=True)) for pk, *sums in cursor.fetchall()}
