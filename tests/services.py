"""Real PostgreSQL and Redis for the tests: one pair per run, in a private folder, gone afterwards.

The addresses are fixed before the settings are read; the servers start when the first test asks for the database, so
that a run of pure tests starts none. With pytest-xdist all processes share the pair: pytest-django gives each its
own database, this module its own Redis number. `DATABASE_URL` and `REDIS_URL`, where given, are used instead (Redis
from database 8 on, which the tests empty).
"""

import contextlib
import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis
from django.contrib.auth.hashers import Argon2PasswordHasher

from compensation import embedded
from compensation.embedded import postgres, redis_server
from compensation.embedded.state import State

TESTS = Path(__file__).parent
FIRST_REDIS_DATABASE = 8
FOLDER = "COMPENSATION_TEST_FOLDER"  # set by the first process of a run, inherited by its xdist workers
_OWN = "COMPENSATION_TEST_SERVERS"  # which of the two servers are ours


class QuickArgon2(Argon2PasswordHasher):
    """The product's hasher at its least cost: what guards a stolen table for years costs a test half a second."""

    time_cost, memory_cost, parallelism = 1, 8, 1


def name_the_servers() -> None:
    """Put this run's addresses into the environment, and set Django up. Called before any test module is read."""
    if FOLDER not in os.environ:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a terminated run cleans up like an interrupted one
        # Containers often forbid it, and each of the many processes that tests start would compile the product again.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        sys.dont_write_bytecode = False
        _sweep_killed_runs()
        folder = State(embedded.VAR).folder(f"test-{os.getpid()}")
        os.environ[FOLDER] = str(folder)
        os.environ[_OWN] = " ".join(name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name))
        os.environ |= embedded.service_urls(var=folder).as_environment()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = _with_path(os.environ["REDIS_URL"], str(FIRST_REDIS_DATABASE + int(worker)))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compensation.settings")
    gc.disable()  # until everything is loaded, see below
    import django

    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.services.QuickArgon2"]
    # Tests change the rules and look at once; what a process keeps of them is tested by itself.
    settings.KEPT_SECONDS = 0
    settings.CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    # Static files by their own names. Here and not in a fixture: a test module may build an address while it is read,
    # and from then on the storage is what it was. Without collected files, no client looks through their folder.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT = None
    # What the browser of the tests has by itself, and axe, which it brings along (tests/web.py).
    settings.STATICFILES_DIRS = [TESTS / "static", *settings.STATICFILES_DIRS, ("browser", embedded.VAR / "chromium")]
    # pytest-django in a process of pytest-xdist would read the settings by it, before that process has its own Redis.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def urls_for_other_processes() -> dict[str, str]:
    """The environment under which another process sees this test process' database and Redis."""
    from django.db import connection

    return {
        "DATABASE_URL": _with_path(os.environ["DATABASE_URL"], connection.settings_dict["NAME"]),
        "REDIS_URL": os.environ["REDIS_URL"],
    }


def is_own(name: str) -> bool:
    """Whether the server of that address (DATABASE_URL, REDIS_URL) is one of the run's own."""
    return name in os.environ[_OWN].split()


@pytest.fixture(scope="session")
def servers() -> None:
    """PostgreSQL and Redis run. The first process of the run that asks starts them."""
    state = State(Path(os.environ[FOLDER]))
    expected = embedded.service_urls()
    with state.locked():
        started = {
            "DATABASE_URL": postgres.start(state, durable=False) if is_own("DATABASE_URL") else None,
            "REDIS_URL": redis_server.start(state) if is_own("REDIS_URL") else None,
        }
        if url := started["DATABASE_URL"]:
            _make_entering_cheap(url)
    for name, url in started.items():
        if url and url.rsplit("/", 1)[0] != expected.as_environment()[name].rsplit("/", 1)[0]:
            pytest.exit(f"A port of the test servers was taken by another program ({name}): run the tests again.", 3)


def _make_entering_cheap(url: str) -> None:
    """Of the thousands of connections of a run each proves the password: by one round of hashing, not by 4096."""
    with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET scram_iterations = 1")
        cursor.execute("ALTER ROLE CURRENT_USER PASSWORD %s", [connection.info.password])
        connection.commit()


@pytest.fixture(scope="session")
def redis_client(servers: None) -> Iterator[redis.Redis]:
    """This test process' Redis."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield client


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    """What one test left in Redis (counters, messages) is not there for the next."""
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        request.getfixturevalue("redis_client").flushdb()


@pytest.fixture(autouse=True)
def _forget_customer_centres() -> None:
    """What a process keeps of the programmes of one test is not there for the next."""
    from compensation.programmes.selectors import programmes

    programmes._customer_centres.cache_clear()


@pytest.fixture
def warm_process(programme: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has served a page before, for tests that count queries: what is kept a minute is known."""
    from django.utils import timezone

    from compensation.programmes.selectors import programmes

    monkeypatch.setattr(programmes, "CENTRES_KEPT_SECONDS", 10**12)
    programmes.customer_centres(at=timezone.now())


def pytest_collection_finish() -> None:
    """A tenth of the run's time: what is loaded by now stays, and is not looked through again and again for garbage."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 100)


def pytest_unconfigure() -> None:
    """The end of the run, also an interrupted one: stop the servers and remove their folder."""
    if "PYTEST_XDIST_WORKER" not in os.environ and FOLDER in os.environ:
        _remove(Path(os.environ.pop(FOLDER)))


def _sweep_killed_runs() -> None:
    for folder in embedded.VAR.glob("test-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            _remove(folder)


def _remove(folder: Path) -> None:
    with contextlib.suppress(embedded.EmbeddedServiceError):
        embedded.stop_services(var=folder)
        shutil.rmtree(folder, ignore_errors=True)


def _with_path(url: str, path: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{path}"
