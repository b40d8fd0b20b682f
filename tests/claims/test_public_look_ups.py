"""The two look-ups: is this message from us, and is my claim already here. What they tell, and what they do not."""

import re
from datetime import timedelta

import pytest
import time_machine

from claims.models import Claim
from claims.views.public.throttle import LOOK_UPS_MAX
from compensation.messaging.check_codes import new_check_code
from compensation.messaging.models import Message
from compensation.runtime.encryption import blind_index
from merchants.models import Merchant
from tests.cast import NOW, one_claim
from users.services.sign_in_codes import send_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

BUSINESS, OTHER_BUSINESS = "220-81-62517", "120-81-47521"
PHONE, OTHER_PHONE = "010-1234-5678", "010-8765-4321"
NONE_FOUND = "이 휴대전화로 확인되는 접수 건이 없습니다"


@pytest.fixture
def message(db) -> Message:
    """A code that went out to PHONE."""
    send_code(contact=PHONE, purpose="sign_in", at=NOW, address="")
    message = Message.objects.get()
    for state, sent_at in (("sending", None), ("sent", NOW)):
        Message.objects.update(state=state, sent_at=sent_at)
    return message


@pytest.fixture
def claim(programme) -> Claim:
    """A claim from the association's file, of BUSINESS with PHONE."""
    claim = one_claim(programme=programme, lost_sales_won=100_000)
    index = blind_index("+821012345678", context="merchants_merchant.phone")
    Merchant.objects.filter(pk=claim.merchant_id).update(
        business_number=BUSINESS.replace("-", ""), phone="+821012345678", phone_index=index
    )
    return claim


def check_message(client, code: str, **extra):
    return client.post("/check-message/", {"code": code}, **extra)


def ask(client, business=BUSINESS, phone=PHONE, **more):
    return client.post("/check-claim/", {"business_number": business, "phone": phone} | more)


