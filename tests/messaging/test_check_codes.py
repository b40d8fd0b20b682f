"""The number in every message, and what a stranger sees who types it."""

import pytest

from compensation.messaging.check_codes import CheckCodeRefused, new_check_code, normalise_check_code
from compensation.messaging.models import Message
from compensation.messaging.selectors import message_by_check_code
from compensation.messaging.services.delivery import deliver
from compensation.policy.references import ALPHABET
from tests.messaging.cast import KIM_BY_MAIL, NOON, message, sign_in_code


def sent(written: Message) -> Message:
    deliver(message_id=written.pk, at=NOON)
    written.refresh_from_db()
    return written


def test_a_code_can_be_typed_as_people_type():
    code = new_check_code()
    for typed in (code, code.lower(), code.replace("-", ""), f" {code[:4]} {code[5:]} "):
        assert normalise_check_code(typed) == code


def test_every_wrong_character_is_noticed():
    code = new_check_code().replace("-", "")
    for place, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(CheckCodeRefused) as refusal:
                normalise_check_code(code[:place] + wrong + code[place + 1 :])
            assert refusal.value.code == "check_code_wrong_check"


@pytest.mark.parametrize(
    "text", ["", "K7M4", "K7M4-9QXR-T2V5", "K7M4-9QX0", "가나다라마바사아", "<b>", "\0" * 8, "A" * 10_000]
)
def test_what_is_no_code_is_refused_with_a_sentence(text):
    with pytest.raises(CheckCodeRefused) as refusal:
        normalise_check_code(text)
    assert refusal.value.code == "check_code_malformed"
    assert "8자리" in refusal.value.message_ko


@pytest.mark.django_db
def test_a_message_is_found_by_its_code_with_names_and_references_masked():
    written = sent(message())
    found = message_by_check_code(code=written.check_code.lower())
    assert (found.channel, found.recipient, found.sent_at) == ("sms", "010-****-5678", NOON)
    assert found.title == written.title
    assert found.body.startswith("상호: 한**당\n접수번호: K7M4-****-****\n접수 일시: 2023년 1월 31일 12:00\n")
    assert written.check_code in found.body


@pytest.mark.django_db
def test_an_address_is_masked():
    written = sent(message(channel="email", to=KIM_BY_MAIL))
    assert message_by_check_code(code=written.check_code).recipient == "k***@example.kr"


@pytest.mark.django_db
def test_a_code_to_sign_in_is_shown_to_nobody_and_kept_nowhere():
    code = sign_in_code()
    assert "482913" in code.body
    sent(code)
    assert "482913" not in code.body
    found = message_by_check_code(code=code.check_code)
    assert "482913" not in found.body
    assert found.body.startswith("인증번호: ******\n")


@pytest.mark.django_db
def test_what_was_said_about_a_case_is_not_shown():
    variables = {"name": "한결식당", "reference": "K7M4-9QXR-T2V5", "outcome": "인용, 500,000원"}
    written = sent(message(template="objection_decided", variables=variables))
    assert "결과: (이 화면에는 표시하지 않습니다)" in message_by_check_code(code=written.check_code).body


@pytest.mark.django_db
def test_an_account_is_masked_in_the_message_and_hidden_on_the_page():
    variables = {"name": "한결식당", "reference": "K7M4-9QXR-T2V5", "bank": "국민은행", "account": "4321"}
    written = sent(message(template="bank_account_changed", variables=variables | {"changed_at": NOON}))
    assert "새 계좌: 국민은행 ****4321" in written.body
    assert "4321" not in message_by_check_code(code=written.check_code).body


@pytest.mark.django_db
def test_a_code_that_we_did_not_send_finds_nothing():
    waiting = message()
    assert message_by_check_code(code=waiting.check_code) is None
    assert message_by_check_code(code=new_check_code()) is None
