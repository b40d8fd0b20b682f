"""The invariants of top-ups, as queries; see invariant_queries.py."""

from claims.services.payouts.invariant import Invariant

TOP_UPS_BOOKED = Invariant(
    "top_ups_are_booked",
    """
    WITH booked AS (
        SELECT source_id AS id, sum(CASE kind WHEN 'top_up' THEN amount_won ELSE -amount_won END) AS won
        FROM ledger_transfer WHERE programme_id = %(p)s AND kind IN ('top_up', 'top_up_withdrawn') GROUP BY 1
    ), decided AS (
        SELECT t.id, c.reference, coalesce(booked.won, 0) AS won,
            CASE WHEN u.is_approved AND t.withdrawn_at IS NULL THEN t.amount_won ELSE 0 END AS expected_won
        FROM claims_topup u JOIN claims_topupclaim t ON t.top_up_id = u.id JOIN claims_claim c ON c.id = t.claim_id
        LEFT JOIN booked ON booked.id = t.id WHERE u.programme_id = %(p)s
    )
    SELECT reference, expected_won::bigint, won::bigint FROM decided WHERE won <> expected_won ORDER BY id
    """,
    "승인한 추가 지급은 {0}원인데 원장에는 {1}원이 적혀 있습니다.",
    "A top-up of {0} won was approved, but the ledger set {1} won aside for it.",
)

# Each is paid once and in full, while something is determined and nothing of it came back; withdrawn, not at all.
TOP_UPS_PAID = Invariant(
    "top_ups_are_paid_once",
    """
    WITH sums AS (
        SELECT p.top_up_id AS id, coalesce(sum(p.amount_won) FILTER (
                WHERE p.state IN ('due', 'batched', 'released', 'unknown', 'paid')), 0) AS won,
            bool_or(p.state = 'returned') AS came_back
        FROM claims_payout p WHERE p.programme_id = %(p)s AND p.top_up_id IS NOT NULL GROUP BY 1
    ), decided AS (
        SELECT t.id, c.reference, coalesce(sums.won, 0) AS won,
            CASE WHEN u.is_approved AND t.withdrawn_at IS NULL THEN t.amount_won ELSE 0 END AS most_won,
            c.state = 'determined' AND d.amount_won > 0 AND NOT coalesce(sums.came_back, false) AS is_due
        FROM claims_topup u JOIN claims_topupclaim t ON t.top_up_id = u.id JOIN claims_claim c ON c.id = t.claim_id
        LEFT JOIN claims_determination d ON d.id = c.determination_id
        LEFT JOIN sums ON sums.id = t.id WHERE u.programme_id = %(p)s
    )
    SELECT reference, most_won::bigint, won::bigint FROM decided
    WHERE won <> most_won AND (won <> 0 OR is_due) ORDER BY id
    """,
    "추가로 지급하기로 한 금액은 {0}원인데 그 지급 건의 합계는 {1}원입니다.",
    "{0} won were to be paid besides, but the payouts of it come to {1} won.",
)

TOP_UP_INVARIANTS = (TOP_UPS_BOOKED, TOP_UPS_PAID)
