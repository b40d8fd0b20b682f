"""How the messages that went out are shown to staff."""

from django import template

from compensation.messaging.models import Message
from compensation.messaging.selectors import masked_recipient
from compensation.messaging.services.outbox import is_kept_to_send_again
from compensation.messaging.texts import TemplateUnknown, text_of
from compensation.policy.transitions import MESSAGE, MessageState
from compensation.runtime.templatetags.wording import page_language

register = template.Library()

TONES = {"waiting": "waiting", "sending": "waiting", "sent": "good", "failed": "attention"}
CLAIM = "claim "  # how the subject of a message about a claim begins


@register.filter
def message_name(message: Message) -> str:
    """What kind of message it is: its title in the language of the page; as it was sent, where the text is gone."""
    try:
        return text_of(message.template).titles[page_language()]
    except TemplateUnknown:
        return message.title


@register.filter
def message_state(message: Message) -> str:
    return MESSAGE.name(message.state, page_language())


@register.filter
def message_tone(message: Message) -> str:
    return TONES[message.state]


@register.filter
def message_recipient(message: Message) -> str:
    """To whom it went, masked."""
    return masked_recipient(channel=message.channel, recipient=message.recipient)


@register.filter
def claim_reference(message: Message) -> str:
    """The claim that it is about; blank where it is about something else."""
    return message.subject.removeprefix(CLAIM) if message.subject.startswith(CLAIM) else ""


@register.filter
def can_be_sent_again(message: Message) -> bool:
    return message.state == MessageState.FAILED and is_kept_to_send_again(message=message)
