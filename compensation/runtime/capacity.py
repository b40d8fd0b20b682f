"""How much room there is: queues, workers, database, disk, as they are at this moment. For people who look; nothing is
decided by it, and each part is asked with a bounded wait, so that the page comes whatever is broken."""

import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from compensation.celery import app
from compensation.runtime.health import queues_in_use

REDIS_SECONDS = 1  # without an answer
WORKERS_SECONDS = 0.7  # asking takes the whole of it, whoever has answered
WALK_SECONDS = 0.3  # of counting files; then what was counted is a least
TABLES_SHOWN = 8  # the biggest
LONG_TRANSACTION_SECONDS = 60  # a chunk takes below one; a proof of 48 million half a minute
LATE_SECONDS = 60  # a message that waits longer tells of missing workers
CONNECTIONS_BP_HIGH = 8_000  # of those that the server takes
CACHE_HITS_BP_LOW = 9_000  # below, the data does not fit into memory any more
FREE_BP_LOW = 1_000  # of a disk
QUEUE_TITLES: dict[str, str | Promise] = {  # what waits in it; `settings` routes the tasks
    "assessment": _("피해액 산정"),
    "codes": _("인증번호"),
    "default": _("짧은 작업"),
    "files": _("파일과 지급 묶음"),
    "grants": _("일괄 지급"),
    "messages": _("메시지 발송"),
}
_UNACKED = "unacked"  # where the broker keeps what a worker has taken and not finished


@dataclass(frozen=True, slots=True)
class Queue:
    """Messages that wait, and for how many seconds the oldest has (None: nobody knows)."""

    name: str
    waiting: int
    oldest_seconds: float | None

    @property
    def title(self) -> str | Promise:
        return QUEUE_TITLES[self.name]

    @property
    def is_late(self) -> bool:
        return bool(self.waiting) and (self.oldest_seconds or 0) > LATE_SECONDS


@dataclass(frozen=True, slots=True)
class Queues:
    """All queues that work is sent to; `at_work` messages are with a worker, in its hands or in front of it."""

    rows: Sequence[Queue]
    at_work: int

    @property
    def waiting(self) -> int:
        return sum(queue.waiting for queue in self.rows)

    @property
    def late(self) -> list[Queue]:
        return [queue for queue in self.rows if queue.is_late]


def queues(*, at: float) -> Queues | None:
    """None where Redis does not answer. `at`: seconds since the epoch."""
    wait = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **wait) as client:
            return Queues([_queue(client, name, at) for name in sorted(queues_in_use())], client.hlen(_UNACKED))
    except redis.RedisError:
        return None


def _queue(client: Any, name: str, at: float) -> Queue:
    waiting, oldest = client.llen(name), client.lindex(name, -1)
    sent_at = _sent_at(oldest) if oldest else None
    return Queue(name, waiting, None if sent_at is None else max(at - sent_at, 0.0))


def _sent_at(message: bytes) -> float | None:
    """When the message was sent (compensation.celery notes it); None for one that does not say."""
    try:
        sent_at = json.loads(message)["headers"]["sent_at"]
    except (ValueError, KeyError, TypeError):
        return None
    return float(sent_at) if isinstance(sent_at, (int, float)) else None


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that answered: how many processes it has, how many tasks they finished, which queues it serves."""

    name: str
    processes: int
    finished: int
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers that answered within WORKERS_SECONDS; a busy machine answers late."""

    rows: Sequence[Worker]

    @property
    def processes(self) -> int:
        return sum(worker.processes for worker in self.rows)

    @property
    def unserved(self) -> list[str]:
        """Queues from which nobody takes anything."""
        return sorted(queues_in_use() - {name for worker in self.rows for name in worker.queues})


def workers() -> Workers | None:
    """None where they cannot be asked. Asks only after `queues` got an answer: a dead broker is waited for long."""
    inspect = app.control.inspect(timeout=WORKERS_SECONDS)
    try:
        told, served = inspect.stats() or {}, inspect.active_queues() or {}
    except (redis.RedisError, OSError, OperationalError):
        return None
    return Workers([_worker(name, told[name], served.get(name, [])) for name in sorted(told)])


