"""Members granted per second by real jobs, beside what the database can do at all and what others do.

    python -m benchmarks.grants --members 1000000
    python -m benchmarks.grants --members 48000000 --rounds 1 --keep

The job runs through real Celery workers, one process and two, as in production: planning, rehearsal and approval come
before the clock starts. COPY, INSERT and the job write the same rows, with the same key, into the same emptied
table, in turn; medians of the rounds are printed. What takes minutes is measured on a sample. `--keep` writes the table
to benchmarks/results/; `--member-page` measures the members' page among the members of the last job as well
(benchmarks.member_page). At 48 million members it takes 12 GB of disk while it runs.
"""

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import member_page
from benchmarks.grant_workers import workers
from benchmarks.scratch import FOLDER, project_file, scratch_servers, timed

COPY_LIMIT, ONE_INSERT = "(a) bare COPY of the same rows: the limit", "(b) one bare INSERT ... SELECT"
PER_ITEM, PER_MEMBER = "(c) bulk_create, one row per item", "(d) one Celery task per member"
ITEMS = 6  # items of a member, of which others write one row each
PER_ITEM_SAMPLE, PER_MEMBER_SAMPLE = 20_000, 2_000  # members
INSERT = "INSERT INTO users_grant (package_id, member_id, chunk_id)"
ROWS = "SELECT 1, id, 1 FROM users_member WHERE status = 1"

Said = Callable[[str], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="worker processes, one job each")
    parser.add_argument("--keep", action="store_true", help="write the results to benchmarks/results/ as well")
    parser.add_argument("--member-page", action="store_true", help="measure the page of a member, too")
    options = parser.parse_args()
    lines: list[str] = []

    def say(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    with scratch_servers():
        _say_machine(say)
        if options.member_page:
            member_page.make_programme()
        seconds, notes = _measure(say, members=options.members, rounds=options.rounds, worker_counts=options.workers)
        page: list[str] = []
        if options.member_page:
            member_page.measure(options.members, page.append)
        _print(say, _rates(seconds, options.members, max(options.workers)), notes)
        for line in page:
            say(line)
    if options.keep:
        target = project_file("benchmarks", "results", f"{datetime.now(UTC):%Y-%m-%d}-grants-{options.members}.txt")
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join(["$ python -m benchmarks.grants " + " ".join(sys.argv[1:]), *lines, ""]))


def _say_machine(say: Said) -> None:
    import os

    from django.conf import settings
    from redis import Redis

    postgres = _one("SHOW server_version")
    redis = Redis.from_url(settings.CELERY_BROKER_URL).info("server")["redis_version"]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    say(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory} GiB, {platform.machine()}")
    say(f"PostgreSQL {postgres}, Redis {redis}, Python {platform.python_version()}")
    say(", ".join(f"{name} {version(name)}" for name in ("django", "celery", "psycopg2-binary")))


