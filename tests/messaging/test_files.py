"""The gateways that need nobody: files that a person reads, and the log."""

import io
import logging

import pytest
from django.core.management import call_command

from compensation.messaging.models import Message
from compensation.messaging.services.delivery import deliver_due
from tests.messaging.cast import NOON, SETTLED, message, sign_in_code

pytestmark = pytest.mark.django_db


def test_a_message_is_a_file_that_a_person_can_read(messages_to_files):
    written = sign_in_code()
    deliver_due(at=NOON)
    [file] = messages_to_files.iterdir()
    assert file.name == f"20230131-120000-sms-sign_in_code-{written.check_code}.txt"
    assert file.read_text().startswith("sms → +821012345678\n\n[피해지원] 인증번호 안내\n\n인증번호: 482913\n")
    assert file.stat().st_mode & 0o077 == 0


def test_a_worker_that_died_after_the_file_was_there_leaves_one_file(messages_to_files):
    written = message()
    deliver_due(at=NOON)
    Message.objects.all().delete()
    written.state, written.pk, written.attempts, written.tried_at = "sending", None, 1, NOON
    written.save()
    deliver_due(at=NOON + SETTLED)
    written.refresh_from_db()
    assert (written.state, written.attempts) == ("sent", 1)
    assert len(list(messages_to_files.iterdir())) == 1


def test_the_console_shows_the_message(settings, caplog):
    settings.MESSAGING = settings.MESSAGING | {"sms": "console"}
    message()
    with caplog.at_level(logging.INFO):
        deliver_due(at=NOON)
    assert "Message by sms to +821012345678\n[피해지원] 피해 접수가 완료되었습니다" in caplog.text


def test_the_templates_for_the_dealer_are_printed():
    printed = io.StringIO()
    call_command("message_templates", stdout=printed)
    assert "--- sign_in_code_ko\n[#{sender}] 인증번호 안내\n\n인증번호: #{code}\n" in printed.getvalue()
