"""What the payouts of claims should be, as statements over sets of claims (row ids) that the caller holds."""

from merchants.selectors.accounts import NEWEST_ACCOUNT

# A payout that has not left yet and is not for the determination that counts now. One that pays again what came back of
# an earlier determination stays, unless that is more than is still owed. One of a top-up is made anew where something
# is still determined.
CANCEL_STALE = """
WITH stale AS (
    SELECT p.id, p.state, p.batch_id FROM claims_payout p JOIN claims_claim c ON c.id = p.claim_id
    LEFT JOIN claims_determination d ON d.id = c.determination_id
    WHERE p.claim_id = ANY(%(claims)s) AND p.state IN ('due', 'batched')
        AND (c.state <> 'determined' OR (c.determination_id IS DISTINCT FROM p.determination_id
            AND (p.origin <> 'after_return' OR p.top_up_id IS NOT NULL
                OR d.amount_won + coalesce((SELECT sum(amount_won) FROM claims_overpaymentdecision o
                    WHERE o.claim_id = c.id AND o.choice = 'repaid'), 0)
                < (SELECT sum(amount_won) FROM claims_payout q WHERE q.claim_id = c.id AND q.top_up_id IS NULL
                    AND (q.state IN ('released', 'unknown', 'paid') OR (q.state IN ('due', 'batched')
                        AND (q.determination_id = c.determination_id OR q.origin = 'after_return')))))))
    ORDER BY p.id FOR UPDATE OF p
), cancelled AS (
    UPDATE claims_payout p SET state = 'cancelled', batch_id = NULL FROM stale WHERE p.id = stale.id
)
INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
SELECT id, state, 'cancelled', batch_id, %(actor)s, 'no longer decided', %(at)s FROM stale
"""

# What each claim is still owed. What came back is paid again for its own determination, when the merchant has named
# another account or a person wants it tried again, and no more of it than is owed; the rest is paid for the
# determination that counts. (A scalar subquery at the end: as an anti-join it reads all payouts for each claim while
# the server has no statistics of a table that grows from empty.)
FIND_DUE = f"""
WITH claims AS (
    SELECT c.id, c.programme_id, c.merchant_id, c.determination_id, account.id AS account_id, known.last_id,
        d.amount_won + coalesce(repaid.won, 0) - coalesce(known.live_won, 0) AS owed_won
    FROM claims_claim c JOIN claims_determination d ON d.id = c.determination_id JOIN merchants_merchant m
        ON m.id = c.merchant_id
    {NEWEST_ACCOUNT}
    LEFT JOIN LATERAL (
        SELECT max(p.id) AS last_id, sum(amount_won) FILTER (WHERE p.state <> 'returned') AS live_won
        FROM claims_payout p WHERE p.claim_id = c.id AND p.top_up_id IS NULL AND p.state <> 'cancelled'
    ) AS known ON true
    LEFT JOIN LATERAL (
        SELECT sum(amount_won) AS won FROM claims_overpaymentdecision o WHERE o.claim_id = c.id AND o.choice = 'repaid'
    ) AS repaid ON true
    WHERE c.id = ANY(%(claims)s) AND c.state = 'determined'
        AND d.amount_won + coalesce(repaid.won, 0) > coalesce(known.live_won, 0)
), back AS (
    SELECT r.claim_id, r.id, r.determination_id, r.amount_won,
        r.account_id IS DISTINCT FROM claims.account_id OR r.retry_ordered_at IS NOT NULL AS is_ready,
        least(r.amount_won, claims.owed_won - coalesce(sum(r.amount_won) OVER (PARTITION BY r.claim_id ORDER BY r.id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS won
    FROM claims JOIN claims_payout r ON r.claim_id = claims.id AND r.state = 'returned' AND r.top_up_id IS NULL
    WHERE r.given_up_at IS NULL AND NOT EXISTS (
        SELECT FROM claims_payout n WHERE n.claim_id = r.claim_id AND n.follows_id = r.id
            AND n.origin = 'after_return' AND n.state <> 'cancelled')
), wanted AS (
    SELECT claims.*, back.determination_id AS pays_for, back.won, back.id AS follows_id, 'after_return' AS origin
    FROM claims JOIN back ON back.claim_id = claims.id WHERE back.is_ready AND back.won > 0
    UNION ALL
    SELECT claims.*, claims.determination_id, claims.owed_won - coalesce(waits.won, 0), claims.last_id,
        CASE WHEN claims.last_id IS NULL THEN 'determination' ELSE 'difference' END
    FROM claims LEFT JOIN (SELECT claim_id, sum(amount_won) AS won FROM back GROUP BY 1) AS waits
        ON waits.claim_id = claims.id
    WHERE claims.owed_won > coalesce(waits.won, 0)
)
SELECT id, programme_id, merchant_id, pays_for, account_id, won, (
    SELECT coalesce(max(attempt), 0) + 1 FROM claims_payout p WHERE p.determination_id = pays_for
), follows_id, origin, NULL::bigint
FROM wanted WHERE (
    SELECT 1 FROM claims_payout p WHERE p.determination_id = pays_for AND p.top_up_id IS NULL
        AND p.state IN ('due', 'batched', 'released', 'unknown', 'paid') LIMIT 1) IS NULL
ORDER BY id, pays_for
"""

