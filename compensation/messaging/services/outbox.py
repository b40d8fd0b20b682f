"""Writing messages: in the transaction of what they tell of, so that neither is there without the other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from compensation.audit.services import because
from compensation.messaging.check_codes import new_check_code
from compensation.messaging.models import Channel, Message
from compensation.messaging.texts import write_out
from compensation.policy.transitions import MessageState
from compensation.programmes.models import Programme
from compensation.runtime.encryption import blind_index
from compensation.runtime.tasks import send_after_commit
from compensation.values.phones import is_mobile

LANGUAGE = "ko"  # of what nobody asked for on a page: what language people read is not known
_DRAWS = 5  # of a check code: one that is taken already is drawn once in thousands of messages, five never


class RecipientUnfit(Exception):
    """The channel does not lead to this recipient: messages go to mobile numbers (E.164) or addresses only."""


class DedupeKeyReused(Exception):
    """Another message was written under this key: two different messages would have become one."""


class MessageMovedOn(Exception):
    """The message is not what the caller saw: somebody sent it again already, or it never failed."""


class NotToBeSentAgain(Exception):
    """The message had a secret, or a time after which it is of no use, or is so old that what it said is not kept."""


@transaction.atomic
def write(
    *,
    template: str,
    to: str,
    channel: str,
    variables: Mapping[str, Any],
    language: str,
    at: datetime,
    dedupe_key: str,
    programme: Programme | None = None,
    subject: str = "",
    send_before: datetime | None = None,
) -> Message:
    """Leaves a message in the outbox, to be sent after the caller's transaction has committed.

    `variables` are values as texts.toml declares them (won as int, days as date, moments aware). `subject` is what it
    is about ("claim K7M4-…"). `dedupe_key` names the event: a second call with it leaves the first message as it is,
    and answers it. `send_before`: after that it is not sent any more.
    Raises RecipientUnfit, DedupeKeyReused, and what texts.write_out raises.
    """
    _check_recipient(channel=channel, to=to)
    sender = "" if programme is None else (programme.name_ko if language == "ko" else programme.name_en)
    for _ in range(_DRAWS):
        check_code = new_check_code()
        text = write_out(
            template=template, language=language, variables=variables, sender=sender, check_code=check_code
        )
        message = Message(
            programme=programme,
            template=template,
            channel=channel,
            language=language,
            recipient=to,
            recipient_index=recipient_index(to),
            title=text.title,
            body=text.body,
            public_body=text.public_body,
            has_secret=text.has_secret,
            check_code=check_code,
            subject=subject,
            dedupe_key=dedupe_key,
            created_at=at,
            due_at=at,
            send_before=send_before,
        )
        # ON CONFLICT DO NOTHING: waits for a twin that is being written, and fails neither us nor the caller.
        Message.objects.bulk_create([message], ignore_conflicts=True)
        stored = Message.objects.filter(dedupe_key=dedupe_key).first()
        if stored is not None:
            return _written(stored, message)
    raise RuntimeError("five random check codes in a row were taken")  # the random source is broken: let it be seen


def tell(*, phone: str, email: str, **message: Any) -> Message | None:
    """Writes to somebody by the way that reaches them; None where there is none. `message`: as `write` takes it."""
    way = reachable_by(phone=phone, email=email)
    if way is None:
        return None
    channel, to = way
    return write(channel=channel, to=to, language=LANGUAGE, **message)


def recipient_index(to: str) -> str:
    """By which messages to one number or address are found."""
    return blind_index(to, context="messaging_message.recipient")


def reachable_by(*, phone: str = "", email: str = "") -> tuple[Channel, str] | None:
    """How to reach somebody: the channel and the recipient for `write`; None where there is no way.

    A mobile number by Kakao (which falls back to SMS), else the address. A land line takes no messages.
    """
    if phone and is_mobile(phone):
        return Channel.KAKAO, phone
    return (Channel.EMAIL, email) if email else None


def is_kept_to_send_again(*, message: Message) -> bool:
    """Whether all that it said is still there, and of use."""
    return not message.has_secret and message.send_before is None and bool(message.body)


@transaction.atomic
def send_again(*, message: Message, actor: AbstractBaseUser, at: datetime) -> None:
    """Puts a message that failed back into the line. Raises NotToBeSentAgain, MessageMovedOn."""
    if not is_kept_to_send_again(message=message):
        raise NotToBeSentAgain(str(message))
    failed = Message.objects.filter(pk=message.pk, state=MessageState.FAILED).exclude(body="")
    with because(actor=actor, reason="message sent again"):
        moved = failed.update(state=MessageState.WAITING, attempts=0, due_at=at, fault="")
    if moved != 1:
        raise MessageMovedOn(str(message))
    _send_soon(message)


def _send_soon(message: Message) -> None:
    """What is of no use later has a queue of its own: a code must not stand behind thousands of letters."""
    if message.send_before is None:
        send_after_commit("messaging.deliver", message_id=message.pk)
    else:
        send_after_commit("messaging.deliver_urgent", message_id=message.pk)


def _written(stored: Message, message: Message) -> Message:
    if stored.check_code == message.check_code:
        _send_soon(stored)
    elif (stored.template, stored.recipient_index) != (message.template, message.recipient_index):
        raise DedupeKeyReused(message.dedupe_key)
    return stored


def _check_recipient(*, channel: str, to: str) -> None:
    if channel not in Channel.values:
        raise RecipientUnfit(f"no such channel: {channel}")
    by_phone = channel != Channel.EMAIL
    if by_phone != to.startswith("+82") or (by_phone and not is_mobile(to)) or (not by_phone and "@" not in to):
        raise RecipientUnfit(f"not to be reached by {channel}")  # the recipient stays out of logs
