"""Writing a message: with what it tells of, once, to somebody who can get it."""

import pytest
from django.db import InternalError, connection, transaction

from compensation.messaging.models import Message
from compensation.messaging.services import outbox
from compensation.messaging.services.outbox import DedupeKeyReused, RecipientUnfit, reachable_by
from compensation.programmes.models import Programme
from tests.concurrency.waiting import at_once
from tests.messaging.cast import KIM, KIM_BY_MAIL, NOON, message
from users.services.people import system_user

pytestmark = pytest.mark.django_db


class Changed(Exception):
    """What the message would have told of did not happen."""


def test_a_message_waits_and_is_sent_after_the_commit_only(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as sent:
        written = message()
    assert (written.state, written.attempts, written.due_at) == ("waiting", 0, NOON)
    assert len(sent) == 1


@transaction.atomic
def change_that_fails_after_its_message() -> None:
    message()
    raise Changed


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_message():
    with pytest.raises(Changed):
        change_that_fails_after_its_message()
    assert not Message.objects.exists()


def test_a_repeated_call_leaves_one_message_and_sends_nothing(django_capture_on_commit_callbacks):
    first = message()
    with django_capture_on_commit_callbacks() as sent:
        assert message() == first
    assert Message.objects.count() == 1
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_call_repeated_at_the_same_moment_leaves_one_message():
    first, second = at_once(message, message)
    assert first == second == Message.objects.get()


@pytest.mark.parametrize("change", [{"to": "+821099998888"}, {"template": "answer_received"}])
def test_two_messages_under_one_key_are_refused(change):
    variables = {"name": "한결식당", "reference": "K7M4-9QXR-T2V5"}
    message()
    with pytest.raises(DedupeKeyReused):
        message(**change, **({"variables": variables} if "template" in change else {}))


def test_a_check_code_that_is_taken_is_drawn_again(monkeypatch):
    codes = iter(["K7M4-9QXR", "K7M4-9QXR", "T2V5-WXYZ"])
    monkeypatch.setattr(outbox, "new_check_code", lambda: next(codes))
    message()
    second = message(dedupe_key="another")
    assert second.check_code == "T2V5-WXYZ"
    assert "T2V5-WXYZ" in second.body


@pytest.mark.parametrize(
    ("channel", "to"),
    [("sms", "+8221234567"), ("kakao", KIM_BY_MAIL), ("email", KIM), ("sms", "01012345678"), ("sms", ""), ("fax", KIM)],
)
def test_a_channel_that_does_not_lead_to_the_recipient_is_refused(channel, to):
    with pytest.raises(RecipientUnfit):
        message(channel=channel, to=to)


@pytest.mark.parametrize(
    ("phone", "email", "expected"),
    [
        (KIM, KIM_BY_MAIL, ("kakao", KIM)),
        ("+8221234567", KIM_BY_MAIL, ("email", KIM_BY_MAIL)),
        ("+8221234567", "", None),
        ("", KIM_BY_MAIL, ("email", KIM_BY_MAIL)),
        ("", "", None),
    ],
)
def test_people_are_reached_by_mobile_phone_else_by_mail(phone, email, expected):
    assert reachable_by(phone=phone, email=email) == expected


def test_the_sender_is_the_programme(programme: Programme):
    assert message(programme=programme).title == "[1015 피해지원] 피해 접수가 완료되었습니다"
    english = message(programme=programme, language="en", dedupe_key="en")
    assert english.title == "[1015 compensation programme] We have received your claim"


def test_recipient_and_text_are_not_readable_in_the_database():
    message()
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_message::text FROM messaging_message")
        [[row]] = cursor.fetchall()
    assert not {"12345678", "한결식당"} & {text for text in ("12345678", "한결식당") if text in row}


def test_only_listed_moves_are_possible():
    written = message()
    with pytest.raises(InternalError, match="not an allowed move of state: waiting to sent"):
        Message.objects.filter(pk=written.pk).update(state="sent", sent_at=NOON)


def failed(**changes: object) -> Message:
    written = message(**changes)
    Message.objects.filter(pk=written.pk).update(state="sending", attempts=7)
    Message.objects.filter(pk=written.pk).update(state="failed", fault="HTTP 500")
    return written


def test_a_person_sends_a_failed_message_again_once():
    written = failed()
    outbox.send_again(message=written, actor=system_user(), at=NOON)
    written.refresh_from_db()
    assert (written.state, written.attempts, written.fault) == ("waiting", 0, "")
    assert written.events.get().pgh_context.metadata["reason"] == "message sent again"
    with pytest.raises(outbox.MessageMovedOn):
        outbox.send_again(message=written, actor=system_user(), at=NOON)


def test_a_sign_in_code_is_not_sent_again():
    code = failed(template="sign_in_code", variables={"code": "482913", "minutes": 5})
    with pytest.raises(outbox.NotToBeSentAgain):
        outbox.send_again(message=code, actor=system_user(), at=NOON)
