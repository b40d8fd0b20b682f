"""The gateway to Open Banking, against a stand-in that speaks its protocol."""

import pytest
import urllib3

from merchants.gateways import holder_inquiry
from merchants.gateways.holder_inquiry import Holder, InquiryUnanswered, holder_of, new_transaction_id
from merchants.standins.open_banking import NO_ACCOUNT, SILENT, OpenBanking
from tests.cast import NOW

ONE = ("004", "12345678901234")


@pytest.fixture
def bank(settings, monkeypatch):
    """A bank that is waited for as long as a busy machine takes."""
    wait_for_it(monkeypatch, 60)
    with OpenBanking(silent_seconds=1.0) as server:
        settings.OPEN_BANKING = server.options
        yield server


def wait_for_it(monkeypatch, seconds: float) -> None:
    connections = urllib3.PoolManager(timeout=seconds, retries=False)
    monkeypatch.setattr(holder_inquiry, "_connections", lambda: connections)


def asked(number=ONE) -> Holder:
    return holder_of(bank_code=number[0], number=number[1], transaction_id=new_transaction_id(), at=NOW)


def test_the_holder_is_told_and_the_request_is_as_the_protocol_wants_it(bank):
    bank.holders[ONE] = "홍길동"
    assert asked() == Holder(name="홍길동", exists=True, code="000")
    request = bank.asked[0]
    assert (request["account_holder_info_type"], request["account_holder_info"]) == ("N", "")
    assert request["tran_dtime"] == "20230131100000"  # in Seoul
    assert (len(request["bank_tran_id"]), request["bank_tran_id"][:11]) == (20, "M202200101U")


@pytest.mark.parametrize("name", [NO_ACCOUNT, None])
def test_an_account_that_is_not_there_is_an_answer(bank, name):
    bank.holders = {ONE: name} if name else {}
    assert asked() == Holder(name="", exists=False, code="412")


@pytest.mark.parametrize(
    ("mood", "holder", "code", "is_down"),
    [
        ("down", "홍길동", "token: HTTP 503", True),
        ("rubbish", "홍길동", "JSONDecodeError", True),
        ("busy", "홍길동", "499", False),
        ("well", "  ", "A0000", False),
    ],
)
def test_what_is_no_answer_says_why_and_whose_fault_it_is(bank, monkeypatch, mood, holder, code, is_down):
    tokens = holder_inquiry._Tokens()
    monkeypatch.setattr(holder_inquiry, "_tokens", lambda: tokens)
    bank.mood, bank.holders[ONE] = mood, holder
    with pytest.raises(InquiryUnanswered) as unanswered:
        asked()
    assert (unanswered.value.code, unanswered.value.is_down) == (code, is_down)


def test_a_bank_that_says_nothing_is_not_waited_for(bank, monkeypatch):
    bank.holders[ONE] = "홍길동"
    asked()  # has a token from now on
    bank.holders[ONE] = SILENT
    wait_for_it(monkeypatch, 0.5)
    with pytest.raises(InquiryUnanswered) as unanswered:
        asked()
    assert (unanswered.value.code, unanswered.value.is_down) == ("timeout", False)


def test_a_token_that_ended_is_had_anew(bank):
    bank.holders[ONE] = "홍길동"
    asked()
    bank.mood = "forgetful"
    assert asked().name == "홍길동"


def test_nobody_there_is_no_answer(settings):
    settings.OPEN_BANKING = {"address": "http://127.0.0.1:9", "client_id": "", "client_secret": "", "institution": ""}
    with pytest.raises(InquiryUnanswered) as unanswered:
        asked()
    assert unanswered.value.is_down


def test_a_wrong_secret_gets_no_token(bank, settings, monkeypatch):
    tokens = holder_inquiry._Tokens()
    monkeypatch.setattr(holder_inquiry, "_tokens", lambda: tokens)
    settings.OPEN_BANKING = bank.options | {"client_secret": "guessed"}
    with pytest.raises(InquiryUnanswered, match="token"):
        asked()
