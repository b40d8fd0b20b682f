"""The invariants of the money as queries: the rows that break one, a reference first, then the figures of its sentence.

Each reads the programme's rows once and joins them as sets, so that the nightly look over a hundred thousand payouts
takes seconds. Figures come as whole numbers and stand in the sentences in their order.
"""

from claims.selectors.overpayments import OUT, SETTLED
from claims.services.payouts.invariant import Invariant
from claims.services.payouts.return_invariants import RETURN_INVARIANTS
from claims.services.payouts.top_up_invariants import TOP_UP_INVARIANTS

DETERMINATIONS_BOOKED = Invariant(
    "determinations_are_booked",
    """
    WITH booked AS (
        SELECT d.claim_id, sum(CASE t.kind WHEN 'determination' THEN t.amount_won ELSE -t.amount_won END) AS won
        FROM ledger_transfer t JOIN claims_determination d ON d.id = t.source_id
        WHERE t.programme_id = %(p)s AND t.kind IN ('determination', 'determination_superseded') GROUP BY 1
    )
    SELECT c.reference, coalesce(d.amount_won, 0), coalesce(booked.won, 0)::bigint
    FROM claims_claim c LEFT JOIN claims_determination d ON d.id = c.determination_id AND c.state = 'determined'
    LEFT JOIN booked ON booked.claim_id = c.id
    WHERE c.programme_id = %(p)s AND coalesce(d.amount_won, 0) <> coalesce(booked.won, 0)
    ORDER BY c.id
    """,
    "결정 금액은 {0}원인데 원장에는 {1}원이 적혀 있습니다.",
    "The determination is {0} won, but the ledger set {1} won aside.",
)

# What did not leave yet may not be more than what is still owed; and it is all of it, unless a payout came back and
# waits for another account, or a person's word.
CLAIMS_COVERED = Invariant(
    "payouts_are_what_was_determined",
    f"""
    WITH settled AS ({SETTLED}), sums AS (
        SELECT p.claim_id,
            coalesce(sum(p.amount_won) FILTER (WHERE p.state IN ('due', 'batched')), 0) AS waiting_won,
            coalesce(sum(p.amount_won) FILTER (WHERE p.state IN {OUT}), 0) AS out_won,
            coalesce(sum(p.amount_won) FILTER (WHERE p.state = 'returned' AND p.given_up_at IS NULL AND NOT EXISTS (
                SELECT FROM claims_payout n WHERE n.claim_id = p.claim_id AND n.follows_id = p.id
                    AND n.origin = 'after_return' AND n.state <> 'cancelled')), 0) AS back_won
        FROM claims_payout p WHERE p.programme_id = %(p)s AND p.top_up_id IS NULL GROUP BY 1
    ), claims AS (
        SELECT c.id, c.reference, d.decided_at, coalesce(sums.waiting_won, 0)::bigint AS waiting_won,
            coalesce(sums.back_won, 0)::bigint AS back_won, greatest(coalesce(d.amount_won, 0)
                + coalesce(settled.repaid_won, 0) + coalesce(settled.waived_won, 0) - coalesce(sums.out_won, 0), 0
            )::bigint AS owed_won
        FROM claims_claim c LEFT JOIN claims_determination d ON d.id = c.determination_id AND c.state = 'determined'
        LEFT JOIN sums ON sums.claim_id = c.id LEFT JOIN settled ON settled.claim_id = c.id
        WHERE c.programme_id = %(p)s AND (d.amount_won > 0 OR sums.claim_id IS NOT NULL)
    )
    SELECT reference, owed_won, waiting_won FROM claims
    WHERE waiting_won > owed_won
        OR (waiting_won < owed_won - back_won AND decided_at <= %(decided_before)s)
    ORDER BY id
    """,
    "더 지급할 금액은 {0}원인데 지급 예정인 건의 합계는 {1}원입니다.",
    "{0} won are still owed, but the payouts that wait come to {1} won.",
)

