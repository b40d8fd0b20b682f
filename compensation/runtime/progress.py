"""How far a long work is: a few numbers in the cache, for people to look at. Nothing is decided by them.

The truth of what is done is in the database; what is kept here may vanish (a flushed cache): only a bar goes with it.
"""

import time
from dataclasses import asdict, dataclass

from django.core.cache import cache

KEEP_SECONDS = 3600
WRITE_EVERY_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` units since `started_at` (seconds since the epoch); `total` 0 means not known yet."""

    done: int
    total: int
    started_at: float
    updated_at: float

    @property
    def rate(self) -> float:
        """Units per second since the start."""
        elapsed = self.updated_at - self.started_at
        return self.done / elapsed if elapsed > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the total at the rate so far; None while either is unknown."""
        if not self.total or not self.rate:
            return None
        return max(self.total - self.done, 0) / self.rate


class Reporter:
    """Writes the progress of one work under `key`, at most a few times a second."""

    def __init__(self, key: str, *, total: int = 0) -> None:
        now = time.time()
        self.key, self.total, self.done, self.started_at, self._written_at = key, total, 0, now, 0.0
        self.advance(0)

    def advance(self, count: int) -> None:
        self.done += count
        now = time.time()
        if now - self._written_at >= WRITE_EVERY_SECONDS or self.done == self.total:
            self._written_at = now
            cache.set(
                f"progress:{self.key}", asdict(Progress(self.done, self.total, self.started_at, now)), KEEP_SECONDS
            )


def progress_of(key: str) -> Progress | None:
    """What was last reported under `key`."""
    stored = cache.get(f"progress:{key}")
    return Progress(**stored) if stored else None
