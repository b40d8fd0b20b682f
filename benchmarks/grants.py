"""Members granted per second by the real service, beside what the database can do at all with the same rows.

    python -m benchmarks.grants --members 1000000 --workers 1
    python -m benchmarks.grants --members 1000000 --workers 2 --celery

All variants write the same rows, with the same key, into the same emptied table, in turn, three rounds; medians are
printed. Only Django's `bulk_create` takes a twentieth of the members, once: it would take minutes.
"""

import argparse
import contextlib
import io
import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks.scratch import scratch_servers, timed

ROUNDS = 3
COPY_LIMIT = "COPY of the same rows (the limit)"
INSERT = "INSERT INTO users_grant (package_id, member_id, chunk_id)"
ROWS = "SELECT 1, id, 1 FROM users_member WHERE status = 1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=1, help="processes that grant at the same time")
    parser.add_argument("--celery", action="store_true", help="real Celery workers instead of plain processes")
    options = parser.parse_args()
    with scratch_servers():
        from users.services.members import make_members

        made = timed(lambda: make_members(count=options.members))
        print(f"{options.members:,} members, made at {options.members / made:,.0f}/s", flush=True)
        _print(_measure(options.members, workers=options.workers, celery=options.celery), workers=options.workers)


def _measure(members: int, *, workers: int, celery: bool) -> dict[str, float]:
    """Members per second, by variant."""
    rows = _rows_as_text()
    variants: dict[str, Callable[[], float]] = {
        COPY_LIMIT: lambda: timed(lambda: _copy(rows)),
        "one bare INSERT ... SELECT": lambda: timed(lambda: _execute(f"{INSERT} {ROWS}")),
        "grant job": lambda: _run_job(workers, celery=celery),
        "grant job again, nobody left": lambda: _run_job(workers, celery=celery),
    }
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    with _celery_workers(workers if celery else 0):
        for _round in range(ROUNDS):
            for name, work in variants.items():
                _prepare(keep_grants="again" in name)
                seconds[name].append(work())
    rates = {name: members / statistics.median(taken) for name, taken in seconds.items()}
    _prepare()
    sample = members // 20
    return rates | {f"Django bulk_create ({sample:,} members)": sample / timed(lambda: _bulk_create(sample))}


def _print(rates: dict[str, float], *, workers: int) -> None:
    print(f"workers: {workers}")
    for name, rate in rates.items():
        minutes = 48_000_000 / rate / 60
        print(f"{name:<42}{rate:>12,.0f} members/s{rate / rates[COPY_LIMIT]:>7.2f} of COPY{minutes:>8.1f} min for 48 M")


def _prepare(*, keep_grants: bool = False) -> None:
    if not keep_grants:
        _execute("TRUNCATE users_grant")
    _execute("CHECKPOINT")


def _execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _rows_as_text() -> str:
    from django.db import connection

    text = io.StringIO()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY ({ROWS} ORDER BY id) TO STDOUT", text)
    return text.getvalue()


def _copy(rows: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.cursor.copy_expert("COPY users_grant (package_id, member_id, chunk_id) FROM STDIN", io.StringIO(rows))


def _bulk_create(count: int) -> None:
    from users.models import Grant, Member

    ids = Member.objects.filter(status=1).order_by("id").values_list("id", flat=True)[:count]
    Grant.objects.bulk_create(Grant(package_id=1, member_id=member, chunk_id=1) for member in ids)


def _run_job(workers: int, *, celery: bool) -> float:
    """Seconds from the start of an approved job to its end. Planning and rehearsing are not work of the data plane."""
    from tests.users.grant_cast import NOON, aram, mina, planned_job
    from users.services import grant_jobs

    job = grant_jobs.rehearse(job=planned_job(chunk_size=grant_jobs.CHUNK_SIZE), actor=mina(), at=NOON)
    grant_jobs.approve(job=job, approver=aram(), at=NOON)
    return timed(lambda: _wait_for_celery(job.pk) if celery else _in_processes(job.pk, workers))


def _wait_for_celery(job_id: int) -> None:
    from tests.users.grant_cast import NOON
    from users.models import GrantJob
    from users.services import grant_jobs

    grant_jobs.start(job=GrantJob.objects.get(pk=job_id), at=NOON)
    while GrantJob.objects.get(pk=job_id).run_state != "finished":
        time.sleep(0.01)


def _in_processes(job_id: int, workers: int) -> None:
    from django.db import connections

    from tests.users.grant_cast import NOON
    from users.models import GrantJob
    from users.services import grant_jobs

    grant_jobs.start(job=GrantJob.objects.get(pk=job_id), at=NOON)
    connections.close_all()
    processes = [multiprocessing.Process(target=_work, args=[job_id]) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit("a worker failed")


def _work(job_id: int) -> None:
    from tests.users.grant_cast import work_off
    from users.models import GrantJob

    work_off(GrantJob.objects.select_related("package").get(pk=job_id))


@contextlib.contextmanager
def _celery_workers(count: int) -> Iterator[None]:
    """A worker of `count` processes for the grants queue, ready to take messages; none for 0."""
    if not count:
        yield
        return
    from compensation.celery import app

    command = [sys.executable, "-m", "celery", "-A", "compensation", "worker", "--loglevel=ERROR", "--queues=grants"]
    worker = subprocess.Popen([*command, f"--concurrency={count}"], start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        while not app.control.ping(timeout=0.5):
            time.sleep(0.1)
        yield
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    main()
