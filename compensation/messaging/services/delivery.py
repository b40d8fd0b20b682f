"""Sending what waits in the outbox: with retry, and not twice.

An attempt is noted and committed before it is made. Whoever makes it holds the row meanwhile, so that nobody else takes
it; whoever dies, or gets no answer, leaves a message that is still "sending". Once that has settled, the provider is
asked what became of it, and only what it has not got is sent again.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from compensation import limits
from compensation.messaging.gateways import (
    GatewayNotConfigured,
    Missing,
    Outgoing,
    Refused,
    Sent,
    Unknown,
    gateway_for,
)
from compensation.messaging.models import Message
from compensation.policy.transitions import MessageState

logger = logging.getLogger(__name__)

SETTLED_AFTER = timedelta(seconds=limits.MESSAGE_SETTLE_SECONDS)
ATTEMPTS_MAX = len(limits.MESSAGE_RETRY_SECONDS) + 1
BATCH = 20  # messages that one call takes: a provider that hangs must not hold a worker past its time limit

Outcome = Sent | Refused | Unknown | Missing


def deliver_due(*, at: datetime, most: int = BATCH) -> int:
    """Takes up to `most` messages that are due a step further, urgent ones first. Answers how many there were to do."""
    return sum(deliver(message_id=message_id, at=at) for message_id in _due_ids(at=at, most=most))


def deliver(*, message_id: int, at: datetime) -> bool:
    """Takes one message a step further, if it is due and nobody else has it. Answers whether there was a step to take.

    Two transactions: the attempt is durable before the provider hears of it.
    """
    begun = _begin(message_id=message_id, at=at)
    return begun is not None and _carry_out(*begun, at=at)


@transaction.atomic
def _begin(*, message_id: int, at: datetime) -> tuple[Message, bool] | None:
    """The message, and whether it is to be sent (else: to be looked up). None where it is not due, or held."""
    due = Message.objects.filter(pk=message_id, due_at__lte=at, state__in=(MessageState.WAITING, MessageState.SENDING))
    message = due.select_for_update(skip_locked=True).first()
    if message is None:
        return None
    if message.state == MessageState.SENDING:
        return message, False
    message.state, message.attempts, message.tried_at = MessageState.SENDING, message.attempts + 1, at
    message.due_at = at + SETTLED_AFTER
    message.save(update_fields=["state", "attempts", "tried_at", "due_at"])
    return message, True


@transaction.atomic
def _carry_out(begun: Message, is_new_attempt: bool, *, at: datetime) -> bool:
    """Sends or looks up, with the row held. The number of the attempt is the fence: whoever was asleep while another
    took over finds nothing here.

    Who begins an attempt waits for the row: it may be held for a moment by somebody who finds that it is taken. Who
    looks up does not: whoever holds it then is sending, or looking up as well.
    """
    ours = Message.objects.filter(pk=begun.pk, state=MessageState.SENDING, attempts=begun.attempts)
    held = ours.select_for_update(skip_locked=not is_new_attempt).first()
    if held is None:
        return False
    _note(held, _send(held, at=at) if is_new_attempt else _look_up(held, at=at), at=at)
    return True


def _due_ids(*, at: datetime, most: int) -> list[int]:
    due = Message.objects.filter(due_at__lte=at, state__in=(MessageState.WAITING, MessageState.SENDING))
    order = (F("send_before").asc(nulls_last=True), "due_at")
    return list(due.order_by(*order).values_list("pk", flat=True)[:most])


def _send(message: Message, *, at: datetime) -> Outcome:
    if message.send_before is not None and at >= message.send_before:
        return Refused("too late to be of use", is_final=True)
    try:
        return gateway_for(message.channel).send(_outgoing(message))
    except GatewayNotConfigured as fault:
        return Refused(str(fault))
    except Exception as fault:  # whatever a gateway trips over, the others' messages go on
        logger.exception("message %s: sending broke off", message.pk)
        return Unknown(f"broke off: {type(fault).__name__}")


def _look_up(message: Message, *, at: datetime) -> Outcome:
    since = message.tried_at or message.created_at
    try:
        return gateway_for(message.channel).look_up(_outgoing(message), since=since, until=at)
    except Exception as fault:
        logger.exception("message %s: looking up broke off", message.pk)
        return Unknown(f"look-up broke off: {type(fault).__name__}")


def _note(message: Message, outcome: Outcome, *, at: datetime) -> None:
    """Writes down what is known now. Called with the row held."""
    match outcome:
        case Sent(provider_id=provider_id):
            message.state, message.sent_at, message.fault = MessageState.SENT, at, ""
            message.provider_id = provider_id[:100]
        case Missing():
            _again(message, "the provider has not got it", due_at=at)
        case Refused(fault=fault, is_final=False):
            _again(message, fault, due_at=at + _delay(message))
        case Refused(fault=fault):
            message.state, message.fault = MessageState.FAILED, fault[:200]
        case Unknown(fault=fault):
            _wait_for_certainty(message, fault, at=at)
    if message.state in (MessageState.SENT, MessageState.FAILED) and message.has_secret:
        message.body = message.public_body
    message.save(update_fields=["state", "sent_at", "provider_id", "fault", "due_at", "body"])
    if message.state == MessageState.FAILED:
        logger.error("message %s by %s failed: %s", message.pk, message.channel, message.fault)


def _again(message: Message, fault: str, *, due_at: datetime) -> None:
    last = message.attempts >= ATTEMPTS_MAX
    message.state = MessageState.FAILED if last else MessageState.WAITING
    message.fault, message.due_at = fault[:200], due_at


def _delay(message: Message) -> timedelta:
    return timedelta(seconds=limits.MESSAGE_RETRY_SECONDS[min(message.attempts, ATTEMPTS_MAX - 1) - 1])


def _wait_for_certainty(message: Message, fault: str, *, at: datetime) -> None:
    message.fault, message.due_at = fault[:200], at + SETTLED_AFTER
    if message.tried_at and at - message.tried_at >= timedelta(hours=limits.MESSAGE_UNKNOWN_HOURS_MAX):
        message.state = MessageState.FAILED  # neither sent again nor forgotten: a person decides


def _outgoing(message: Message) -> Outgoing:
    return Outgoing(
        template=message.template,
        channel=message.channel,
        language=message.language,
        to=message.recipient,
        title=message.title,
        body=message.body,
        check_code=message.check_code,
        created_at=message.created_at,
    )
