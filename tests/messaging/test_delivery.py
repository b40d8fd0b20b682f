"""Sending what waits: with retry, and not twice. Against the stand-in of the dealer."""

from datetime import timedelta

import pytest

from compensation import limits
from compensation.messaging import tasks
from compensation.messaging.gateways import sens as sens_gateway
from compensation.messaging.models import Message
from compensation.messaging.services import delivery
from compensation.messaging.services.delivery import ATTEMPTS_MAX, deliver, deliver_due
from compensation.messaging.standin import Behaviour
from tests.concurrency.waiting import at_once
from tests.messaging.cast import NOON, SETTLED, message, sign_in_code

pytestmark = pytest.mark.django_db


def after(written: Message, at) -> tuple[str, int, str]:
    """One step of what is due; then state, attempts and fault."""
    deliver_due(at=at)
    written.refresh_from_db()
    return written.state, written.attempts, written.fault


def now_message(**changes: object) -> Message:
    """Of this very moment: the dealer, who lists by time, has a real clock."""
    from django.utils import timezone

    return message(at=timezone.now(), **changes)


def test_a_message_that_is_due_is_sent_once(sens):
    written = message()
    assert after(written, NOON) == ("sent", 1, "")
    assert written.sent_at == NOON
    assert written.provider_id == sens.taken[0]["requestId"]
    assert deliver_due(at=NOON + timedelta(days=1)) == 0
    assert len(sens.taken) == 1


def test_a_message_that_is_not_due_waits(sens):
    written = message()
    assert after(written, NOON - timedelta(seconds=1)) == ("waiting", 0, "")


def test_a_refusal_of_the_moment_is_repeated_with_growing_delays_and_an_end(sens):
    written, at = message(), NOON
    sens.next.extend([Behaviour.THROTTLE] * ATTEMPTS_MAX)
    for attempt, seconds in enumerate(limits.MESSAGE_RETRY_SECONDS, start=1):
        assert after(written, at) == ("waiting", attempt, "HTTP 429 429 not for ****")
        assert deliver_due(at=at + timedelta(seconds=seconds - 1)) == 0
        at += timedelta(seconds=seconds)
    assert after(written, at) == ("failed", ATTEMPTS_MAX, "HTTP 429 429 not for ****")
    assert sorted(limits.MESSAGE_RETRY_SECONDS) == list(limits.MESSAGE_RETRY_SECONDS)
    assert sens.taken == []


def test_a_refusal_for_good_is_not_repeated(sens):
    sens.next.append(Behaviour.REFUSE)
    assert after(message(), NOON) == ("failed", 1, "HTTP 400 400 not for ****")


def test_a_dealer_that_is_not_there_gets_it_later(settings, sens):
    written = message()
    settings.MESSAGING = settings.MESSAGING | {"sens": sens.settings | {"address": "http://127.0.0.1:1"}}
    assert after(written, NOON) == ("waiting", 1, "not reached: NewConnectionError")
    settings.MESSAGING = settings.MESSAGING | {"sens": sens.settings}
    assert after(written, NOON + timedelta(seconds=10)) == ("sent", 2, "")


@pytest.mark.parametrize("channel", ["sms", "kakao"])
@pytest.mark.parametrize("behaviour", [Behaviour.LOSE, Behaviour.FAIL_AFTER])
def test_a_lost_answer_is_looked_up_and_found(sens, behaviour, channel):
    written = now_message(channel=channel)
    sens.next.append(behaviour)
    assert after(written, written.created_at)[:2] == ("sending", 1)
    assert deliver_due(at=written.created_at + SETTLED - timedelta(seconds=1)) == 0
    assert after(written, written.created_at + SETTLED) == ("sent", 1, "")
    assert written.provider_id == sens.taken[0]["messageId"]
    assert len(sens.taken) == 1


@pytest.mark.parametrize("behaviour", [Behaviour.DROP, Behaviour.FAIL])
def test_what_the_dealer_has_not_got_is_sent_again(sens, behaviour):
    written = now_message()
    sens.next.append(behaviour)
    settled = written.created_at + SETTLED
    assert after(written, written.created_at)[:2] == ("sending", 1)
    assert after(written, settled) == ("waiting", 1, "the provider has not got it")
    assert after(written, settled) == ("sent", 2, "")
    assert len(sens.taken) == 1