def answer(client, business=BUSINESS, phone=PHONE) -> str:
    """The page after both steps, with the code that was sent."""
    assert ask(client, business, phone).status_code == 200
    code = re.search(r"\d{6}", Message.objects.latest("id").body)[0]
    page = ask(client, business, phone, step="code", code=code)
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.parametrize("spelling", [str, str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_our_message_is_recognised_however_its_code_is_typed(client, message, spelling):
    page = check_message(client, spelling(message.check_code)).content.decode()
    assert "네, 저희가 보낸 메시지입니다" in page
    assert "010-****-5678" in page
    assert "2023년 1월 31일 10:00" in page


def test_the_answer_shows_no_secret_and_no_number(client, message):
    page = check_message(client, message.check_code).content.decode()
    secret = re.search(r"\d{6}", message.body)[0]
    assert [text for text in (secret, "1234-5678", "01012345678") if text in page] == []


def test_a_code_that_we_never_sent_gets_a_warning(client, message):
    page = check_message(client, new_check_code()).content.decode()
    assert "아니요, 저희는 이런 메시지를 보내지 않았습니다" in page
    assert "주소를 누르거나 전화번호로 전화하지 마세요" in page


@pytest.mark.parametrize("typed", ["", " ", "K7M4", "😀", "\0", "x" * 10_000, "<script>", "K7M4-9QXO"])
def test_what_is_no_code_gets_a_sentence_and_stays_there(client, typed):
    page = check_message(client, typed)
    assert page.status_code == 400
    assert 'id="id_code_error"' in page.content.decode()
    assert page.context["form"]["code"].value() == typed


def test_a_slip_of_the_keys_is_told_from_a_message_that_is_not_ours(client, message):
    wrong = message.check_code[:-1] + ("2" if message.check_code[-1] != "2" else "3")
    page = check_message(client, wrong)
    assert page.status_code == 400
    assert "잘못 적힌 글자가 있습니다" in page.content.decode()


def test_a_message_that_has_not_gone_out_is_nobodys_to_have(client):
    send_code(contact=PHONE, purpose="sign_in", at=NOW, address="")
    assert "아니요" in check_message(client, Message.objects.get().check_code).content.decode()


def test_who_asks_too_often_waits_and_others_do_not(client, message):
    for _ in range(LOOK_UPS_MAX):
        assert check_message(client, new_check_code()).status_code == 200
    throttled = check_message(client, message.check_code)
    assert throttled.status_code == 429
    assert "네, 저희가" not in throttled.content.decode()
    assert throttled.context["form"]["code"].value() == message.check_code
    assert check_message(client, message.check_code, REMOTE_ADDR="203.0.113.77").status_code == 200


def test_one_ipv6_line_has_one_count(client):
    for host in range(LOOK_UPS_MAX):
        check_message(client, new_check_code(), REMOTE_ADDR=f"2001:db8:1:2::{host:x}")
    assert check_message(client, new_check_code(), REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429


def test_without_redis_nothing_is_looked_up(client, settings, message):
    unreachable = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": unreachable}
    down = check_message(client, message.check_code)
    assert down.status_code == 503
    assert "지금은 확인할 수 없습니다" in down.content.decode()
    assert ask(client).status_code == 503


def test_the_registered_phone_finds_the_claim(client, claim):
    page = answer(client)
    assert claim.reference in page
    assert 'href="/sign-in/"' in page


@pytest.mark.parametrize(("business", "phone"), [(BUSINESS, OTHER_PHONE), (OTHER_BUSINESS, PHONE)])
def test_another_phone_and_an_unknown_business_get_the_same_answer(client, claim, business, phone):
    page = answer(client, business, phone)
    assert NONE_FOUND in page
    assert claim.reference not in page


def test_the_first_step_answers_the_same_whoever_is_asked_for(client, claim):
    pages = []
    for business, phone in ((BUSINESS, PHONE), (OTHER_BUSINESS, "010-1234-5679")):
        page = ask(client, business, phone).content.decode()
        page = page.replace(business, "").replace(phone, "").replace("5679", "5678")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))
    assert pages[0] == pages[1]


def test_without_the_code_nothing_is_told(client, claim):
    ask(client)
    for code in ("", "000000", "abc", "\0", "9" * 200):
        page = ask(client, step="code", code=code)
        assert page.status_code == 400
        assert claim.reference not in page.content.decode()
        assert page.context["form"]["business_number"].value() == BUSINESS


def test_a_code_for_signing_in_does_not_look_up(client, claim, message):
    code = re.search(r"\d{6}", message.body)[0]
    with time_machine.travel(NOW + timedelta(minutes=1)):
        assert ask(client, step="code", code=code).status_code == 400


def test_a_double_click_and_a_reload_get_the_answer_again(client, claim):
    answer(client)
    again = ask(client, step="code", code="000000")
    assert claim.reference in again.content.decode()


def test_what_was_proven_is_forgotten_after_ten_minutes(client, claim):
    with time_machine.travel(NOW) as now:
        answer(client)
        now.shift(timedelta(minutes=11))
        assert ask(client, step="code", code="000000").status_code == 400


def test_the_session_holds_no_number(client, claim):
    answer(client)
    assert [text for text in ("22081", "1234") if text in str(dict(client.session))] == []


def test_a_new_code_can_be_had_after_a_wait_only(client):
    ask(client)
    page = ask(client, step="again")
    assert page.status_code == 429
    assert "이후에 다시 받을 수 있습니다" in page.content.decode()
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("business_number", ""),
        ("business_number", "220-81-62518"),
        ("business_number", "\0"),
        ("business_number", "１" * 9),
        ("phone", ""),
        ("phone", "02-123-4567"),
        ("phone", "+1 202 555 0100"),
        ("phone", "<b>"),
    ],
)
def test_bad_numbers_get_a_sentence_and_no_code(client, field, value):
    page = client.post("/check-claim/", {"business_number": BUSINESS, "phone": PHONE} | {field: value})
    assert page.status_code == 400
    assert f'id="id_{field}_error"' in page.content.decode()
    assert page.context["form"][field].value() == value
    assert Message.objects.count() == 0


def test_going_back_keeps_the_numbers(client):
    page = ask(client, step="back")
    assert page.status_code == 200
    assert page.context["form"]["phone"].value() == PHONE
