"""Sending Celery tasks: by name, so that services never import tasks, and only once the transaction is durable."""

from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from compensation.celery import app
from compensation.runtime.idempotency import remove_old_keys


def send_after_commit(name: str, **arguments: Any) -> None:
    """Sends the task after the running transaction has committed (at once where there is none).

    A message lost between commit and broker is made good by the sweepers: a broker that is down is not an error here.
    """
    transaction.on_commit(lambda: app.send_task(name, kwargs=arguments, retry=False), robust=True)


@shared_task(name="runtime.remove_idempotency_keys")
def remove_idempotency_keys() -> None:
    """Removes the keys that nobody will send again."""
    remove_old_keys(at=timezone.now())
