"""A task that is sent to a queue nobody listens to waits for ever; one sent by a name that nobody knows is lost."""

import re
from pathlib import Path

from django.conf import settings

from compensation.celery import app
from compensation.supervisor.plan import WORKERS

ROOT = Path(__file__).parent.parent.parent
SENT = re.compile(r'send_after_commit\(\s*"([\w.]+)"')


def known_tasks() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_queue_has_a_worker():
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    assert routed == {queue for queues, _ in WORKERS.values() for queue in queues}


def test_every_routed_and_scheduled_task_exists():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert set(settings.CELERY_TASK_ROUTES) | scheduled <= known_tasks()


def test_every_task_that_is_sent_by_name_exists():
    sources = [
        file for app_ in ("claims", "merchants", "users", "compensation") for file in (ROOT / app_).rglob("*.py")
    ]
    sent = {name for file in sources for name in SENT.findall(file.read_text())}
    assert sent
    assert sent <= known_tasks()
