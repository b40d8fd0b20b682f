"""Sending Celery tasks: by name, so that services never import tasks, and only once the transaction is durable."""

from typing import Any

from django.db import transaction

from compensation.celery import app


def send_after_commit(name: str, **arguments: Any) -> None:
    """Sends the task after the running transaction has committed (at once where there is none).

    A message lost between commit and broker is made good by the sweepers: a broker that is down is not an error here.
    """
    transaction.on_commit(lambda: app.send_task(name, kwargs=arguments, retry=False), robust=True)
