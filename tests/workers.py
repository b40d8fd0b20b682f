"""Real Celery workers for tests, as processes that can be killed.

@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing(celery_worker_process):
    pid = celery_worker_process(queues=["grants"], concurrency=1)
    os.kill(pid, signal.SIGKILL)
"""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compensation.supervisor.processes import die_with_parent
from tests.services import urls_for_other_processes

READY_WITHIN_SECONDS = 60


@pytest.fixture
def celery_worker_process(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Call with `queues` (names) and `concurrency` (processes): starts a worker on this test's database and Redis,
    waits until it takes tasks, answers the process id of its master. The master leads a process group of its own, so
    `os.killpg(pid, SIGKILL)` takes all of it at once; whatever is left is killed at the end of the test.
    """
    started: list[subprocess.Popen[bytes]] = []
    numbers = itertools.count(1)

    def start(*, queues: list[str], concurrency: int = 1) -> int:
        log = tmp_path / f"worker-{next(numbers)}.log"
        started.append(_launch(queues=queues, concurrency=concurrency, log=log))
        _wait_until_ready(started[-1], log)
        return started[-1].pid

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _launch(*, queues: list[str], concurrency: int, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "compensation", "worker", "--loglevel=INFO"]
    command += ["--hostname", f"{log.stem}-{os.getpid()}@test", "--queues", ",".join(queues)]
    command += ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            env=os.environ | urls_for_other_processes(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if " ready." in log.read_text():
            return
        time.sleep(0.05)
    pytest.fail(f"The worker is not ready:\n{log.read_text()}")
