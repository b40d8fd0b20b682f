"""The capacity page: queues, workers, database, disk; and what is left of it without Redis."""

import json
import time
from io import StringIO
from types import SimpleNamespace

import pytest
import redis
from django.conf import settings as django_settings
from django.core.management import call_command

from compensation.celery import app
from compensation.programmes.models import Role
from compensation.runtime import capacity
from compensation.runtime.health import queues_in_use
from tests.api.cast import on_the_site
from tests.cast import person

pytestmark = pytest.mark.django_db
PAGE = "/programmes/1015/capacity/"


@pytest.fixture
def broker() -> redis.Redis:
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    client.delete("grants", "unacked")
    yield client
    client.delete("grants", "unacked")


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(capacity, "WORKERS_SECONDS", 0.1)


def test_a_message_that_waits_says_since_when(broker):
    before = time.time()
    app.send_task("users.work_on_grant_job", kwargs={"job_id": 0}, retry=False)
    (grants,) = [queue for queue in capacity.queues(at=before + 90).rows if queue.name == "grants"]
    assert grants.waiting == 1
    assert 80 < grants.oldest_seconds <= 90
    assert grants.is_late


@pytest.mark.parametrize("message", [b"", b"x", b"[]", b'{"headers": {}}', b'{"headers": {"sent_at": "x"}}'])
def test_a_message_that_does_not_say_when_it_was_sent_is_no_fault(broker, message):
    broker.lpush("grants", message)
    (grants,) = [queue for queue in capacity.queues(at=0).rows if queue.name == "grants"]
    assert (grants.waiting, grants.oldest_seconds, grants.is_late) == (1, None, False)


def test_every_queue_has_a_title():
    assert set(capacity.QUEUE_TITLES) == queues_in_use()


def test_a_worker_is_told_by_its_processes_and_queues(monkeypatch):
    told = {"grants@host": {"pool": {"processes": [1, 2]}, "total": {"a": 3, "b": 4}}}
    inspect = SimpleNamespace(stats=lambda: told, active_queues=lambda: {"grants@host": [{"name": "grants"}]})
    monkeypatch.setattr(app.control, "inspect", lambda **_: inspect)
    found = capacity.workers()
    assert found.rows == [capacity.Worker("grants", 2, 7, ("grants",))]
    assert "messages" in found.unserved
    assert "grants" not in found.unserved


def test_database_and_disk_are_measured(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"x" * 1_000)
    disk, database = capacity.disk(), capacity.database()
    assert (disk.media_bytes, disk.is_counted) == (1_000, True)
    assert 0 < disk.free_bytes < disk.total_bytes
    assert 1 <= database.connections < database.connections_max
    assert database.tables[0].size_bytes >= database.tables[-1].size_bytes > 0
    settings.MEDIA_ROOT = tmp_path / "not" / "there"
    assert capacity.disk().media_bytes == 0


@pytest.mark.parametrize("role", list(Role))
def test_operations_see_the_page(client, programme, role):
    client.force_login(person("somebody", programme, role))
    assert client.get(PAGE).status_code == (200 if role == Role.OPS else 404)


def test_the_page_says_what_it_means_and_comes_without_redis(client, ops, settings, broker):
    broker.lpush("grants", json.dumps({"headers": {"sent_at": 1}}))
    client.force_login(ops)
    page = client.get(PAGE).content.decode()
    assert "일이 밀려 있습니다" in page
    assert "응답하는 작업 프로세스가 없습니다" in page
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    page = client.get(PAGE).content.decode()
    assert "Redis가 응답하지 않습니다" in page
    assert "가장 큰 표" in page


def test_the_same_is_told_by_the_api_and_by_command(programme, ops, settings):
    program, out = on_the_site(ops), StringIO()
    told = program.get("/programmes/1015/capacity").json()
    assert {row["name"] for row in told["queues"]["rows"]} == queues_in_use()
    assert told["database"]["connections"] >= 1
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    call_command("capacity", "1015", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["queues"], told["workers"]) == (None, None)
    assert told["disk"]["free_bytes"] > 0
    auditor = on_the_site(person("auditor", programme, Role.AUDITOR))
    assert auditor.get("/programmes/1015/capacity").status_code == 404
