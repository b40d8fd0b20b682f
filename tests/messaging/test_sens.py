"""What goes to the dealer: Alimtalk and SMS."""

import base64
import hmac

import pytest

from compensation.messaging.gateways.kakao import KakaoGateway
from compensation.messaging.gateways.sens import long_message, signature
from compensation.messaging.services.delivery import deliver
from compensation.messaging.standin import CHANNEL
from compensation.messaging.texts import LANGUAGES, texts
from tests.messaging.cast import NOON, message, sign_in_code
from tests.messaging.test_texts import values

pytestmark = pytest.mark.django_db


def sent(written):
    deliver(message_id=written.pk, at=NOON)
    written.refresh_from_db()
    return written


def test_a_business_message_names_channel_template_and_a_way_out_by_sms(sens):
    written = sent(message(channel="kakao"))
    request = sens.taken[0]["request"]
    assert (request["plusFriendId"], request["templateCode"]) == (CHANNEL, "claim_received_ko")
    [entry] = request["messages"]
    assert (entry["to"], entry["content"]) == ("01012345678", f"{written.title}\n\n{written.body}")
    assert entry["useSmsFailover"] is True
    assert entry["failoverConfig"]["type"] == "LMS"
    assert entry["failoverConfig"]["content"] == entry["content"]
    assert written.provider_id == sens.taken[0]["messageId"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", texts())
def test_every_text_is_what_was_approved(sens, template, language):
    variables = values(template)
    written = sent(message(template=template, channel="kakao", language=language, variables=variables))
    assert (written.state, written.fault) == ("sent", "")


def test_a_text_that_was_not_approved_fails_at_once(sens):
    written = message(channel="kakao")
    written.title = "이벤트 당첨"
    written.save()
    assert sent(written).state == "failed"


def test_an_approved_code_may_be_another_one(settings, sens):
    settings.MESSAGING["sens"]["templates"] = {"claim_received_ko": "CR01"}
    written = message(channel="kakao")
    gateway = KakaoGateway()
    assert gateway._template_code(written) == "CR01"
    assert gateway._template_code(sign_in_code()) == "sign_in_code_ko"


def test_a_text_message_goes_from_our_number(sens):
    written = sent(message())
    request = sens.taken[0]["request"]
    assert (request["from"], request["type"], request["contentType"]) == ("15880000", "LMS", "COMM")
    assert request["messages"] == [{"to": "01012345678"}]
    assert written.check_code in request["content"]


def test_a_name_that_phones_cannot_write_does_not_stop_the_message(sens):
    variables = {"name": "까페 café", "reference": "K7M4-9QXR-T2V5"}
    assert sent(message(template="answer_received", variables=variables)).state == "sent"
    assert "상호: 까페 caf?" in sens.taken[0]["content"]


@pytest.mark.parametrize(
    ("text", "kind"), [("가" * 45, "SMS"), ("a" * 90, "SMS"), ("가" * 45 + "a", "LMS"), ("가" * 1_000, "LMS")]
)
def test_the_length_in_bytes_decides_between_sms_and_lms(text, kind):
    assert long_message("제목", text)["type"] == kind


def test_a_subject_is_cut_between_two_characters():
    assert long_message("a" + "가" * 40, "가" * 50)["subject"] == "a" + "가" * 19


def test_the_signature_covers_method_path_time_and_key_as_documented():
    path = "/sms/v2/services/ncp:sms:kr:1:sens/messages?to=01012345678"
    told = f"GET {path}\n1521787414578\nkey"
    expected = base64.b64encode(hmac.new(b"secret", told.encode(), "sha256").digest()).decode()
    assert signature("GET", path, "1521787414578", "key", "secret") == expected


@pytest.mark.parametrize("wrong", [{"secret_key": "guess"}, {"access_key": "other"}])
def test_a_wrong_key_is_refused_and_tried_later(settings, sens, wrong):
    settings.MESSAGING = settings.MESSAGING | {"sens": sens.settings | wrong}
    written = sent(message())
    assert (written.state, written.fault) == ("waiting", "HTTP 401 200 Authentication Failed")


def test_a_clock_that_is_wrong_is_refused(sens, monkeypatch):
    monkeypatch.setattr("compensation.messaging.standin.CLOCK_MINUTES", -1)
    assert sent(message()).state == "waiting"
