"""Celery tasks of the outbox: thin, harmless twice. What is left to send stands in the messages, not in the broker."""

from celery import shared_task
from django.utils import timezone

from compensation.messaging.services import delivery
from compensation.runtime.tasks import work_off

SLICE_SECONDS = 5  # then the worker takes the next message, which may be somebody's code


@shared_task(name="messaging.deliver")
def deliver(message_id: int) -> None:
    """Sends one message, at once."""
    delivery.deliver(message_id=message_id, at=timezone.now())


@shared_task(name="messaging.deliver_urgent")
def deliver_urgent(message_id: int) -> None:
    """The same, by the queue that is served in turn with the long one."""
    deliver(message_id)


@shared_task(name="messaging.sweep")
def sweep() -> None:
    """Sends what is due again, what a lost broker forgot, and clears up what a dead worker left."""
    work_off(lambda: delivery.deliver_due(at=timezone.now()), seconds=SLICE_SECONDS)
