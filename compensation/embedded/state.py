"""What the embedded servers remember between runs: ports, secrets, and a lock so that two starts do not meet."""

import base64
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .system import free_port

VAR = Path(__file__).resolve().parent.parent.parent / "var"


@dataclass(frozen=True)
class State:
    """The folder in which one pair of servers lives."""

    var: Path

    def folder(self, name: str) -> Path:
        """`var/<name>`, made where it is missing, closed to others."""
        folder = self.var / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def port(self, service: str) -> int:
        """The TCP port of a service: chosen once, then kept, so that an address stays good over restarts."""
        recorded = self._ports().get(service)
        return recorded if recorded is not None else self.new_port(service)

    def new_port(self, service: str) -> int:
        """Choose another port, for a first start or because a stranger took the old one."""
        ports = self._ports() | {service: free_port()}
        write_private(self._ports_file, json.dumps(ports))
        return ports[service]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold these servers for oneself: starting and stopping never overlap."""
        with (self.folder("run") / "services.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @property
    def _ports_file(self) -> Path:
        return self.folder("run") / "ports.json"

    def _ports(self) -> dict[str, int]:
        try:
            return json.loads(self._ports_file.read_text())
        except (FileNotFoundError, ValueError):
            return {}


def secret(name: str, *, var: Path = VAR) -> str:
    """32 random bytes in URL-safe base64, made on first use and kept in `var/secrets/<name>`.

    Two processes that ask at the same moment get the same one: the file appears whole, and the first wins.
    """
    path = State(var).folder("secrets") / name
    if not path.exists():
        fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        write_private(path, fresh, keep_existing=True)
    return path.read_text()


def write_private(path: Path, text: str, *, keep_existing: bool = False) -> None:
    """Write a 0600 file in one step: a reader sees the old content or the new, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        if not keep_existing:
            os.replace(temporary, path)
        elif not path.exists():
            os.link(temporary, path)
    except FileExistsError:
        pass  # another process was first, and its secret stands
    finally:
        Path(temporary).unlink(missing_ok=True)