def test_another_message_to_the_same_number_is_not_taken_for_this_one(sens):
    lost, other = now_message(), now_message(dedupe_key="another")
    sens.next.extend([Behaviour.DROP])
    deliver(message_id=lost.pk, at=lost.created_at)
    deliver(message_id=other.pk, at=other.created_at)
    assert after(lost, lost.created_at + SETTLED) == ("waiting", 1, "the provider has not got it")


def test_nothing_is_sent_again_while_the_dealer_cannot_be_asked(sens):
    written = now_message()
    sens.next.append(Behaviour.LOSE)
    sens.lists_are_down = True
    deliver_due(at=written.created_at)
    assert after(written, written.created_at + SETTLED) == ("sending", 1, "HTTP 503")
    late = written.created_at + timedelta(hours=limits.MESSAGE_UNKNOWN_HOURS_MAX)
    assert after(written, late) == ("failed", 1, "HTTP 503")
    assert len(sens.taken) == 1


def test_an_answer_that_takes_too_long_is_a_lost_one(sens, monkeypatch):
    written = now_message()
    sens.next.append(Behaviour.HOLD)
    with monkeypatch.context() as impatient:
        impatient.setattr(limits, "MESSAGE_ANSWER_SECONDS", 1)
        sens_gateway._connections.cache_clear()
        assert after(written, written.created_at) == ("sending", 1, "no answer: ReadTimeoutError")
    sens_gateway._connections.cache_clear()
    assert after(written, written.created_at + SETTLED) == ("sent", 1, "")
    assert len(sens.taken) == 1


def test_a_worker_that_slept_while_another_took_over_sends_nothing(sens):
    written = message()
    asleep = delivery._begin(message_id=written.pk, at=NOON)
    after(written, NOON + SETTLED)
    assert after(written, NOON + SETTLED) == ("sent", 2, "")
    assert not delivery._carry_out(*asleep, at=NOON + SETTLED)
    assert len(sens.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_the_same_messages_send_each_once(sens):
    for number in range(20):
        message(dedupe_key=f"{number}")
    at_once(*[lambda: deliver_due(at=NOON)] * 4)
    assert Message.objects.filter(state="sent", attempts=1).count() == 20
    assert len({taken["content"] for taken in sens.taken}) == len(sens.taken) == 20


@pytest.mark.django_db(transaction=True)
def test_two_who_look_up_the_same_message_send_nothing(sens):
    written = now_message()
    sens.next.append(Behaviour.LOSE)
    deliver_due(at=written.created_at)
    at_once(*[lambda: deliver_due(at=written.created_at + SETTLED)] * 2)
    assert Message.objects.get().state == "sent"
    assert len(sens.taken) == 1


def test_a_code_that_came_too_late_is_not_sent_and_not_kept(sens):
    code = sign_in_code()
    assert after(code, NOON + timedelta(minutes=5)) == ("failed", 1, "too late to be of use")
    assert "482913" not in code.body
    assert sens.taken == []


def test_a_gateway_that_breaks_does_not_hold_up_the_others(settings, monkeypatch):
    broken, fine = message(channel="kakao"), message(dedupe_key="fine")

    class Broken:
        def send(self, _message: object) -> None:
            raise ZeroDivisionError

    monkeypatch.setitem(delivery.gateway_for.__globals__["GATEWAYS"], ("kakao", "broken"), Broken)
    settings.MESSAGING = settings.MESSAGING | {"kakao": "broken"}
    assert after(broken, NOON) == ("sending", 1, "broke off: ZeroDivisionError")
    fine.refresh_from_db()
    assert fine.state == "sent"


@pytest.mark.parametrize("changes", [{"sms": "pigeon"}, {"sms": "sens", "sens": {}}])
def test_without_a_gateway_messages_wait(settings, changes):
    settings.MESSAGING = settings.MESSAGING | changes
    state, attempts, fault = after(message(), NOON)
    assert (state, attempts) == ("waiting", 1)
    assert fault in ("sms has no gateway 'pigeon'", "SENS lacks address")


def test_the_sweeper_sends_all_that_waits():
    for number in range(delivery.BATCH + 5):
        message(dedupe_key=f"{number}")
    tasks.sweep()
    assert Message.objects.filter(state="sent").count() == delivery.BATCH + 5
