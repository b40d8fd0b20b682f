"""Starting, watching, restarting and stopping processes. Knows nothing of this product: `plan.py` says what runs."""

import contextlib
import math
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

from .leftovers import end_marked_processes, mark
from .processes import Child, ProcessSpec, how_it_ended, spawn

GRACE_SECONDS = 15
_TICK_SECONDS = 0.1


class StopAsked(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


class StepFailed(Exception):
    """Something that everything else needs ended with an error."""


class House:
    """The processes of one clone. Every wait tends the children, so that a dead one is seen whatever else goes on.

    `watch` is called about once a second, for what is not a child of ours: the servers. `deaths_max`: how often in a
    row a child may die before the whole is given up; for ever where nobody waits for an end.
    """

    def __init__(
        self,
        *,
        var: Path,
        say: Callable[[str], None],
        watch: Callable[[], None] = lambda: None,
        deaths_max: float = math.inf,
    ) -> None:
        self._var = var
        self._logs = var / "log"
        self._logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._env = os.environ | mark(var) | {"PYTHONUNBUFFERED": "1"}
        self._children: list[Child] = []
        self._watch, self._watched_at = watch, time.monotonic()
        self._say = say
        self._deaths_max = deaths_max
        self._signals = 0

    def listen_to_signals(self) -> None:
        """Signals only set a flag: whatever is being done is finished, then `StopAsked` is raised at the next wait."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def run(self, command: list[str], *, quiet_as: str = "") -> int:
        """Run a command to its end and answer its exit status.

        Its output goes to the terminal, or, with `quiet_as`, to that log. Raises StopAsked.
        """
        with contextlib.ExitStack() as files:
            output = files.enter_context((self._logs / f"{quiet_as}.log").open("ab")) if quiet_as else None
            process = spawn(command, env=self._env, output=output)
        try:
            while process.poll() is None:
                self.pause()
        except StopAsked:
            process.terminate()
            raise
        return process.returncode

    def require(self, command: list[str], *, quiet_as: str = "") -> None:
        """Like `run`, for what must succeed. Raises StepFailed, with the end of the log."""
        status = self.run(command, quiet_as=quiet_as)
        if status != 0:
            log = self._logs / f"{quiet_as}.log"
            end = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if quiet_as else ""
            raise StepFailed(f"`{' '.join(command[1:])}` failed ({how_it_ended(status)}).\n{end}".rstrip())

    def start(self, specs: Iterable[ProcessSpec]) -> None:
        """Start processes that are kept running from now on."""
        for spec in specs:
            child = Child(spec=spec, log=self._logs / f"{spec.name}.log", env=self._env)
            child.start()
            self._children.append(child)

    def wait_until(self, condition: Callable[[], bool], *, within_seconds: float) -> bool:
        """Whether the condition came true in time. Raises StopAsked."""
        deadline = time.monotonic() + within_seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.pause()
        return True

    def stay(self) -> None:
        """Keep everything running until somebody asks to stop: ends only by StopAsked."""
        while True:
            self.pause()

    def pause(self) -> None:
        """A moment's wait, in which the children are tended. Raises StopAsked, and StepFailed for a hopeless child."""
        if self._signals:
            raise StopAsked
        time.sleep(_TICK_SECONDS)
        for child in self._children:
            if news := child.tend():
                self._say(news)
            if child.failures > self._deaths_max:
                raise StepFailed(f"{child.spec.name} ends again and again. See {child.log}")
        if time.monotonic() - self._watched_at > 1:
            self._watch()
            self._watched_at = time.monotonic()

    def stop(self) -> None:
        """Ask all to stop, wait, then kill what is left, with everything they have forked. A second Ctrl-C hurries."""
        asked_before = self._signals
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE_SECONDS
        while not all(child.has_ended() for child in self._children):
            if time.monotonic() > deadline or self._signals > asked_before:
                break
            time.sleep(_TICK_SECONDS)
        for child in self._children:
            child.kill()
        end_marked_processes(self._var)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
