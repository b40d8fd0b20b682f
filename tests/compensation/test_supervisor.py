"""The supervisor, with real processes that fork, die and refuse to die."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from compensation.supervisor.house import House, StepFailed
from compensation.supervisor.leftovers import (
    AlreadyRunning,
    end_marked_processes,
    marked_processes,
    sole_supervisor,
    supervisor_pid,
)
from compensation.supervisor.port import PortTaken, holder_of, parse_port, require_free_port
from compensation.supervisor.processes import ProcessSpec

# A master with a worker of its own, as gunicorn and Celery have; the worker is deaf to polite signals.
MASTER = ProcessSpec("master", ["sh", "-c", "(trap '' TERM; while :; do sleep 1; done) & sleep 1000"])
SUPERVISOR = """
import sys; from pathlib import Path
from tests.compensation.test_supervisor import MASTER
from compensation.supervisor.house import House, StopAsked
from compensation.supervisor.leftovers import sole_supervisor
var = Path(sys.argv[1])
with sole_supervisor(var):
    house = House(var=var, say=print)
    house.listen_to_signals()
    house.start([MASTER, MASTER])
    try:
        house.stay()
    except StopAsked:
        house.stop()
"""


@pytest.fixture
def var(tmp_path: Path) -> Path:
    yield tmp_path
    end_marked_processes(tmp_path)


@pytest.fixture
def supervisor(var: Path) -> subprocess.Popen:
    """A supervisor of two masters with a worker each, up and running."""
    process = subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(var)])
    wait_for(lambda: len(marked_processes(var)) >= 6)
    yield process
    process.kill()
    process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_supervisor_leaves_no_orphan(supervisor, var, number):
    supervisor.send_signal(number)
    assert supervisor.wait() == 0
    assert marked_processes(var) == []


def test_the_children_of_a_killed_supervisor_end_and_the_next_start_ends_their_children(supervisor, var):
    before = marked_processes(var)
    supervisor.kill()
    wait_for(lambda: len(marked_processes(var)) < len(before))
    end_marked_processes(var)
    assert marked_processes(var) == []


def test_a_child_that_dies_is_started_again(var):
    heard: list[str] = []
    house = House(var=var, say=heard.append)
    house.start([ProcessSpec("short", ["sh", "-c", "echo x >> $0", str(var / "starts")])])
    starts = var / "starts"
    assert house.wait_until(lambda: starts.exists() and starts.read_text().count("x") > 1, within_seconds=60)
    house.stop()
    assert heard[0].startswith("short ended (exit status 0); again in 1 s")


def test_a_child_that_ends_again_and_again_is_given_up(var):
    house = House(var=var, say=print, deaths_max=1)
    house.start([ProcessSpec("hopeless", ["false"])])
    with pytest.raises(StepFailed, match="hopeless ends again and again"):
        house.stay()
    house.stop()


def test_servers_are_watched_while_a_command_runs(var):
    seen = var / "seen"
    house = House(var=var, say=print, watch=seen.touch)
    assert house.run(["sh", "-c", "until test -e $0; do sleep 0.1; done", str(seen)]) == 0


def test_a_needed_step_that_fails_shows_the_end_of_its_log(var):
    house = House(var=var, say=print)
    with pytest.raises(StepFailed, match=r"exit status 3(?s:.*)no such table"):
        house.require(["sh", "-c", "echo no such table; exit 3"], quiet_as="setup")


def test_one_supervisor_per_clone(supervisor, var):
    assert supervisor_pid(var) == supervisor.pid
    with pytest.raises(AlreadyRunning, match=f"process {supervisor.pid}.*make stop"), sole_supervisor(var):
        pytest.fail("two supervisors at once")


def test_the_lock_of_a_killed_supervisor_is_free(supervisor, var):
    supervisor.kill()
    supervisor.wait()
    assert supervisor_pid(var) is None


def test_a_taken_port_names_its_holder_and_the_way_out():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert holder_of(port).startswith(f"process {os.getpid()} (")
        with pytest.raises(PortTaken, match=rf"Port {port} is taken by process {os.getpid()} .*PORT=\d+ make run"):
            require_free_port(port)


@pytest.mark.parametrize("text", ["0", "65536", "web", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(PortTaken, match="1 to 65535"):
        parse_port(text)
