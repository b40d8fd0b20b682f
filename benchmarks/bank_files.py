"""Payouts per second into a bank's files and back from its result, beside bare statements over the same rows.

    python -m benchmarks.bank_files --payouts 100000

Each way runs in a process of its own, so that its memory can be told; its start is not counted. The bank says of every
payout that it was paid, of one in a hundred that it came back. Bare beside writing: COPY of the same columns out of the
database, as they lie there, encrypted; and the same COPY with every number and holder decrypted, which no way of making
a file can do without. Bare beside reading: COPY of the lines into a table, one UPDATE of all payouts,
and INSERT ... SELECT of their history and their ledger entries; rolled back.
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.scratch import FOLDER, project_file, scratch_servers, timed

PROFILES = ("csv-bulk", "excel-bulk", "fixed-width")
BARE_OUT = """
COPY (SELECT a.bank_code, a.number, a.holder, p.amount_won, p.reference FROM claims_payout p
    JOIN merchants_bankaccount a ON a.id = p.account_id WHERE p.batch_id = {batch} ORDER BY p.id) TO STDOUT
"""
BARE_IN = """
UPDATE claims_payout p SET state = 'unknown', result_line = 1 FROM bare_line l
    WHERE p.reference = l.reference AND p.batch_id = {batch};
INSERT INTO claims_payouttransition (payout_id, from_state, to_state, batch_id, actor_id, reason, at)
    SELECT id, 'released', 'paid', batch_id, {actor}, 'bank result', now() FROM claims_payout WHERE batch_id = {batch};
INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT programme_id, 'payouts_released', 'payouts_paid', amount_won, 'payout_paid', id, now()
    FROM claims_payout WHERE batch_id = {batch}
"""
ACCOUNTS = """
INSERT INTO merchants_bankaccount (merchant_id, bank_code, number, number_index, number_last4, holder, holder_index,
    standing, created_at)
SELECT id, '004', %s, md5(id::text), '6789', %s, '', 'verified', %s FROM merchants_merchant m
WHERE NOT EXISTS (SELECT FROM merchants_bankaccount a WHERE a.merchant_id = m.id)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payouts", type=int, default=100_000)
    parser.add_argument("--profiles", nargs="+", choices=PROFILES, default=PROFILES)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _child(*options.child)
        return
    with scratch_servers(), tempfile.TemporaryDirectory() as folder:
        os.environ["MEDIA_ROOT"] = str(FOLDER / "media")
        programme, ops = _programme()
        for number, code in enumerate(options.profiles):
            batch = _released(programme, ops, code, options.payouts, first=number * options.payouts)
            _say(f"write {code}", batch, *_measured("write", batch.reference), _bare_writing(batch))
            print(f"{'':<20}with its decryption, bare {batch.payouts_count / _bare_decrypting(batch):,.0f} /s")
            path = _result(batch, Path(folder) / code)
            bare = _bare_reading(batch, ops)
            _say(f"read {code}", batch, *_measured("read", batch.reference, str(path)), bare)


def _say(what: str, batch: Any, seconds: float, memory_mb: float, bare: float) -> None:
    rate, bare_rate = batch.payouts_count / seconds, batch.payouts_count / bare
    print(
        f"{what:<20}{batch.payouts_count:>9,} payouts{rate:>10,.0f} /s {memory_mb:>6,.0f} MB at most, "
        f"bare {bare_rate:>10,.0f} /s: {rate / bare_rate:.0%}",
        flush=True,
    )


def _measured(*arguments: str) -> tuple[float, float]:
    """Seconds that the work took, and the most memory (MB) that its process held."""
    command = [sys.executable, "-m", "benchmarks.bank_files", "--child", *arguments]
    answer = subprocess.run(command, cwd=project_file(), stdout=subprocess.PIPE, check=True, text=True).stdout
    seconds, memory_kb = answer.split()
    return float(seconds), int(memory_kb) / 1000


