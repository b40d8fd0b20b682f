"""Things done at the same moment, and waiting for what another process does."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, connections

DEADLINE_SECONDS = 60


def at_once(*works: Callable[[], object]) -> list:
    """Runs the works in threads that set off together; answers what each returned or raised."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return work()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"still waiting until {what}"
        time.sleep(0.02)


def somebody_waits_for_us() -> bool:
    """Whether another session cannot go on before this session's transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return cursor.fetchone()[0]


def nobody_else_is_at_work() -> bool:
    """Whether no other session is in a transaction. A killed one is, and holds its locks, until the server notices."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid())"
        )
        return cursor.fetchone()[0]
