"""The messages of a programme: who sees them, how one is found, and sending one again."""

import pytest

from compensation.audit.models import AccessRecord
from compensation.messaging.models import Message
from compensation.programmes.models import Programme, Role
from tests.cast import person
from tests.messaging.cast import message

pytestmark = pytest.mark.django_db

PATH, AGAIN = "/programmes/1015/messages/", "/programmes/1015/messages/again/"


@pytest.fixture
def failed(programme) -> Message:
    """A receipt to Kim that did not go out."""
    written = message(programme=programme)
    for state in ("sending", "failed"):
        Message.objects.update(state=state, attempts=7, fault="number unknown")
    written.refresh_from_db()
    return written


def listed(client, **query) -> list[Message]:
    return client.get(PATH, query).context["rows"]


def send_again(client, code: str):
    return client.post(AGAIN, {"check_code": code}, follow=True)


@pytest.mark.parametrize("role", list(Role))
def test_operations_and_the_customer_centre_see_them_and_nobody_else(client, programme, failed, role):
    client.force_login(person("somebody", programme, role))
    may = role in (Role.OPS, Role.AGENT)
    assert client.get(PATH).status_code == (200 if may else 404)
    assert send_again(client, failed.check_code).status_code == (200 if may else 404)
    failed.refresh_from_db()
    assert failed.state == ("waiting" if may else "failed")


def test_a_row_says_what_went_to_whom_and_why_it_failed_without_the_number(client, ops, failed):
    client.force_login(ops)
    page = client.get(PATH).content.decode()
    for part in ("피해 접수가 완료되었습니다", "010-****-5678", failed.check_code, "발송 실패", "number unknown"):
        assert part in page
    assert "1234" not in page
    assert "한결식당" not in page


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", " ")])
def test_a_message_is_found_by_its_check_code_and_that_is_recorded(client, ops, failed, typed):
    message(programme=failed.programme, dedupe_key="another")
    client.force_login(ops)
    assert listed(client, q=typed(failed.check_code)) == [failed]
    assert AccessRecord.objects.get().subject == f"message {failed.check_code}"


@pytest.mark.parametrize("typed", ["K7M4", "K7M4-9QXX", "a\x00b", "확인", "x" * 5000])
def test_what_is_no_check_code_is_told_next_to_the_field(client, ops, programme, typed):
    client.force_login(ops)
    answer = client.get(PATH, {"q": typed})
    assert answer.status_code == 400
    assert answer.context["form"].errors["q"]


def test_only_what_failed_can_be_listed(client, ops, failed):
    message(programme=failed.programme, dedupe_key="another")
    client.force_login(ops)
    assert listed(client, state="failed") == [failed]
    assert client.get(PATH, {"state": "lost"}).status_code == 400


def test_another_programmes_messages_are_not_there(client, ops, failed):
    other = Programme.objects.create(code="other", incident=failed.programme.incident, name_ko="다른", name_en="Other")
    Message.objects.update(programme=other)
    client.force_login(ops)
    assert listed(client) == []
    assert send_again(client, failed.check_code).status_code == 404


def test_pressed_twice_it_is_sent_again_once(client, ops, failed):
    client.force_login(ops)
    first, second = (send_again(client, failed.check_code).content.decode() for _ in range(2))
    assert "메시지를 다시 보냅니다." in first
    assert "이미 다시 보냈거나 실패한 메시지가 아닙니다." in second
    event = failed.events.get()
    assert event.pgh_context.metadata["actor"] == ops.pk


def test_what_is_not_kept_cannot_be_sent_again(client, ops, failed):
    Message.objects.update(body="")
    client.force_login(ops)
    assert "다시 보내기" not in client.get(PATH).content.decode()
    assert "내용이 남아 있지 않아" in send_again(client, failed.check_code).content.decode()


@pytest.mark.parametrize("code", ["", "\x00", "NOPE", "x" * 5000])
def test_a_code_of_nothing_sends_nothing(client, ops, programme, code):
    client.force_login(ops)
    assert send_again(client, code).status_code == 404
