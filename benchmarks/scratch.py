"""A database and Redis of a benchmark's own: real, durable, with the product's tables, gone afterwards."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from compensation import embedded
from compensation.embedded.state import State

FOLDER = embedded.VAR / f"bench-{os.getpid()}"  # of its own: two measurements at once disturb each other, no more


@contextlib.contextmanager
def scratch_servers() -> Iterator[None]:
    """Starts servers under var/, sets Django up against them and makes the tables. Import models only inside."""
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ |= embedded.start_services(var=FOLDER).as_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compensation.settings")
    try:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        embedded.stop_services(var=FOLDER)
        shutil.rmtree(FOLDER, ignore_errors=True)


def kill_server(server: ModuleType) -> None:
    """Kills `server` (a module of compensation.embedded) with -9, and starts it again where it was.

    Not by `embedded.start_services`: by the addresses in our environment it takes them for somebody else's.
    """
    from django.db import connections

    state = State(FOLDER)
    pid = server.running_pid(state)
    if pid is None:
        raise SystemExit(f"{server.__name__} does not run")
    os.kill(pid, signal.SIGKILL)
    connections.close_all()
    while server.running_pid(state):
        time.sleep(0.1)
    time.sleep(1)  # its children notice
    server.start(state)


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def project_file(*parts: str) -> Path:
    return Path(__file__).parent.parent.joinpath(*parts)
