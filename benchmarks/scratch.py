"""A database and Redis of a benchmark's own: real, durable, with the product's tables, gone afterwards."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from compensation import embedded

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


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def project_file(*parts: str) -> Path:
    return Path(__file__).parent.parent.joinpath(*parts)