# Which transfers a payout in each state has, and of which sum: one string to compare.
PAYOUTS_BOOKED = Invariant(
    "payouts_are_booked",
    """
    WITH booked AS (
        SELECT t.source_id, string_agg(t.kind || ' ' || t.amount_won, ', ' ORDER BY t.kind DESC) AS found
        FROM ledger_transfer t
        WHERE t.programme_id = %(p)s AND t.kind IN ('payout_released', 'payout_paid', 'payout_returned') GROUP BY 1
    ), payouts AS (
        SELECT p.id, p.reference, coalesce(booked.found, '') AS found, CASE
            WHEN p.state IN ('released', 'unknown') THEN 'payout_released ' || p.amount_won
            WHEN p.state IN ('paid', 'returned') THEN
                CASE p.state WHEN 'returned' THEN 'payout_returned ' || p.amount_won || ', ' ELSE '' END
                || 'payout_released ' || p.amount_won
                || CASE p.state WHEN 'paid' THEN ', payout_paid ' || p.amount_won ELSE '' END
            ELSE '' END AS expected
        FROM claims_payout p LEFT JOIN booked ON booked.source_id = p.id WHERE p.programme_id = %(p)s
    )
    SELECT reference, expected, found FROM payouts WHERE expected <> found ORDER BY id
    """,
    "원장에 있어야 할 기록은 [{0}]인데 [{1}]입니다.",
    "The ledger should hold [{0}] for it and holds [{1}].",
)

ACCOUNTS_AGREE = Invariant(
    "ledger_is_the_payouts",
    f"""
    WITH payouts AS (
        SELECT coalesce(sum(amount_won) FILTER (WHERE state IN ('released', 'unknown')), 0) AS released_won,
            coalesce(sum(amount_won) FILTER (WHERE state = 'paid'), 0) AS paid_won,
            coalesce(sum(amount_won) FILTER (WHERE state = 'returned' AND given_up_at IS NULL AND NOT EXISTS (
                SELECT FROM claims_payout n WHERE n.claim_id = p.claim_id AND n.follows_id = p.id
                    AND n.origin = 'after_return')), 0) AS back_won
        FROM claims_payout p WHERE programme_id = %(p)s
    ), determined AS (
        SELECT coalesce(sum(d.amount_won), 0) AS won FROM claims_claim c
        JOIN claims_determination d ON d.id = c.determination_id
        WHERE c.programme_id = %(p)s AND c.state = 'determined'
    ), topped_up AS (
        SELECT coalesce(sum(t.amount_won), 0) AS won FROM claims_topup u JOIN claims_topupclaim t ON t.top_up_id = u.id
        WHERE u.programme_id = %(p)s AND u.is_approved AND t.withdrawn_at IS NULL
    ), settled AS (
        SELECT coalesce(sum(repaid_won), 0) AS repaid_won, coalesce(sum(waived_won), 0) AS waived_won
        FROM ({SETTLED}) AS each_claim
    ), expected AS (
        SELECT a.account, a.won FROM payouts, determined, topped_up, settled, LATERAL (VALUES
            ('merchant_payable',
                determined.won + topped_up.won + repaid_won + waived_won - released_won - paid_won - back_won),
            ('payouts_released', released_won), ('payouts_paid', paid_won - repaid_won), ('payouts_returned', back_won)
        ) AS a(account, won)
    ), booked AS (
        SELECT account, sum(won) AS won FROM (
            SELECT to_account AS account, sum(amount_won) AS won FROM ledger_transfer WHERE programme_id = %(p)s
            GROUP BY 1
            UNION ALL
            SELECT from_account, -sum(amount_won) FROM ledger_transfer WHERE programme_id = %(p)s GROUP BY 1
        ) AS sides GROUP BY 1
    )
    SELECT account, expected.won::bigint, coalesce(booked.won, 0)::bigint
    FROM expected LEFT JOIN booked USING (account) WHERE expected.won <> coalesce(booked.won, 0) ORDER BY account
    """,
    "결정과 추가 지급, 지급 건으로는 {0}원이어야 하는데 원장 계정에는 {1}원이 있습니다.",
    "By determinations, top-ups and payouts the account should hold {0} won; it holds {1} won.",
)

BATCHES_ADD_UP = Invariant(
    "batches_add_up",
    """
    SELECT b.reference, b.payouts_count::bigint, b.total_won, count(p.id), coalesce(sum(p.amount_won), 0)::bigint
    FROM claims_payoutbatch b LEFT JOIN claims_payout p
        ON p.batch_id = b.id AND p.state IN ('released', 'unknown', 'paid', 'returned')
    WHERE b.programme_id = %(p)s AND b.state IN ('releasing', 'released', 'closed') GROUP BY b.id
    HAVING (count(p.id), coalesce(sum(p.amount_won), 0)) IS DISTINCT FROM (b.payouts_count::bigint, b.total_won)
        OR (b.state = 'closed' AND bool_or(p.state IN ('released', 'unknown')))
    ORDER BY b.id
    """,
    "확정한 묶음은 {0}건 {1}원인데 지급 완료·반려·처리 중인 건은 {2}건 {3}원입니다.",
    "The batch was frozen with {0} payouts of {1} won; paid, returned and open are {2} of {3} won.",
)

