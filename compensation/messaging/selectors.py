"""What of the messages may be seen by whom."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from compensation.messaging.check_codes import normalise_check_code
from compensation.messaging.models import Channel, Message
from compensation.policy.transitions import MessageState
from compensation.programmes.models import Programme
from compensation.runtime.masking import masked_email, masked_phone


@dataclass(frozen=True, slots=True)
class PublicMessage:
    """A message as anybody may see it who has its check code: nothing in it opens a door or names a person."""

    channel: str
    recipient: str
    language: str
    title: str
    body: str
    sent_at: datetime


def message_by_check_code(*, code: str) -> PublicMessage | None:
    """What we sent under the code that a person typed, or None where we sent nothing. Raises CheckCodeRefused.

    A code of a message that has not gone out yet is nobody's to have. One look-up by key whether it is there or not, so
    the time tells no more than the answer; how often a person may ask is the page's to limit.
    """
    check_code = normalise_check_code(code)
    shown = Message.objects.filter(check_code=check_code, state__in=(MessageState.SENDING, MessageState.SENT))
    message = shown.defer("body").first()
    if message is None:
        return None
    moment = message.sent_at or message.tried_at or message.created_at
    return PublicMessage(
        channel=message.channel,
        recipient=masked_recipient(channel=message.channel, recipient=message.recipient),
        language=message.language,
        title=message.title,
        body=message.public_body,
        sent_at=moment,
    )


def messages_of(*, programme: Programme, state: str = "", check_code: str = "") -> QuerySet[Message]:
    """The messages of a programme, newest first; an empty `state` or `check_code` does not restrict."""
    wanted = {"state": state, "check_code": check_code}
    messages = Message.objects.filter(programme=programme, **{name: value for name, value in wanted.items() if value})
    return messages.order_by("-id")


def masked_recipient(*, channel: str, recipient: str) -> str:
    """010-****-5678, or h***@example.kr."""
    return masked_email(recipient) if channel == Channel.EMAIL else masked_phone(recipient)
