"""A real job while servers and workers are killed under it, with the proof after each fault.

    python -m benchmarks.grant_faults --members 2000000

Faults, in turn, each while chunks run: workers killed (SIGKILL), PostgreSQL killed and started again, Redis killed and
started again, Redis emptied, the job's messages sent three times. After each the proof has to hold to the row, and at
the end every member has to be granted or excluded exactly once. The sweeper runs as beat would run it.
"""

import argparse
import os
import signal
import time
from collections.abc import Callable
from typing import Any

from benchmarks.grant_workers import Workers
from benchmarks.scratch import kill_server, scratch_servers
from compensation.embedded import postgres, redis_server

CHUNK = 5_000  # members: enough chunks that every fault meets some at work
SWEEP_SECONDS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=2_000_000)
    options = parser.parse_args()
    with scratch_servers():
        from users.services.members import make_members

        make_members(count=options.members)
        _run(options.members)


def _run(members: int) -> None:
    from django.utils import timezone

    from tests.users.grant_cast import approved, planned_job
    from users.services import grant_running

    job = approved(planned_job(chunk_size=CHUNK))
    crew = [Workers(2)]
    try:
        grant_running.start(job=job, at=timezone.now())
        for number, (name, fault) in enumerate(_faults(job, crew).items(), start=1):
            _until(job, number * members // 7)
            fault()
            print(f"{name:<40}{_proved(job)}", flush=True)
        _until(job, members)
    finally:
        crew[-1].stop()
    print(f"{'at the end':<40}{_proved(job)}", flush=True)


def _faults(job: Any, crew: list[Workers]) -> dict[str, Callable[[], object]]:
    return {
        "workers killed -9": lambda: _kill_workers(crew),
        "PostgreSQL killed -9, started again": lambda: kill_server(postgres),
        "Redis killed -9, started again": lambda: kill_server(redis_server),
        "Redis emptied": _flush,
        "messages sent three times": lambda: _send_thrice(job),
    }


def _kill_workers(crew: list[Workers]) -> None:
    os.killpg(crew[-1].master.pid, signal.SIGKILL)
    crew[-1].master.wait()
    crew.append(Workers(2))


def _flush() -> None:
    from django.conf import settings
    from redis import Redis

    Redis.from_url(settings.CELERY_BROKER_URL).flushall()


def _send_thrice(job: Any) -> None:
    from users.services import grant_running

    for _time in range(3):
        grant_running.send_work(job=job)


def _until(job: Any, counted: int) -> None:
    """Waits until so many members are counted, or the job is finished; sweeps meanwhile."""
    from django.utils import timezone

    from users.selectors.grants import job_progress
    from users.services import grant_running

    swept = time.monotonic()
    while True:
        progress = job_progress(job=job)
        if progress.finished_at or (progress.counted >= counted and counted < progress.expected):
            return
        if time.monotonic() - swept > SWEEP_SECONDS:
            grant_running.sweep(at=timezone.now())
            swept = time.monotonic()
        time.sleep(0.02)


def _proved(job: Any) -> str:
    from users.models import GrantJob
    from users.selectors.grant_proof import prove

    proof = prove(job=GrantJob.objects.get(pk=job.pk))
    if not proof.holds:
        raise SystemExit(f"the proof does not hold: {proof}")
    progress = proof.progress
    finished = "finished" if progress.finished_at else "running"
    return (
        f"{finished}: {proof.members:,} members = {proof.grants:,} grants + {proof.members - proof.grants:,} excluded"
    )


if __name__ == "__main__":
    main()
