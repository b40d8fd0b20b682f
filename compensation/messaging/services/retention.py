"""What messages said is not kept for ever; that they were sent, and what the public check page shows of them, stays."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from compensation import limits
from compensation.messaging.models import Message
from compensation.policy.transitions import MessageState
from compensation.runtime.retention import Expiring

KEPT = timedelta(days=limits.MESSAGE_BODY_KEPT_DAYS)


def _due(at: datetime) -> QuerySet[Message]:
    """Messages with a body that are out, or will never be."""
    ended = Message.objects.filter(state__in=(MessageState.SENT, MessageState.FAILED))
    return ended.filter(created_at__lt=at - KEPT).exclude(body="")


def _destroy(messages: QuerySet[Message]) -> Mapping[str, int]:
    return {BODIES.code: messages.update(body="")}


BODIES = Expiring("message_bodies", _due, _destroy)
