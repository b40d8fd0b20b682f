"""The embedded servers, really started, killed and started again."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
import redis

from compensation import embedded
from compensation.embedded import postgres
from compensation.embedded.state import State
from compensation.embedded.system import command_line, port_is_taken


@pytest.fixture
def empty_var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A private folder whose servers are stopped afterwards, whatever the test did to them."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    folder = State(embedded.VAR).folder(f"test-{os.getpid()}-embedded")
    yield folder
    embedded.stop_services(var=folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder in which the database was made and stopped: making one takes a second, a copy nearly nothing."""
    folder = State(embedded.VAR).folder(f"test-{os.getpid()}-made")
    postgres.start(State(folder), durable=False)
    postgres.stop(State(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def var(empty_var: Path, made: Path) -> Path:
    """A private folder with a database that was stopped."""
    subprocess.run(["cp", "-a", made / "postgres", made / "secrets", empty_var], check=True)
    return empty_var


def start(var: Path, *, durable: bool = False) -> embedded.ServiceUrls:
    return embedded.start_services(var=var, durable=durable)


def query(urls: embedded.ServiceUrls, statement: str) -> object:
    connection = psycopg2.connect(urls.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        answer = cursor.fetchone()[0] if cursor.description else None
    connection.close()
    return answer


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    while command_line(pid):
        assert time.monotonic() < deadline, f"process {pid} does not end"
        time.sleep(0.01)


def test_both_servers_answer_on_the_addresses_they_give(empty_var):
    urls = start(empty_var)
    assert query(urls, "SELECT current_database()") == "compensation"
    assert redis.Redis.from_url(urls.redis_url).ping()


def test_starting_twice_reuses_what_runs(var):
    urls, before = start(var), embedded.running_services(var=var)
    assert start(var) == urls
    assert embedded.running_services(var=var) == before


def test_two_starts_at_once_make_one_pair(empty_var):
    place = f"Path({str(empty_var)!r})"
    code = f"from pathlib import Path; from compensation import embedded; embedded.start_services(var={place})"
    starters = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [starter.wait() for starter in starters] == [0, 0, 0]
    assert query(start(empty_var), "SELECT 1") == 1


def test_a_restart_keeps_address_and_data(var):
    urls = start(var)
    query(urls, "CREATE TABLE kept AS SELECT 42 AS answer")
    embedded.stop_services(var=var)
    assert embedded.running_services(var=var) == {"PostgreSQL": None, "Redis": None}
    assert start(var) == urls
    assert query(urls, "SELECT answer FROM kept") == 42


def test_committed_data_survives_a_killed_server(var):
    urls = start(var, durable=True)
    query(urls, "CREATE TABLE kept AS SELECT 42 AS answer")
    for pid in embedded.running_services(var=var).values():
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
    assert query(start(var, durable=True), "SELECT answer FROM kept") == 42


def test_a_killed_server_comes_back_to_its_address_while_clients_ask_for_it(var):
    urls, is_back = start(var, durable=True), threading.Event()
    query(urls, "CREATE TABLE kept AS SELECT 42 AS answer")
    with ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(ask_until, is_back, urls) for _client in range(8)]
        for pid in embedded.running_services(var=var).values():
            os.kill(pid, signal.SIGKILL)
            wait_until_gone(pid)
        try:
            assert start(var, durable=True) == urls
        finally:
            is_back.set()
    assert [client.result() for client in clients] == [42] * 8


def test_a_port_that_is_let_go_soon_is_not_taken():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        assert port_is_taken(port, seconds=0.1)
        threading.Timer(0.3, held.close).start()
        assert not port_is_taken(port, seconds=60)


def ask_until(is_back: threading.Event, urls: embedded.ServiceUrls) -> object:
    """What the database answers once it is back; asks all the time until then."""
    while not is_back.is_set():
        with contextlib.suppress(psycopg2.Error):
            query(urls, "SELECT answer FROM kept")
    return query(urls, "SELECT answer FROM kept")


def test_a_pid_file_that_names_another_program_does_not_stop_the_start(var):
    start(var)
    pid = embedded.running_services(var=var)["PostgreSQL"]
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    pid_file = var / "postgres/data/postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(pid), str(os.getpid()), 1))
    assert query(start(var), "SELECT 1") == 1


def test_a_port_taken_by_a_stranger_is_left_to_the_stranger(var):
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", State(var).port("postgres")))
        stranger.listen()
        urls = start(var)
        assert f":{stranger.getsockname()[1]}/" not in urls.database_url
        assert query(urls, "SELECT 1") == 1


def test_nobody_enters_without_the_password(var):
    urls = start(var)
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(urls.database_url, password="guess")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=State(var).port("redis"), password="guess").ping()


def test_a_server_that_cannot_start_says_why(var):
    start(var)
    embedded.stop_services(var=var)
    (var / "postgres/data/global/pg_control").write_bytes(b"")
    with pytest.raises(embedded.EmbeddedServiceError, match="pg_control"):
        start(var)


def test_a_given_database_is_neither_started_nor_replaced(var, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@db.example/mine")
    assert start(var).database_url == "postgresql://me@db.example/mine"
    assert embedded.running_services(var=var)["PostgreSQL"] is None


def test_a_half_made_data_folder_is_made_anew(empty_var):
    (State(empty_var).folder("postgres") / "data.new").mkdir()
    assert query(start(empty_var), "SELECT 1") == 1


def test_the_durable_server_is_fitted_to_the_machine(var):
    urls = start(var, durable=True)
    assert query(urls, "SHOW fsync") == "on"
    assert query(urls, "SHOW wal_compression") == "pglz"
    assert query(urls, "SHOW TimeZone") == "Asia/Seoul"


def test_a_secret_is_made_once_and_private(tmp_path):
    first = embedded.secret("key", var=tmp_path)
    assert embedded.secret("key", var=tmp_path) == first
    assert embedded.secret("other", var=tmp_path) != first
    assert stat.S_IMODE((tmp_path / "secrets/key").stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets PostgreSQL's refusal to run as root")
def test_root_starts_a_server_below_a_closed_folder(empty_var):
    State(empty_var).folder("run")
    empty_var.chmod(0o700)
    urls = start(empty_var)
    assert query(urls, "SELECT 1") == 1
    assert postgres.running_pid(State(empty_var)) is not None
    assert Path(f"/proc/{postgres.running_pid(State(empty_var))}").stat().st_uid != 0
