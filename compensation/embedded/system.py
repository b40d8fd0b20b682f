"""What the embedded servers need from the machine: users, ports, processes, memory."""

import contextlib
import importlib.util
import os
import pwd
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path

NOBODY_UID = 65534
# Below those that the system lends to outgoing connections, any of which could hold a server's port when it starts.
_PORTS = range(20_000, 32_768)


class EmbeddedServiceError(Exception):
    """An embedded server cannot be used; the text says why, and the way out."""


def wheel_path(package: str, *parts: str) -> str:
    """A file inside an installed wheel, found without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServiceError(f"{package} is not installed: run `make run`, or set DATABASE_URL and REDIS_URL.")
    return str(Path(spec.submodule_search_locations[0], *parts))


def as_database_user(data: Path) -> list[str]:
    """The command prefix under which PostgreSQL agrees to run; empty for an ordinary user.

    PostgreSQL refuses root, and initdb refuses a user that the system has no name for.
    - As root it runs as `nobody` (or as the owner of a data folder that is there already) and keeps one right of
      root's, CAP_DAC_OVERRIDE, to pass closed folders such as /root above the clone. That right is among those a
      container has by default; user namespaces, the other way, are often forbidden there. No OS user is made.
      (no_setuid_fixup: else access(2), by which initdb looks for its programs, would not count the right.)
    - A nameless user becomes `nobody` inside a user namespace of its own.
    """
    if os.geteuid() == 0:
        uid, gid = (data.stat().st_uid, data.stat().st_gid) if data.exists() else (NOBODY_UID, NOBODY_UID)
        rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
        return [_tool("setpriv"), f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *rights]
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return [_tool("unshare"), "--user", f"--map-user={NOBODY_UID}", f"--map-group={NOBODY_UID}"]
    return []


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise EmbeddedServiceError(
            f"The embedded PostgreSQL needs `{name}` (package util-linux) for this user: "
            "install it, run as an ordinary user, or set DATABASE_URL."
        )
    return path


def run_tool(command: list[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a server's own tool, its output caught, with a plain environment and no terminal."""
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which then stops the servers in order
    )


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody holds at this moment."""
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def port_is_taken(port: int, *, seconds: float = 0) -> bool:
    """Whether something answers on this port of 127.0.0.1, and goes on to for so many seconds."""
    ends = time.monotonic() + seconds
    while _answers(port):
        if time.monotonic() >= ends:
            return True
        time.sleep(0.05)
    return False


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def command_line(pid: int) -> str:
    """The command line of a process that is alive; empty for one that is gone or only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def memory_bytes() -> int:
    """The memory this process may use: the machine's, or a container's limit where that is lower."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return min(machine, int(Path(limit).read_text()))
        except (OSError, ValueError):
            continue
    return machine


def last_lines(log: Path, *, count: int = 12) -> str:
    """The end of a log, to show beside an error."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return "(no log)"