# What came back and is owed no longer: the determination fell, or something else was paid meanwhile. It goes back to
# what is to be paid, from where the lower determination took it; one that was made due again had done so already.
GIVE_UP = """
WITH owed AS (
    SELECT c.id, d.amount_won + coalesce((SELECT sum(amount_won) FROM claims_overpaymentdecision o
            WHERE o.claim_id = c.id AND o.choice = 'repaid'), 0)
        - coalesce((SELECT sum(amount_won) FROM claims_payout p WHERE p.claim_id = c.id AND p.top_up_id IS NULL
            AND p.state NOT IN ('cancelled', 'returned')), 0) AS won
    FROM claims_claim c JOIN claims_determination d ON d.id = c.determination_id
    WHERE c.id = ANY(%(claims)s) AND c.state = 'determined'
), back AS (
    SELECT r.id, owed.won - coalesce(sum(r.amount_won) OVER (PARTITION BY r.claim_id ORDER BY r.id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS left_won
    FROM owed JOIN claims_payout r ON r.claim_id = owed.id AND r.state = 'returned' AND r.top_up_id IS NULL
    WHERE r.given_up_at IS NULL AND NOT EXISTS (
        SELECT FROM claims_payout n WHERE n.claim_id = r.claim_id AND n.follows_id = r.id
            AND n.origin = 'after_return' AND n.state <> 'cancelled')
), given_up AS (
    UPDATE claims_payout p SET given_up_at = %(at)s FROM back WHERE p.id = back.id AND back.left_won <= 0
    RETURNING p.id, p.programme_id, p.claim_id, p.amount_won
)
INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
SELECT programme_id, 'payouts_returned', 'merchant_payable', amount_won, 'payout_not_owed', id, %(at)s
FROM given_up WHERE NOT EXISTS (SELECT FROM claims_payout n WHERE n.claim_id = given_up.claim_id
    AND n.follows_id = given_up.id AND n.origin = 'after_return')
"""

