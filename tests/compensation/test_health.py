"""The two probes."""

import pytest
from django.core.cache import cache
from django.db import connection

from compensation.runtime.health import WORKERS_KEY, queues_in_use
from tests.concurrency.waiting import wait_until


def parts_of(client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["parts"]


def workers_answer() -> None:
    cache.set(WORKERS_KEY, queues_in_use())


def test_a_living_process_says_so_without_touching_anything(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive")


@pytest.mark.django_db
def test_ready_with_every_part(client):
    workers_answer()
    assert parts_of(client) == (200, dict.fromkeys(("database", "migrations", "redis", "workers"), "ok"))


@pytest.mark.django_db
def test_a_queue_without_a_worker_is_named(client):
    cache.set(WORKERS_KEY, queues_in_use() - {"grants"})
    assert parts_of(client)[0] == 503
    assert parts_of(client)[1]["workers"] == "no worker answers for: grants"


@pytest.mark.django_db
def test_no_worker_at_all_is_not_ready(client):
    assert parts_of(client)[1]["workers"] == f"no worker answers for: {', '.join(sorted(queues_in_use()))}"


@pytest.mark.django_db
def test_a_migration_not_applied_is_not_ready(client):
    workers_answer()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    status, parts = parts_of(client)
    assert (status, parts["migrations"]) == (503, "1 migrations not applied")


@pytest.mark.django_db
def test_a_redis_that_is_gone_is_not_ready(client, settings):
    workers_answer()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, parts = parts_of(client)
    assert (status, parts["redis"]) == (503, "failed: ConnectionError")


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_answers_for_its_queues(client, celery_worker_process):
    celery_worker_process(queues=sorted(queues_in_use()))
    wait_until(lambda: parts_of(client)[0] == 200, "the worker answers")
    assert parts_of(client)[1]["workers"] == "ok"
