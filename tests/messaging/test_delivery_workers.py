"""Real workers: one that is killed between the dealer's taking and the note of it, one with a long queue."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from compensation.messaging.models import Message
from compensation.messaging.services.delivery import deliver_due
from compensation.messaging.standin import Behaviour
from tests.concurrency.waiting import wait_until
from tests.messaging.cast import SETTLED, message, sign_in_code

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_killed_while_it_sends_loses_and_doubles_nothing(sens, celery_worker_process):
    worker = celery_worker_process(queues=["messages"])
    sens.next.append(Behaviour.HOLD)
    written = message(channel="kakao", at=timezone.now())
    wait_until(lambda: len(sens.taken) == 1, "the dealer has the message")
    os.killpg(worker, signal.SIGKILL)
    wait_until(lambda: nobody_holds(written), "the database has noticed")
    written.refresh_from_db()
    assert (written.state, written.attempts) == ("sending", 1)
    deliver_due(at=timezone.now() + SETTLED)
    written.refresh_from_db()
    assert (written.state, written.provider_id) == ("sent", sens.taken[0]["messageId"])
    assert len(sens.taken) == 1


def test_a_code_does_not_stand_behind_thousands_of_letters(sens, celery_worker_process):
    now = timezone.now()
    for number in range(30):
        message(dedupe_key=f"{number}", at=now)
    code = sign_in_code(at=now, send_before=now + timedelta(minutes=5))
    celery_worker_process(queues=["codes", "messages"])
    wait_until(lambda: len(sens.taken) == 31, "everything is sent")
    [place] = [place for place, taken in enumerate(sens.taken) if code.check_code in taken["content"]]
    assert place < 5


@transaction.atomic
def nobody_holds(written: Message) -> bool:
    return Message.objects.select_for_update(skip_locked=True).filter(pk=written.pk).exists()