LISTS_STAY = Invariant(
    "released_lists_are_what_was_approved",
    """
    SELECT b.reference, b.digest, listed.digest FROM claims_payoutbatch b CROSS JOIN LATERAL (
        SELECT encode(sha256(convert_to(b.pay_on || E'\\t' || b.profile_id || E'\\t0\\n' || string_agg(
            p.reference || E'\\t' || p.account_id || E'\\t' || p.amount_won || E'\\n', '' ORDER BY p.id
        ), 'UTF8')), 'hex') AS digest FROM claims_payout p WHERE p.batch_id = b.id
    ) AS listed
    WHERE b.programme_id = %(p)s AND b.state IN ('releasing', 'released', 'closed')
        AND listed.digest IS DISTINCT FROM b.digest
    ORDER BY b.id
    """,
    "승인한 목록의 요약값은 {0}인데 지금 목록은 {1}입니다.",
    "The list was approved with the digest {0}; now it has {1}.",
)

PAID_ONCE = Invariant(
    "nobody_is_paid_twice",
    f"""
    SELECT c.reference, max(d.amount_won)::bigint, sum(p.amount_won)::bigint
    FROM claims_payout p JOIN claims_determination d ON d.id = p.determination_id JOIN claims_claim c
        ON c.id = p.claim_id
    WHERE p.programme_id = %(p)s AND p.state IN {OUT} AND p.top_up_id IS NULL GROUP BY c.id, d.id
    HAVING count(*) > 1 OR sum(p.amount_won) > max(d.amount_won)
    ORDER BY c.id
    """,
    "한 결정의 금액은 {0}원인데 그 결정으로 나간 돈은 {1}원입니다.",
    "One determination is of {0} won; what left for it is {1} won.",
)

FILES_HOLD_ALL = Invariant(
    "bank_files_hold_every_payout",
    """
    SELECT b.reference, b.payouts_count::bigint, b.total_won, coalesce(sum(f.rows), 0)::bigint,
        coalesce(sum(f.total_won), 0)::bigint
    FROM claims_payoutbatch b LEFT JOIN claims_bankfile f ON f.batch_id = b.id
    WHERE b.programme_id = %(p)s AND b.state IN ('released', 'closed') GROUP BY b.id
    HAVING (coalesce(sum(f.rows), 0), coalesce(sum(f.total_won), 0))
        IS DISTINCT FROM (b.payouts_count::bigint, b.total_won)
    ORDER BY b.id
    """,
    "은행에 보낸 묶음은 {0}건 {1}원인데 이체 파일에는 {2}건 {3}원이 있습니다.",
    "The batch that went to the bank has {0} payouts of {1} won; its files hold {2} of {3} won.",
)

APPROVED_BY_OTHERS = Invariant(
    "batches_are_approved_by_others",
    """
    SELECT b.reference, b.approvals_needed::bigint, count(DISTINCT a.approver_id)
    FROM claims_payoutbatch b LEFT JOIN claims_batchapproval a
        ON a.batch_id = b.id AND a.digest = b.digest AND a.approver_id <> b.made_by_id AND a.at <= b.released_at
    WHERE b.programme_id = %(p)s AND b.state IN ('releasing', 'released', 'closed') GROUP BY b.id
    HAVING count(DISTINCT a.approver_id) < b.approvals_needed
    ORDER BY b.id
    """,
    "{0}명의 승인이 필요한데 만들지 않은 사람의 승인은 {1}명뿐입니다.",
    "It needs {0} approvals; {1} people who did not make it approved it.",
)

INVARIANTS = (
    DETERMINATIONS_BOOKED,
    CLAIMS_COVERED,
    *TOP_UP_INVARIANTS,
    PAYOUTS_BOOKED,
    *RETURN_INVARIANTS,
    ACCOUNTS_AGREE,
    BATCHES_ADD_UP,
    LISTS_STAY,
    PAID_ONCE,
    FILES_HOLD_ALL,
    APPROVED_BY_OTHERS,
)
