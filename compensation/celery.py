"""The Celery application: tasks of seconds, acknowledged late, of which the database knows what is left to do."""

import os
import time
from typing import Any

from celery import Celery
from celery.signals import before_task_publish

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compensation.settings")

app = Celery("compensation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@before_task_publish.connect
def _note_when_sent(headers: dict[str, Any], **_named: Any) -> None:
    """So that operations see how long the oldest message of a queue has waited (compensation.runtime.capacity)."""
    headers["sent_at"] = time.time()
