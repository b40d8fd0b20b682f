"""What a process has read a moment ago and still believes."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from django.conf import settings

KEYS_MAX = 100

T = TypeVar("T")


class Kept(Generic[T]):
    """Answers by key, for KEPT_SECONDS: for rules, which nearly every page reads and which change a few times a year.

    Only for what pages say: whoever decides something reads anew. What is kept is shared by threads: read it, change
    nothing in it.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[float, T]] = {}

    def get(self, key: Hashable, read: Callable[[], T]) -> T:
        """The answer from a moment ago, else what `read` says now. Two threads may read at once."""
        now = time.monotonic()
        known = self._known.get(key)
        if known and now - known[0] < settings.KEPT_SECONDS:
            return known[1]
        if len(self._known) >= KEYS_MAX:
            self._known.clear()
        answer = read()
        self._known[key] = (now, answer)
        return answer
