"""One-time codes: who gets one, how often, and which one counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from compensation.messaging.models import Message
from compensation.values.refused import ValueRefused
from tests.users.sign_in_cast import EMAIL, PHONE, at, last_code, other_than
from users.models import SignInCode
from users.services.sign_in_codes import CodeThrottled, send_code, verify_code

NOON = at("12:00:00")
pytestmark = pytest.mark.django_db


def send(*, contact=PHONE, when=NOON, address="203.0.113.1", purpose="test"):
    send_code(contact=contact, purpose=purpose, at=when, address=address)
    return last_code()


def check(code, *, contact=PHONE, when=NOON, purpose="test"):
    return verify_code(contact=contact, code=code, purpose=purpose, at=when)


def retry_at(**sending):
    with pytest.raises(CodeThrottled) as throttled:
        send(**sending)
    return throttled.value.retry_at


@pytest.mark.parametrize(("contact", "channel"), [(PHONE, "sms"), (EMAIL, "email")])
def test_a_code_goes_to_the_contact_and_is_right_once(contact, channel):
    code = send(contact=contact)
    assert Message.objects.get().channel == channel
    assert check(code, contact=contact)
    assert not check(code, contact=contact)


@pytest.mark.parametrize(("language", "words"), [("ko", "인증번호"), ("en", "Code")])
def test_the_message_is_in_the_language_of_the_page(language, words):
    with translation.override(language):
        send()
    assert words in Message.objects.get().body


def test_neither_the_code_nor_the_contact_can_be_read_in_the_database():
    code = send()
    row = SignInCode.objects.values().get()
    assert code not in map(str, row.values())
    assert not any("1012345678" in str(value) for value in row.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient, body FROM messaging_message")
        assert not any(code in text or "1012345678" in text for text in cursor.fetchone())


def test_two_codes_that_are_the_same_do_not_look_the_same(monkeypatch):
    monkeypatch.setattr("users.services.sign_in_codes.secrets.randbelow", lambda _most: 123456)
    send()
    send(contact=EMAIL)
    assert len(set(SignInCode.objects.values_list("code_hash", flat=True))) == 2


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1} {2}", "{1}-{2}", "{3}"])
def test_a_code_is_read_as_people_type_it(typed):
    code = send()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert check(typed.format(code, code[:3], code[3:], wide))


@pytest.mark.parametrize(("seconds", "right"), [(0, True), (599, True), (600, False)])
def test_a_code_is_valid_for_ten_minutes(seconds, right):
    assert check(send(), when=NOON + timedelta(seconds=seconds)) is right


@pytest.mark.parametrize(("tries", "right"), [(4, True), (5, False)])
def test_after_five_tries_the_right_code_is_wrong_too(tries, right):
    code = send()
    for _ in range(tries):
        assert not check(other_than(code))
    assert check(code) is right


@pytest.mark.parametrize("other", [{"purpose": "another"}, {"contact": EMAIL}, {"contact": "010-8765-4321"}])
def test_a_code_is_for_one_contact_and_one_purpose(other):
    code = send()
    assert not check(code, **other)
    assert check(code)


def test_a_new_code_ends_the_one_before():
    first = send()
    second = send(when=NOON + timedelta(seconds=30))
    assert first == second or not check(first, when=NOON + timedelta(seconds=31))
    assert check(second, when=NOON + timedelta(seconds=31))


def test_a_contact_gets_one_code_in_thirty_seconds():
    send()
    assert retry_at(when=NOON + timedelta(seconds=29)) == NOON + timedelta(seconds=30)
    send(when=NOON + timedelta(seconds=30))


def test_a_contact_gets_five_codes_an_hour():
    for minute in range(5):
        send(when=NOON + timedelta(minutes=minute))
    assert retry_at(when=NOON + timedelta(minutes=50)) == NOON + timedelta(hours=1)
    send(when=NOON + timedelta(hours=1))


def test_purposes_and_capitals_share_a_contacts_bounds():
    send(contact="hong@example.kr")
    assert retry_at(contact="HONG@example.kr", purpose="another")


@pytest.mark.parametrize(
    ("address", "same_line"), [("203.0.113.{}", False), ("203.0.113.1", True), ("2001:db8::{}", True)]
)
def test_an_address_gets_twenty_codes_an_hour(address, same_line):
    for number in range(20):
        send(contact=f"010-1234-{number:04d}", address=address.format(number + 1))
    last = {"contact": "010-9999-9999", "address": address.format(99)}
    if same_line:
        assert retry_at(**last) == NOON + timedelta(hours=1)
    else:
        send(**last)


@pytest.mark.parametrize("address", ["", "unknown", "203.0.113.1, 10.0.0.1"])
def test_an_address_that_cannot_be_told_is_no_error(address):
    assert check(send(address=address))


def test_after_a_double_click_the_code_is_on_its_way():
    send()
    with pytest.raises(CodeThrottled) as throttled:
        send(when=NOON + timedelta(seconds=1))
    assert throttled.value.is_on_its_way
    with pytest.raises(CodeThrottled) as throttled:
        send(when=NOON + timedelta(seconds=1), purpose="another")
    assert not throttled.value.is_on_its_way


@pytest.mark.parametrize("contact", ["02-123-4567", "1588-1234", "+1 212 555 0123", "nobody", "", "010-1234"])
def test_codes_go_to_mobiles_and_addresses_only(contact):
    with pytest.raises(ValueRefused):
        send(contact=contact)
    assert not Message.objects.exists()


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２", "\0", "9" * 5000, "🙂"])
def test_what_is_no_code_is_wrong(code):
    send()
    assert not check(code)


@pytest.mark.django_db(transaction=True)
def test_ten_requests_at_once_send_one_code():
    def try_once(_number):
        try:
            send_code(contact=PHONE, purpose="test", at=NOON, address="203.0.113.1")
        except CodeThrottled:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(try_once, range(10))) == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_ten_right_answers_at_once_one_is_right():
    code = send()

    def try_once(_number):
        try:
            return check(code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(try_once, range(10))) == 1
