"""Claims assessed per second: the rule of `policy/` in bulk, beside the bare database write of the same rows.

    python -m benchmarks.assessment --claims 1000000

The bare write takes the results that the rule found for the first million and writes the same rows for another million:
the same statements, tables, keys and triggers, in batches of the same size, without reading claims or running the rule.
"""

import argparse
import multiprocessing

from benchmarks.scratch import project_file, scratch_servers, timed

RESULTS_AGAIN = """
INSERT INTO fresh (claim_id, facts_version, lost_sales_won, margin_bp, attribution_bp, assessed_won, tier_code, route,
    payout_won, steps)
SELECT a.claim_id + %(shift)s, 1, a.lost_sales_won, margin_bp, attribution_bp, assessed_won, a.tier_code, route,
    coalesce(d.amount_won, 0), steps
FROM claims_assessment a LEFT JOIN claims_determination d ON d.assessment_id = a.id
WHERE a.claim_id >= %(lower)s AND a.claim_id < %(lower)s + %(size)s
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=1_000_000, help="per variant")
    count = parser.parse_args().claims
    with scratch_servers():
        seconds = {}
        for workers in (1, 2):
            first = _make(count)
            seconds[f"assessed, {workers} worker{'s' * (workers > 1)}"] = timed(lambda n=workers: _assess(n))
        first = first - count
        shift = _make(count) - first
        bare = seconds["bare write of the same rows"] = timed(lambda: _write_again(first, shift, count))
        print(f"{count:,} claims each")
        for name, taken in seconds.items():
            print(f"{name:<30}{count / taken:>12,.0f} claims/s{bare / taken:>8.2f} of the bare write")


def _make(count: int) -> int:
    """`count` more claims that wait; the id of the first."""
    from django.db import connection
    from django.db.models import Max

    from claims.models import Claim
    from compensation.programmes.selectors import programme_by_code
    from compensation.programmes.services.loading import load_programme
    from tests.cast import NOW, make_claims
    from users.services.people import system_user

    load_programme(path=project_file("programmes", "1015.toml"), actor=system_user(), at=NOW)
    last = Claim.objects.aggregate(last=Max("id"))["last"] or 0
    make_claims(programme=programme_by_code(code="1015"), count=count, first=last)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE claims_claim")
        cursor.execute("CHECKPOINT")
    return last + 1


def _assess(workers: int) -> None:
    """Processes as Celery's are: each takes batches until none waits."""
    from django.db import connections

    connections.close_all()
    processes = [multiprocessing.Process(target=_work) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit("a worker failed")


def _work() -> None:
    from django.utils import timezone

    from claims.services.assessment import assess_next_batch
    from compensation.programmes.selectors import programme_by_code
    from users.services.people import system_user

    programme, actor = programme_by_code(code="1015"), system_user()
    while assess_next_batch(programme=programme, actor=actor, at=timezone.now()):
        pass


def _write_again(first: int, shift: int, count: int) -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    from claims.services.assessment import BATCH_CLAIMS, EMPTY_FRESH, write_results
    from compensation.programmes.selectors import current_policy, programme_by_code
    from users.services.people import system_user

    programme, actor = programme_by_code(code="1015"), system_user()
    version = current_policy(programme=programme)
    for lower in range(first, first + count, BATCH_CLAIMS):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(EMPTY_FRESH)
            cursor.execute(RESULTS_AGAIN, {"shift": shift, "lower": lower, "size": BATCH_CLAIMS})
            write_results(cursor, programme=programme, version=version, actor=actor, at=timezone.now())


if __name__ == "__main__":
    main()
