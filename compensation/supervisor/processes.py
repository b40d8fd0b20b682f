"""One child process: started so that it ends with us, restarted with patience, stopped as a group."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

RESTART_DELAY_SECONDS_MAX = 30
HEALTHY_AFTER_SECONDS = 60


@dataclass(frozen=True)
class ProcessSpec:
    """What to run and what to call it; its output goes to `<name>.log`."""

    name: str
    command: list[str]


@dataclass
class Child:
    """A process that is to run until it is stopped."""

    spec: ProcessSpec
    log: Path
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    failures: int = 0  # in a row, none of which came after a healthy time

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C in the terminal reaches only the supervisor."""
        with self.log.open("ab") as output:
            self.process = spawn(self.spec.command, env=self.env, output=output)
        self.started_at, self.restart_at = time.monotonic(), None

    def tend(self) -> str | None:
        """Notice a death and plan the restart, or restart when it is time. Answers what people should hear."""
        now = time.monotonic()
        if self.restart_at is not None:
            if now >= self.restart_at:
                self.start()
            return None
        if self.process is None or self.process.poll() is None:
            return None
        self.failures = 0 if now - self.started_at > HEALTHY_AFTER_SECONDS else self.failures
        delay = min(2**self.failures, RESTART_DELAY_SECONDS_MAX)
        self.failures += 1
        self.restart_at = now + delay
        return f"{self.spec.name} ended ({how_it_ended(self.process.returncode)}); again in {delay} s. See {self.log}"

    def ask_to_stop(self) -> None:
        """The polite signal, to the leader of the group, which takes its own children down in order."""
        self.restart_at = None
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """End the whole group, whether its leader is alive or not."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def spawn(command: list[str], *, env: Mapping[str, str], output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start a process that leads its own group and is killed when this one ends. `output`: a file; None: ours."""
    return subprocess.Popen(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )


def die_with_parent() -> Callable[[], None]:
    """For `preexec_fn`: the kernel kills the child when this process ends, however it ends."""
    parent = os.getpid()

    def ask_the_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)  # it ended before we asked

    return ask_the_kernel


def how_it_ended(returncode: int) -> str:
    """`exit status 1` or `signal 9`."""
    return f"signal {-returncode}" if returncode < 0 else f"exit status {returncode}"