# Top-ups that were approved and have no payout: of claims of which something is determined. What came back of one is
# paid again as any other, and each for the determination that counts now.
FIND_TOP_UPS = f"""
WITH wanted AS (
    SELECT c.id, c.programme_id, c.merchant_id, c.determination_id, account.id AS account_id, t.id AS top_up_id,
        t.amount_won, back.id AS back_id, back.account_id AS back_account_id, back.retry_ordered_at
    FROM claims_topupclaim t JOIN claims_topup u ON u.id = t.top_up_id AND u.is_approved
    JOIN claims_claim c ON c.id = t.claim_id JOIN claims_determination d ON d.id = c.determination_id
    JOIN merchants_merchant m ON m.id = c.merchant_id
    {NEWEST_ACCOUNT}
    LEFT JOIN LATERAL (
        SELECT r.id, r.account_id, r.retry_ordered_at FROM claims_payout r
        WHERE r.top_up_id = t.id AND r.state = 'returned' ORDER BY r.id DESC LIMIT 1
    ) AS back ON true
    WHERE t.claim_id = ANY(%(claims)s) AND t.withdrawn_at IS NULL AND c.state = 'determined' AND d.amount_won > 0
        AND (SELECT 1 FROM claims_payout p WHERE p.top_up_id = t.id
            AND p.state IN ('due', 'batched', 'released', 'unknown', 'paid') LIMIT 1) IS NULL
)
SELECT id, programme_id, merchant_id, determination_id, account_id, amount_won, (
    SELECT coalesce(max(attempt), 0) FROM claims_payout p WHERE p.determination_id = wanted.determination_id
) + row_number() OVER (PARTITION BY determination_id ORDER BY top_up_id), back_id,
    CASE WHEN back_id IS NULL THEN 'top_up' ELSE 'after_return' END, top_up_id
FROM wanted WHERE back_id IS NULL OR back_account_id IS DISTINCT FROM account_id OR retry_ordered_at IS NOT NULL
ORDER BY id, top_up_id
"""

# The merchant is told of a further sum when its first payout is made.
INSERT_DUE = """
WITH made AS (
    INSERT INTO claims_payout (reference, programme_id, claim_id, merchant_id, determination_id, account_id, amount_won,
        attempt, follows_id, origin, top_up_id, state, made_at, return_code)
    SELECT said.*, 'due', %(at)s, '' FROM unnest(%(references)s::text[], %(programmes)s::bigint[], %(claims)s::bigint[],
        %(merchants)s::bigint[], %(determinations)s::bigint[], %(accounts)s::bigint[], %(amounts)s::bigint[],
        %(attempts)s::int[], %(follows)s::bigint[], %(origins)s::text[], %(top_ups)s::bigint[]) AS said
    RETURNING id, programme_id, claim_id, follows_id, origin, top_up_id
), told AS (
    INSERT INTO claims_notice (claim_id, payout_id, template, at)
    SELECT claim_id, id, 'payout_topped_up', %(at)s FROM made WHERE origin = 'top_up'
        AND NOT EXISTS (SELECT FROM claims_payout earlier WHERE earlier.top_up_id = made.top_up_id)
), moved AS (
    INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT id, '', 'due', NULL, %(actor)s, origin, %(at)s FROM made
)
INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
SELECT made.programme_id, 'payouts_returned', 'merchant_payable', old.amount_won, 'payout_again', made.id, %(at)s
FROM made JOIN claims_payout old ON old.id = made.follows_id WHERE made.origin = 'after_return' AND NOT EXISTS (
    SELECT FROM claims_payout once WHERE once.claim_id = old.claim_id AND once.follows_id = old.id
        AND once.origin = 'after_return')  -- made due again already, by one that was cancelled
"""

# Determinations of before there were payouts, or whatever else has none, what came back and was not paid again, and
# top-ups without a payout: found by the nightly look over everything.
FIND_WITHOUT = """
SELECT c.id FROM claims_claim c JOIN claims_determination d ON d.id = c.determination_id
WHERE c.programme_id = %s AND c.state = 'determined' AND c.id > %s AND (
    (d.amount_won > 0 AND NOT EXISTS (SELECT FROM claims_payout p
        WHERE p.determination_id = d.id AND p.top_up_id IS NULL AND p.state <> 'returned'))
    OR EXISTS (SELECT FROM claims_payout p WHERE p.claim_id = c.id AND p.state = 'returned' AND p.given_up_at IS NULL)
    OR (d.amount_won > 0 AND EXISTS (SELECT FROM claims_topupclaim t JOIN claims_topup u ON u.id = t.top_up_id
        WHERE t.claim_id = c.id AND u.is_approved AND t.withdrawn_at IS NULL AND NOT EXISTS (
            SELECT FROM claims_payout p WHERE p.top_up_id = t.id AND p.state NOT IN ('cancelled', 'returned')))))
ORDER BY c.id LIMIT %s
"""
