"""The ways out: which gateway serves a channel stands in the settings (MESSAGING)."""

from collections.abc import Callable

from django.conf import settings

from compensation.messaging.gateways.base import (
    Gateway,
    GatewayNotConfigured,
    Missing,
    Outgoing,
    Refused,
    Sent,
    Unknown,
)
from compensation.messaging.gateways.console import ConsoleGateway
from compensation.messaging.gateways.file import FileGateway
from compensation.messaging.gateways.kakao import KakaoGateway
from compensation.messaging.gateways.mail import MailGateway
from compensation.messaging.gateways.sms import SmsGateway

__all__ = ["Gateway", "GatewayNotConfigured", "Missing", "Outgoing", "Refused", "Sent", "Unknown", "gateway_for"]

GATEWAYS: dict[tuple[str, str], Callable[[], Gateway]] = {
    ("kakao", "sens"): KakaoGateway,
    ("sms", "sens"): SmsGateway,
    ("email", "smtp"): MailGateway,
    **{(channel, "console"): ConsoleGateway for channel in ("kakao", "sms", "email")},
    **{(channel, "file"): FileGateway for channel in ("kakao", "sms", "email")},
}


def gateway_for(channel: str) -> Gateway:
    """The gateway of 'kakao', 'sms' or 'email'. Raises GatewayNotConfigured."""
    name = settings.MESSAGING.get(channel, "")
    try:
        gateway = GATEWAYS[channel, name]
    except KeyError:
        raise GatewayNotConfigured(f"{channel} has no gateway {name!r}") from None
    return gateway()
