"""E-mail, against an SMTP server."""

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from compensation.embedded.system import free_port
from compensation.messaging.services.delivery import deliver_due
from tests.messaging.cast import KIM_BY_MAIL, NOON, SETTLED, message

pytestmark = pytest.mark.django_db


class Mailbox:
    """Takes mail, keeps one of each Message-ID as mailboxes do, and misbehaves when told to."""

    def __init__(self) -> None:
        self.copies = 0
        self.mails = {}
        self.recipient_answer = "250 OK"
        self.loses_answers = False

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.copies += 1
        self.mails[mail["Message-ID"]] = mail
        if self.loses_answers:
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def mailbox(settings, messages_to_files) -> Iterator[Mailbox]:
    box, port = Mailbox(), free_port()
    settings.MESSAGING = settings.MESSAGING | {"email": "smtp"}
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "피해지원 <no-reply@example.kr>"
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    yield box
    controller.stop()


def mail_to_kim():
    return message(channel="email", to=KIM_BY_MAIL)


def after(written, at):
    deliver_due(at=at)
    written.refresh_from_db()
    return written.state, written.fault


def test_a_mail_arrives_in_korean_with_its_code(mailbox):
    written = mail_to_kim()
    assert after(written, NOON) == ("sent", "")
    [mail] = mailbox.mails.values()
    assert (mail["To"], mail["Subject"].strip()) == (KIM_BY_MAIL, written.title)
    assert mail.get_content().splitlines() == written.body.splitlines()
    assert mail["Message-ID"] == f"<{written.check_code.lower()}@example.kr>" == written.provider_id
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_lost_answer_puts_one_mail_into_the_mailbox(mailbox):
    written = mail_to_kim()
    mailbox.loses_answers = True
    assert after(written, NOON) == ("sending", "connection lost: SMTPServerDisconnected")
    mailbox.loses_answers = False
    after(written, NOON + SETTLED)
    assert after(written, NOON + SETTLED) == ("sent", "")
    assert (len(mailbox.mails), mailbox.copies) == (1, 2)


@pytest.mark.parametrize(("answer", "state"), [("550 no such mailbox", "failed"), ("452 mailbox full", "waiting")])
def test_a_mailbox_that_is_none_is_final_and_a_full_one_is_not(mailbox, answer, state):
    mailbox.recipient_answer = answer
    assert after(mail_to_kim(), NOON) == (state, f"recipient refused: {answer[:3]}")


def test_a_mail_server_that_is_not_there_gets_it_later(settings, mailbox):
    settings.EMAIL_PORT = 1
    assert after(mail_to_kim(), NOON) == ("waiting", "no connection: ConnectionRefusedError")
