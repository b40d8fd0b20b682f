"""One supervisor per clone, and nothing left of the one before.

Children of a killed supervisor are killed by the kernel, but not the processes which those have forked. So every
process of ours carries a mark in its environment, which its own children inherit, and by which it is found.
"""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "COMPENSATION_SUPERVISED_FROM"


class AlreadyRunning(Exception):
    """Another supervisor works on this clone."""


@contextmanager
def sole_supervisor(var: Path) -> Iterator[None]:
    """Hold the clone. Raises AlreadyRunning, with the way out."""
    with _lock_file(var).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"It is running already in this folder (process {supervisor_pid(var)}). Stop it with `make stop`."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def supervisor_pid(var: Path) -> int | None:
    """The process id of the supervisor that holds this clone, None where none does."""
    with _lock_file(var).open("a+") as lock:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        lock.seek(0)
        return int(lock.read() or 0) or None


def mark(var: Path) -> dict[str, str]:
    """What goes into the environment of every process of this clone."""
    return {MARK: str(var.resolve())}


def marked_processes(var: Path) -> list[int]:
    """Processes that were started from this clone and are alive, without this one."""
    wanted = f"{MARK}={var.resolve()}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if wanted in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
    return [pid for pid in found if pid != os.getpid()]


def end_marked_processes(var: Path, *, within_seconds: float = 10) -> int:
    """Kill them, wait until they are gone, answer how many there were."""
    found = marked_processes(var)
    deadline = time.monotonic() + within_seconds
    while (left := marked_processes(var)) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    return len(found)


def _lock_file(var: Path) -> Path:
    folder = var / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / "supervisor.lock"