def _child(action: str, reference: str, path: str = "") -> None:
    """Does the work in this process, and prints how many seconds it took and the most memory (kB) it held."""
    import django

    django.setup()
    from django.utils import timezone

    from claims.models import PayoutBatch
    from claims.services.bank_files.reading import read_result
    from claims.services.bank_files.writing import write_next_file
    from users.services.people import system_user

    batch, actor = PayoutBatch.objects.get(reference=reference), system_user()

    def write() -> None:
        while write_next_file(batch.pk, timezone.now()):
            pass

    def read() -> None:
        result = read_result(batch=batch, upload=Path(path), name="result", actor=actor, at=timezone.now())
        if not result.is_accepted:
            raise SystemExit(result.faults[:3])

    seconds = timed({"write": write, "read": read}[action])
    # Not what the parent is told of it: that counts the parent's own memory, which a child has before it starts.
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(seconds, held.split()[1])


def _programme() -> tuple[Any, Any]:
    from compensation.programmes.models import Role
    from compensation.programmes.selectors import programme_by_code
    from compensation.programmes.services.loading import load_programme
    from tests.cast import NOW, person
    from users.services.people import system_user

    load_programme(path=project_file("programmes", "1015.toml"), actor=system_user(), at=NOW)
    programme = programme_by_code(code="1015")
    return programme, person("ops", programme, Role.OPS)


def _released(programme: Any, ops: Any, code: str, count: int, *, first: int) -> Any:
    """A batch of as many payouts that is being released with this profile."""
    from django.db import connection

    from claims.services.assessment import assess_next_batch
    from compensation.runtime.encryption import encrypt
    from tests.cast import NOW, make_claims
    from tests.claims.bank_cast import releasing
    from tests.claims.payout_cast import looked_at

    make_claims(programme=programme, count=count, first=first)
    while assess_next_batch(programme=programme, actor=ops, at=NOW):
        pass
    looked_at(programme)
    table = "merchants_bankaccount"
    sealed = [encrypt("110123456789", context=f"{table}.number"), encrypt("김소상", context=f"{table}.holder")]
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, [*sealed, NOW])
        cursor.execute("ANALYZE")
    return releasing(programme, ops, code)


def _result(batch: Any, path: Path) -> Path:
    """What the stand-in bank says of the batch, which is with it from now on."""
    from claims.services.payouts.releasing import finish_release
    from tests.cast import NOW
    from tests.claims.bank_cast import layout
    from tests.claims.bank_standin import NO_ACCOUNT, answer_to, result_file
    from tests.claims.payout_cast import TODAY

    if not finish_release(batch=batch, at=NOW):
        raise SystemExit(f"{batch.reference}: the files do not add up")
    rows = batch.payouts.order_by("id").values_list("reference", "amount_won")
    orders = [{"reference": reference, "amount_won": str(amount_won)} for reference, amount_won in rows]
    returned = {order["reference"]: NO_ACCOUNT for order in orders[::100]}
    lines = answer_to(orders, layout(batch), day=TODAY, returned=returned)
    path.write_bytes(result_file(lines, layout(batch).result))
    return path


def _bare_writing(batch: Any) -> float:
    from django.db import connection

    with connection.cursor() as cursor, (FOLDER / "bare").open("wb") as file:
        return timed(lambda: cursor.copy_expert(BARE_OUT.format(batch=batch.pk), file))


def _bare_decrypting(batch: Any) -> float:
    """Seconds of the same COPY, and of decrypting what it brought, in one thread; nothing is made of it."""
    from django.db import connection

    from compensation.runtime.encryption import decrypt

    def bare(cursor: Any) -> None:
        rows = io.StringIO()
        cursor.copy_expert(BARE_OUT.format(batch=batch.pk), rows)
        rows.seek(0)
        for row in rows:
            _, number, holder, _, _ = row.split("\t")
            decrypt(number, context="merchants_bankaccount.number")
            decrypt(holder, context="merchants_bankaccount.holder")

    with connection.cursor() as cursor:
        return timed(lambda: bare(cursor))


def _bare_reading(batch: Any, actor: Any) -> float:
    from django.db import connection, transaction

    lines = "".join(
        f"{reference}\t30000\t2023-01-31\tpaid\n" for (reference,) in batch.payouts.values_list("reference")
    )

    def bare(cursor: Any) -> None:
        cursor.copy_expert("COPY bare_line FROM STDIN", io.StringIO(lines))
        cursor.execute(BARE_IN.format(batch=batch.pk, actor=actor.pk))

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bare_line (reference text, won bigint, day date, outcome text)")
        seconds = timed(lambda: bare(cursor))
        transaction.set_rollback(True)
    return seconds


if __name__ == "__main__":
    main()
