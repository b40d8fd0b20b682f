"""Real Celery workers for the grant benchmark, their memory, and the task per member that we do not have."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from celery import shared_task


@shared_task(name="benchmarks.connect")
def connect() -> None:
    """A worker that has worked before has its connection to the database."""
    from django.db import connection

    connection.ensure_connection()
    time.sleep(0.3)  # the other processes take the other messages


@shared_task(name="benchmarks.grant_one")
def grant_one(member_id: int) -> None:
    """What many a system does: one message and one transaction per member."""
    from users.models import Grant

    Grant.objects.create(package_id=1, member_id=member_id, chunk_id=1)


class Workers:
    """A Celery worker of `count` processes that take the grants queue."""

    def __init__(self, count: int) -> None:
        from compensation.celery import app

        command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "compensation", "worker", "--loglevel=ERROR"]
        command += ["--queues=grants", "--include=benchmarks.grant_workers", f"--concurrency={count}"]
        self.master = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        while not app.control.ping(timeout=0.5):
            time.sleep(0.1)
        for _process in range(count):
            app.send_task("benchmarks.connect", queue="grants")
        time.sleep(1)

    def peak_megabytes(self) -> float:
        """The most memory that any process of the worker ever had (VmHWM)."""
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text().split()
        return max(_peak_kilobytes(int(process)) for process in children) / 1024

    def stop(self) -> None:
        self.master.terminate()
        self.master.wait()


@contextlib.contextmanager
def workers(count: int) -> Iterator[Workers]:
    """New ones for each variant, so that the memory is that variant's."""
    started = Workers(count)
    try:
        yield started
    finally:
        started.stop()


def _peak_kilobytes(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