def _measure(
    say: Said, *, members: int, rounds: int, worker_counts: list[int]
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Seconds of each variant, round by round, and what there is to say of the jobs. The last job's grants stay."""
    from users.services.members import make_members

    made = timed(lambda: make_members(count=members))
    say(f"{members:,} members, made at {members / made:,.0f}/s")
    _prepare()
    file = FOLDER / "rows.txt"
    _copy_out(file)
    jobs = {f"grant job through Celery, {count} worker(s)": count for count in worker_counts}
    seconds: dict[str, list[float]] = {name: [] for name in (COPY_LIMIT, ONE_INSERT, *jobs)}
    notes: dict[str, str] = {}
    for _round in range(rounds):
        seconds[COPY_LIMIT].append(_after_emptying(lambda: _copy_in(file)))
        seconds[ONE_INSERT].append(_after_emptying(lambda: _execute(f"{INSERT} {ROWS}")))
        for name, count in jobs.items():
            taken, notes[name] = _run_jobs(count)
            seconds[name].append(taken)
    file.unlink()
    return seconds, notes


def _rates(seconds: dict[str, list[float]], members: int, workers_at_once: int) -> dict[str, float]:
    """Members per second, also of what is measured on a sample."""
    rates = {name: members / statistics.median(taken) for name, taken in seconds.items()}
    rates[PER_ITEM] = PER_ITEM_SAMPLE / _after_emptying(lambda: _bulk_create(PER_ITEM_SAMPLE))
    rates[PER_MEMBER] = PER_MEMBER_SAMPLE / _per_member(workers_at_once)
    return rates


def _print(say: Said, rates: dict[str, float], notes: dict[str, str]) -> None:
    say(f"{'':<44}{'members/s':>12}{'to (a)':>9}{'to (b)':>9}{'to (c)':>9}{'min for 48 M':>14}")
    for name, rate in rates.items():
        compared = [rate / rates[other] for other in (COPY_LIMIT, ONE_INSERT, PER_ITEM)]
        ratios = "".join(f"{ratio:>9.2f}" if ratio < 10 else f"{ratio:>9,.0f}" for ratio in compared)
        say(f"{name:<44}{rate:>12,.0f}{ratios}{48_000_000 / rate / 60:>14,.1f}")
    for name, note in notes.items():
        say(f"{name}: {note}")


def _after_emptying(work: Callable[[], object]) -> float:
    """Seconds of `work` into an empty table."""
    _prepare()
    return timed(work)


def _prepare() -> None:
    from django.db import connection

    from compensation.ledger.models import Transfer
    from users.models import GrantChunk

    _execute("TRUNCATE users_grant")
    if GrantChunk.objects.exists():
        with connection.cursor() as cursor:
            tables = ", ".join(model._meta.db_table for model in (GrantChunk, Transfer))
            cursor.execute(f"TRUNCATE {tables} CASCADE")
    _execute("CHECKPOINT")


def _run_jobs(count: int) -> tuple[float, str]:
    """Seconds of a job, and what else there is to say of it: proof, memory, a second run, a second job."""
    from users.models import GrantJob
    from users.selectors.grant_proof import prove

    _prepare()
    with workers(count) as running:
        job = _approved_job()
        taken = timed(lambda: _start_and_wait(job))
        memory = running.peak_megabytes()
        again = timed(lambda: _send_again(job))
        second = _approved_job()
        nobody_left = timed(lambda: _start_and_wait(second))
    proof = prove(job=GrantJob.objects.get(pk=job.pk))
    if not proof.holds:
        raise SystemExit(f"the proof does not hold: {proof}")
    return taken, (
        f"{taken:,.1f} s; expected {proof.progress.expected:,} = granted {proof.progress.granted:,}"
        f" + excluded {sum(proof.progress.excluded.values()):,} + failed {proof.progress.failed:,}, proved;"
        f" a worker had {memory:.0f} MB at most; the finished job run again {again:.2f} s;"
        f" a further job with nobody left {nobody_left:,.1f} s"
    )


def _approved_job() -> Any:
    from tests.users.grant_cast import approved, planned_job
    from users.services.grant_jobs import CHUNK_SIZE

    return approved(planned_job(chunk_size=CHUNK_SIZE))


def _start_and_wait(job: Any) -> None:
    from tests.users.grant_cast import NOON
    from users.services import grant_running

    grant_running.start(job=job, at=NOON)
    # Asked by hand and not too often: to ask takes from the machine that is measured.
    while _one(f"SELECT run_state FROM users_grantjob WHERE id = {job.pk}") != "finished":
        time.sleep(0.01)


def _send_again(job: Any) -> None:
    from compensation.celery import app

    app.send_task("users.work_on_grant_job", kwargs={"job_id": job.pk})
    app.send_task("benchmarks.grant_one", args=[0], queue="grants")  # comes after it, and is seen
    _wait_for(1, "member_id = 0")
    _execute("DELETE FROM users_grant WHERE member_id = 0")


def _per_member(count: int) -> float:
    from compensation.celery import app
    from users.models import Member

    ids = list(Member.objects.filter(status=1).order_by("id").values_list("id", flat=True)[:PER_MEMBER_SAMPLE])

    def send_and_wait() -> None:
        for member_id in ids:
            app.send_task("benchmarks.grant_one", args=[member_id], queue="grants")
        _wait_for(len(ids), "true")

    _prepare()
    with workers(count):
        return timed(send_and_wait)


def _wait_for(grants: int, condition: str) -> None:
    while _one(f"SELECT count(*) FROM users_grant WHERE {condition}") < grants:
        time.sleep(0.01)


def _bulk_create(members: int) -> None:
    """One row per member and item, with the natural key, as Django has it."""
    from django.db import connection, models

    from users.models import Member

    class ItemGrant(models.Model):
        pk = models.CompositePrimaryKey("item", "member")
        item = models.IntegerField()
        member = models.BigIntegerField()

        class Meta:
            app_label = "users"
            db_table = "bench_item_grant"

        def __str__(self) -> str:
            return f"{self.item}/{self.member}"

    with connection.schema_editor() as editor:
        editor.create_model(ItemGrant)
    ids = list(Member.objects.filter(status=1).order_by("id").values_list("id", flat=True)[:members])
    rows = (ItemGrant(item=item, member=member) for member in ids for item in range(ITEMS))
    ItemGrant._default_manager.bulk_create(rows, ignore_conflicts=True, batch_size=10_000)


def _execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _one(statement: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _copy_out(file: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor, file.open("w") as target:
        cursor.cursor.copy_expert(f"COPY ({ROWS} ORDER BY id) TO STDOUT", target)


def _copy_in(file: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor, file.open() as source:
        cursor.cursor.copy_expert("COPY users_grant (package_id, member_id, chunk_id) FROM STDIN", source, size=2**20)


if __name__ == "__main__":
    main()
