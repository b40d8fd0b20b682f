"""Celery tasks: sent by name, so that services never import tasks, and only once the transaction is durable.

And what most of them do: one step after the other until nothing is left, or it is another message's turn.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction

from compensation.celery import app

WORK_SECONDS = 10  # then the worker takes the next message, so that one long job does not keep it from the others


def send_after_commit(name: str, **arguments: Any) -> None:
    """Sends the task after the running transaction has committed (at once where there is none).

    A message lost between commit and broker is made good by the sweepers: a broker that is down is not an error here.
    """
    transaction.on_commit(lambda: app.send_task(name, kwargs=arguments, retry=False), robust=True)


def work_off(step: Callable[[], object], *, seconds: float = WORK_SECONDS) -> bool:
    """Takes one step after the other until one finds nothing left to do, or the time is over; whether all is done.

    At least one is taken. Each commits by itself: a worker that is killed loses the one it was at.
    """
    ends = time.monotonic() + seconds
    while step():
        if time.monotonic() >= ends:
            return False
    return True
