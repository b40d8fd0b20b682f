"""Whether this process lives (`/healthz`), and whether the product can do its work (`/readyz`)."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compensation.celery import app

SERVICE_TIMEOUT_SECONDS = 2
# Asking takes the whole time, whoever has answered: a short question first, a patient one where an answer is missing,
# as workers on a busy machine answer late. Both are spared for a few seconds by keeping what was heard.
WORKER_TIMEOUTS_SECONDS = (0.5, 3.0)
WORKERS_KEPT_SECONDS = 5
WORKERS_KEY = "health:queues"


class NotReady(Exception):
    """A part does not do its work; the text says what is wrong with it, without addresses or names."""


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answers as long as the process does. Touches nothing else."""
    return HttpResponse("alive", content_type="text/plain")


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 where every part works, else 503; either way each part with "ok" or what is wrong with it."""
    parts = {name: _state(check) for name, check in PARTS.items()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as problem:
        return str(problem)
    except Exception as error:  # whatever is wrong, the answer is "not ready", and by which kind of fault
        return f"failed: {type(error).__name__}"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if waiting := len(executor.migration_plan(executor.loader.graph.leaf_nodes())):
        raise NotReady(f"{waiting} migrations not applied")


def _redis() -> None:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=SERVICE_TIMEOUT_SECONDS, socket_connect_timeout=SERVICE_TIMEOUT_SECONDS
    ) as client:
        client.ping()


def _workers() -> None:
    """Every queue that work is sent to has a worker that answers."""
    if missing := queues_in_use() - _queues_served():
        raise NotReady(f"no worker answers for: {', '.join(sorted(missing))}")


def queues_in_use() -> set[str]:
    """The queues that the settings route tasks to."""
    return {settings.CELERY_TASK_DEFAULT_QUEUE, *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values())}


def _queues_served() -> set[str]:
    served: set[str] | None = cache.get(WORKERS_KEY)
    if served is not None:
        return served
    served = set()
    for timeout in WORKER_TIMEOUTS_SECONDS:
        answers = app.control.inspect(timeout=timeout).active_queues() or {}
        served |= {queue["name"] for queues in answers.values() for queue in queues}
        if served >= queues_in_use():
            break
    cache.set(WORKERS_KEY, served, WORKERS_KEPT_SECONDS)
    return served


PARTS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "workers": _workers,
}
