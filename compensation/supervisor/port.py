"""Is the web's port free, and who holds it? The standard library alone: asked before anything is installed."""

import contextlib
import socket
from pathlib import Path


class PortTaken(Exception):
    """Somebody else listens there; the text names them where it can, and the way out."""


def require_free_port(port: int) -> None:
    """Raises PortTaken where 127.0.0.1:port cannot be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            holder = f" by {name}" if (name := holder_of(port)) else f" ({error.strerror})"
            raise PortTaken(f"Port {port} is taken{holder}. Choose another: PORT={next_free(port)} make run") from None


def holder_of(port: int) -> str:
    """`process 4711 (python -m http.server)`; empty where it cannot be told."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for descriptor in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        with contextlib.suppress(OSError):
            if str(descriptor.readlink()) in sockets:
                process = descriptor.parent.parent
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return f"process {process.name} ({command[:100]})"
    return ""


def _listening_inodes(port: int) -> list[str]:
    inodes = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with contextlib.suppress(OSError):
            rows = [line.split() for line in table.read_text().splitlines()[1:]]
            inodes += [row[9] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    return inodes


def next_free(port: int) -> int:
    """The first port above this one that nobody has."""
    for candidate in range(port + 1, min(port + 50, 65536)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", candidate))
            return candidate
    return 8000


def parse_port(text: str) -> int:
    """Raises PortTaken where it is not a port a person may use."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise PortTaken(f"PORT={text} is not a port: a number from 1 to 65535, such as PORT=8000.")