def _worker(name: str, told: Any, served: Any) -> Worker:
    pool = told.get("pool", {})
    return Worker(
        name=name.split("@")[0],  # the rest is the machine's name
        processes=len(pool.get("processes", ())) or pool.get("max-concurrency", 1),
        finished=sum(told.get("total", {}).values()),
        queues=tuple(sorted(queue["name"] for queue in served)),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the database: bytes with its indexes, and about how many rows."""

    name: str
    size_bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Database:
    """Connections (of those that there can be), the longest transaction in seconds, sizes in bytes."""

    connections: int
    connections_max: int
    busy: int
    longest_seconds: float
    size_bytes: int
    cache_hits_bp: int | None
    tables: Sequence[Table]

    @property
    def is_crowded(self) -> bool:
        return self.connections * 10_000 > self.connections_max * CONNECTIONS_BP_HIGH

    @property
    def is_held_up(self) -> bool:
        return self.longest_seconds > LONG_TRANSACTION_SECONDS

    @property
    def is_out_of_memory(self) -> bool:
        return self.cache_hits_bp is not None and self.cache_hits_bp < CACHE_HITS_BP_LOW


_DATABASE = """
    SELECT count(*), current_setting('max_connections')::int, count(*) FILTER (WHERE state <> 'idle'),
           coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) FILTER (WHERE pid <> pg_backend_pid()), 0),
           pg_database_size(current_database()),
           (SELECT (blks_hit::numeric * 10000 / nullif(blks_hit + blks_read, 0))::int FROM pg_stat_database
             WHERE datname = current_database())
      FROM pg_stat_activity WHERE datname = current_database()
"""
_TABLES = """
    SELECT relname, pg_total_relation_size(oid), greatest(reltuples, 0)::bigint
      FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
     ORDER BY 2 DESC LIMIT %s
"""


def database() -> Database:
    """Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE)
        count, most, busy, longest, size, hits = cursor.fetchone()
        cursor.execute(_TABLES, [TABLES_SHOWN])
        tables = [Table(*row) for row in cursor.fetchall()]
    return Database(count, most, busy, float(longest), size, hits, tables)


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk with the uploaded files; `media_bytes` are those files, a least where not `is_counted`."""

    total_bytes: int
    free_bytes: int
    media_bytes: int
    is_counted: bool

    @property
    def used_bytes(self) -> int:
        return self.total_bytes - self.free_bytes

    @property
    def is_nearly_full(self) -> bool:
        return self.free_bytes * 10_000 < self.total_bytes * FREE_BP_LOW


def disk() -> Disk:
    """The disk of MEDIA_ROOT, or of the folder in which it will be made."""
    root = Path(settings.MEDIA_ROOT)
    there = next(folder for folder in (root, *root.parents) if folder.exists())
    usage = shutil.disk_usage(there)
    used, counted = _size_below(root) if root.exists() else (0, True)
    return Disk(usage.total, usage.free, used, counted)


def _size_below(root: Path) -> tuple[int, bool]:
    """Bytes of the files below `root`, and whether there was time to count them all."""
    until, size = time.monotonic() + WALK_SECONDS, 0
    for folder, _folders, files in os.walk(root):
        for name in files:
            try:
                size += os.lstat(Path(folder, name)).st_size
            except FileNotFoundError:
                continue  # taken away meanwhile
        if time.monotonic() > until:
            return size, False
    return size, True


@dataclass(frozen=True, slots=True)
class Capacity:
    """All of it; `queues` and `workers` are None where Redis does not answer."""

    queues: Queues | None
    workers: Workers | None
    database: Database
    disk: Disk


def capacity(*, at: float) -> Capacity:
    """As it is at this moment (`at`, in seconds since the epoch)."""
    waiting = queues(at=at)
    return Capacity(waiting, workers() if waiting else None, database(), disk())
