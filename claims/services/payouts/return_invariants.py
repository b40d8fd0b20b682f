"""The invariants of what the bank sent back, as queries; see invariant_queries.py."""

from claims.services.payouts.invariant import Invariant

# A returned sum leaves its account once: when the first payout after it is made, or nothing of it is owed any more.
RETURNS_BOOKED = Invariant(
    "returns_are_owed_again_once",
    """
    WITH again AS (
        SELECT p.follows_id AS id, bool_or(p.origin = 'after_return') AS is_followed,
            coalesce(sum(t.amount_won), 0) AS won
        FROM claims_payout p LEFT JOIN ledger_transfer t ON t.kind = 'payout_again' AND t.source_id = p.id
        WHERE p.programme_id = %(p)s AND p.follows_id IS NOT NULL GROUP BY 1
    ), given_up AS (
        SELECT source_id AS id, amount_won AS won FROM ledger_transfer
        WHERE programme_id = %(p)s AND kind = 'payout_not_owed'
    ), returns AS (
        SELECT id, old.reference, coalesce(again.won, 0) + coalesce(given_up.won, 0) AS won,
            CASE WHEN old.given_up_at IS NOT NULL OR again.is_followed THEN old.amount_won ELSE 0 END AS expected_won
        FROM claims_payout old LEFT JOIN again USING (id) LEFT JOIN given_up USING (id)
        WHERE old.programme_id = %(p)s
            AND (old.given_up_at IS NOT NULL OR again.is_followed IS NOT NULL OR given_up.won IS NOT NULL)
    )
    SELECT reference, expected_won::bigint, won::bigint FROM returns WHERE won <> expected_won ORDER BY id
    """,
    "반려 계정에서 옮긴 금액은 {0}원이어야 하는데 {1}원입니다.",
    "{0} won should have left the account of what came back, and {1} won did.",
)

# Of what came back, by age, each claim takes what it is still owed. Of the rest nothing may wait.
RETURNS_OWED = Invariant(
    "returns_that_wait_are_owed",
    """
    WITH back AS (
        SELECT r.id, r.reference, r.claim_id, r.amount_won, r.top_up_id FROM claims_payout r
        WHERE r.programme_id = %(p)s AND r.state = 'returned' AND r.given_up_at IS NULL AND NOT EXISTS (
            SELECT FROM claims_payout n WHERE n.claim_id = r.claim_id AND n.follows_id = r.id
                AND n.origin = 'after_return' AND n.state <> 'cancelled')
        AND EXISTS (SELECT FROM claims_payouttransition m
            WHERE m.payout_id = r.id AND m.to_state = 'returned' AND m.at <= %(decided_before)s)
    ), owed AS (
        SELECT c.id, greatest(d.amount_won + coalesce((SELECT sum(o.amount_won) FROM claims_overpaymentdecision o
                WHERE o.claim_id = c.id AND o.choice = 'repaid'), 0)
            - coalesce((SELECT sum(p.amount_won) FROM claims_payout p WHERE p.claim_id = c.id AND p.top_up_id IS NULL
                AND p.state IN ('due', 'batched', 'released', 'unknown', 'paid')), 0), 0) AS won
        FROM claims_claim c JOIN claims_determination d ON d.id = c.determination_id
        WHERE c.id IN (SELECT claim_id FROM back) AND c.state = 'determined' AND d.decided_at <= %(decided_before)s
    ), placed AS (
        SELECT back.id, back.reference, back.amount_won, owed.won, coalesce(sum(back.amount_won) OVER (
            PARTITION BY back.claim_id ORDER BY back.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM back JOIN owed ON owed.id = back.claim_id WHERE back.top_up_id IS NULL
        UNION ALL
        SELECT back.id, back.reference, back.amount_won, 0, 0 FROM back JOIN claims_topupclaim t
            ON t.id = back.top_up_id WHERE t.withdrawn_at IS NOT NULL
    )
    SELECT reference, amount_won::bigint, greatest(won - before, 0)::bigint FROM placed WHERE won <= before ORDER BY id
    """,
    "반려된 {0}원이 다시 지급할 돈으로 남아 있는데, 그 가운데 더 지급할 돈은 {1}원입니다.",
    "{0} won that came back still wait to be paid again, and {1} won of them are owed.",
)

RETURN_INVARIANTS = (RETURNS_BOOKED, RETURNS_OWED)
