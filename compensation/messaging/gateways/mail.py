"""E-mail by SMTP (Django's mail settings).

SMTP has no way to ask what became of a message. What it has is the Message-ID, which names a message and not an
attempt (RFC 5322, 3.6.4): a mail that may have gone out is sent again under the same one, and mailboxes that see it
twice keep it once. So an answer lost after the last dot may put two copies on the wire, but shows no double.
"""

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from compensation.messaging.gateways.base import Missing, Outgoing, Refused, Sent, Unknown

_TO_BE_REPEATED = range(400, 500)  # SMTP: a refusal of the moment, such as a full mailbox


class MailGateway:
    def send(self, message: Outgoing) -> Sent | Refused | Unknown:
        mail, connection = _mail(message), EmailBackend(fail_silently=False)
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as fault:
            return Refused(f"no connection: {type(fault).__name__}")
        try:
            connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, _text = next(iter(refusal.recipients.values()))
            return _refused("recipient", code)
        except smtplib.SMTPResponseException as refusal:
            return _refused("message", refusal.smtp_code)
        except (smtplib.SMTPException, OSError) as fault:
            return Unknown(f"connection lost: {type(fault).__name__}")
        finally:
            connection.close()
        return Sent(mail.extra_headers["Message-ID"])

    def look_up(self, message: Outgoing, *, since: datetime, until: datetime) -> Missing:  # noqa: ARG002
        return Missing()


def _mail(message: Outgoing) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=message.title,
        body=message.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.to],
        headers={
            "Message-ID": f"<{message.check_code.lower()}@{domain}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
            "Content-Language": message.language,
        },
    )


def _refused(what: str, code: int) -> Refused:
    return Refused(f"{what} refused: {code}", is_final=code not in _TO_BE_REPEATED)
