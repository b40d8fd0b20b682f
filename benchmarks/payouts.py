"""Payouts per second on their way to the bank: made, put into a batch, frozen, released, topped up; beside bare
statements.

    python -m benchmarks.payouts --payouts 100000

Beside each step the least that any way has to write: one INSERT ... SELECT of as many rows of payouts, or one UPDATE of
them with an INSERT ... SELECT of their history and ledger; rolled back. COPY of the payouts' rows is the limit. A
top-up of all these claims is proposed, and approved, which books it, makes its payouts and leaves the notices. Reading
files and results is measured by benchmarks.bank_files.
"""

import argparse
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.scratch import project_file, scratch_servers, timed

COLUMNS = (
    "reference, programme_id, claim_id, merchant_id, determination_id, account_id, amount_won, attempt, origin, state, "
    "made_at, return_code"
)
MAKE = f"""
INSERT INTO claims_payout ({COLUMNS}) SELECT 'B' || id, programme_id, claim_id, merchant_id, determination_id,
    account_id, amount_won, attempt + 1, origin, 'cancelled', made_at, '' FROM claims_payout
"""
MOVE = """
UPDATE claims_payout SET state = 'batched', batch_id = %(batch)s WHERE state = 'due';
INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT id, 'due', 'batched', %(batch)s, %(actor)s, 'bare', now() FROM claims_payout WHERE batch_id = %(batch)s
"""
BOOK = """
UPDATE claims_payout SET state = 'released' WHERE batch_id = %(batch)s;
INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT id, 'batched', 'released', %(batch)s, %(actor)s, 'bare', now() FROM claims_payout WHERE batch_id = %(batch)s;
INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT programme_id, 'merchant_payable', 'payouts_released', amount_won, 'payout_released', id, now()
    FROM claims_payout WHERE batch_id = %(batch)s
"""
PROPOSE = """
WITH top_up AS (
    INSERT INTO claims_topup (programme_id, reference, tier_code, amount_won, claims_count, total_won, reason_code,
        reason, proposed_by_id, proposed_at, is_approved)
    VALUES (%(programme)s, 'BARE', '', 1000, 1, 1000, 'other', 'bare', %(actor)s, now(), false) RETURNING id
)
INSERT INTO claims_topupclaim (top_up_id, claim_id, amount_won, withdrawn_because)
    SELECT top_up.id, claim_id, 1000, '' FROM claims_payout, top_up
"""
TOP_UP = f"""
INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT %(programme)s, 'budget', 'merchant_payable', amount_won, 'top_up', id, now() FROM claims_topupclaim;
INSERT INTO claims_payout ({COLUMNS}, top_up_id) SELECT 'B' || p.id, programme_id, p.claim_id, merchant_id,
    determination_id, account_id, t.amount_won, attempt + 1, 'top_up', 'due', made_at, '', t.id
    FROM claims_payout p JOIN claims_topupclaim t ON t.claim_id = p.claim_id;
INSERT INTO claims_notice (claim_id, payout_id, template, at)
    SELECT claim_id, id, 'payout_topped_up', now() FROM claims_payout WHERE top_up_id IS NOT NULL;
INSERT INTO claims_payouttransition (payout_id, from_state, to_state, actor_id, reason, at)
    SELECT id, '', 'due', %(actor)s, 'top_up', now() FROM claims_payout WHERE top_up_id IS NOT NULL
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payouts", type=int, default=100_000)
    options = parser.parse_args()
    with scratch_servers():
        _measure(options.payouts)


def _measure(count: int) -> None:
    from claims.models import Payout, PayoutBatch
    from claims.selectors.payouts import list_of
    from claims.services.payouts.batches import fill_next, freeze_batch, make_batch
    from claims.services.payouts.due import make_missing
    from claims.services.payouts.releasing import approve_batch, release_batch
    from tests.cast import NOW
    from tests.claims.payout_cast import TODAY, approvers, profile_of

    programme, ops = _determined(count)
    seconds = timed(lambda: make_missing(programme=programme, actor=ops, at=NOW))
    made = Payout.objects.count()
    _say("made of determinations", made, seconds, _bare(MAKE, {}))
    _say("COPY of the same rows", made, _bare_copy(), None)
    batch = make_batch(programme=programme, profile=profile_of(programme), pay_on=TODAY, actor=ops, at=NOW)
    bare = _bare(MOVE, {"batch": batch.pk, "actor": ops.pk})
    _say("put into a batch", made, timed(lambda: _until_full(lambda: fill_next(batch=batch, at=NOW))), bare)
    batch = PayoutBatch.objects.get(pk=batch.pk)
    digest = list_of(batch=batch).digest
    _say("frozen", made, timed(lambda: freeze_batch(batch=batch, digest=digest, actor=ops, at=NOW)), None)
    for person in (*approvers(programme), _third(programme)):
        approve_batch(batch=batch, digest=digest, actor=person, at=NOW)
    bare = _bare(BOOK, {"batch": batch.pk, "actor": ops.pk})
    _say("released and booked", made, timed(lambda: release_batch(batch=batch, actor=ops, at=NOW)), bare)
    _measure_top_up(programme, ops, made)
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(f"this process held {int(held.split()[1]) / 1000:,.0f} MB at most")


def _measure_top_up(programme: Any, ops: Any, count: int) -> None:
    from claims.models import Payout, TopUp
    from claims.services.payouts.top_ups import approve_top_up, propose_top_up
    from tests.cast import NOW
    from tests.claims.payout_cast import approvers

    about = {"tier_code": "tier_1", "amount_won": 1_000, "reason_code": "other", "reason": "bench"}
    named = {"programme": programme.pk, "actor": ops.pk}
    bare = _bare(PROPOSE, named)
    _say(
        "top-up proposed",
        count,
        timed(lambda: propose_top_up(programme=programme, actor=ops, at=NOW, **about)),
        bare,
    )
    top_up, approver = TopUp.objects.get(), approvers(programme)[0]
    bare = _bare(TOP_UP, named)
    _say("top-up approved", count, timed(lambda: approve_top_up(top_up=top_up, actor=approver, at=NOW)), bare)
    assert Payout.objects.filter(top_up__top_up=top_up).count() == count


def _until_full(fill: Callable[[], bool]) -> None:
    while fill():
        pass


def _determined(count: int) -> tuple[Any, Any]:
    """Claims of which the rule determined a sum, with verified accounts and second looks done, but no payout yet."""
    from django.db import connection

    from benchmarks.bank_files import ACCOUNTS
    from compensation.programmes.models import Role
    from compensation.programmes.selectors import programme_by_code
    from compensation.programmes.services.loading import load_programme
    from compensation.runtime.encryption import encrypt
    from tests.cast import NOW, make_claims, person
    from tests.claims.payout_cast import looked_at
    from users.services.people import system_user

    load_programme(path=project_file("programmes", "1015.toml"), actor=system_user(), at=NOW)
    programme = programme_by_code(code="1015")
    ops = person("ops", programme, Role.OPS)
    make_claims(programme=programme, count=count)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE claims_claim SET lost_sales_won = 200000; UPDATE claims_claimloss SET lost_sales_won = 200000"
        )
    from claims.services.assessment import assess_next_batch

    while assess_next_batch(programme=programme, actor=ops, at=NOW):
        pass
    looked_at(programme)
    table = "merchants_bankaccount"
    sealed = [encrypt("110123456789", context=f"{table}.number"), encrypt("김소상", context=f"{table}.holder")]
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, [*sealed, NOW])
        cursor.execute("TRUNCATE claims_payout CASCADE")
        cursor.execute("ANALYZE")
    return programme, ops


def _third(programme: Any) -> Any:
    from compensation.programmes.models import Role
    from tests.cast import person

    return person("third", programme, Role.OPS)


def _bare(statement: str, parameters: dict[str, Any]) -> float:
    """Seconds of it, rolled back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        # Foreign keys are looked up at the end of a transaction; here before it is taken back.
        seconds = timed(lambda: cursor.execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE", parameters))
        transaction.set_rollback(True)
    return seconds


def _bare_copy() -> float:
    """Seconds of COPY of the payouts' rows into an empty table with the same keys."""
    from django.db import connection, transaction

    rows = io.StringIO()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT {COLUMNS} FROM claims_payout) TO STDOUT", rows)
        cursor.execute("CREATE TEMPORARY TABLE bare_payout (LIKE claims_payout INCLUDING ALL)")
        rows.seek(0)
        seconds = timed(lambda: cursor.copy_expert(f"COPY bare_payout ({COLUMNS}) FROM STDIN", rows))
        transaction.set_rollback(True)
    return seconds


def _say(what: str, count: int, seconds: float, bare: float | None) -> None:
    beside = f", bare {count / bare:>9,.0f} /s: {bare / seconds:.0%}" if bare else ""
    print(f"{what:<24}{count:>8,} payouts {count / seconds:>10,.0f} /s{beside}", flush=True)


if __name__ == "__main__":
    main()
