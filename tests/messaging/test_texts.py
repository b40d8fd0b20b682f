"""Every text, in both languages, as it goes out."""

import re
from datetime import date
from itertools import product

import pytest

from compensation import limits
from compensation.messaging.services.outbox import write
from compensation.messaging.texts import (
    LANGUAGES,
    LanguageUnknown,
    TemplateUnknown,
    VariablesDoNotFit,
    registered_text,
    texts,
    write_out,
)
from compensation.messaging.variables import KINDS, plain
from tests.messaging.cast import KIM, NOON, RECEIVED

EVERY_TEXT = list(product(texts(), LANGUAGES))
HOSTILE = "http://evil.com/a www.evil.kr evil.co.kr 한국.한국 //evil.com"
LINK = re.compile(r"https?:|www\.|://|//|\w\.(?:com|kr|한국)", re.IGNORECASE)
SENDER = "1015 피해지원"
NEEDED = {
    "sign_in_code",
    "pass_served",
    "pass_ending",
    "claim_received",
    "claim_determined_paid",
    "claim_determined_nothing",
    "claim_to_council",
    "papers_asked",
    "paper_reminder",
    "answer_received",
    "objection_received",
    "objection_decided",
    "council_granted",
    "council_refused",
    "council_undone",
    "bank_account_changed",
    "claim_withdrawn",
    "evidence_refused",
    "payout_paid",
    "payout_returned",
    "payout_delayed",
    "payout_topped_up",
    "top_up_withdrawn",
}


def values(template: str, *, text: str = "한결식당") -> dict:
    """A value for each variable, texts as given."""
    by_type = {str: text, int: 30_000, date: NOON.date(), type(NOON): NOON}
    return {name: by_type[KINDS[kind].type] for name, kind in texts()[template].variables.items()}


def written(template: str, language: str, *, sender: str = SENDER, text: str = "한결식당"):
    return write_out(
        template=template,
        language=language,
        variables=values(template, text=text),
        sender=sender,
        check_code="K7M4-9QXR",
    )


def test_there_is_a_text_for_every_event():
    assert texts().keys() >= NEEDED


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_every_text_is_complete_and_says_how_to_check_it(template, language):
    text = written(template, language)
    assert text.title.startswith(f"[{SENDER}] ")
    assert "{" not in text.title + text.body
    assert "K7M4-9QXR" in text.body
    assert {"ko": "사이트 주소를 직접 입력해 첫 화면의", "en": "type our site's address yourself"}[
        language
    ] in text.body


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_no_text_has_a_link_whatever_people_wrote(template, language):
    text = written(template, language, text=HOSTILE)
    assert not LINK.search(text.title + text.body + text.public_body)


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_every_text_fits_a_message_however_long_its_variables(template, language):
    text = written(template, language, text="가" * 10_000, sender="가" * limits.NAME_LENGTH_MAX)
    assert len(f"{text.title}\n\n{text.body}") <= limits.MESSAGE_TEXT_LENGTH_MAX
    assert len(text.title) <= limits.MESSAGE_TITLE_LENGTH_MAX


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_every_text_can_be_written_on_a_korean_phone(template, language):
    text = written(template, language)
    assert (text.title + text.body).encode("euc-kr")


@pytest.mark.parametrize("template", texts())
def test_korean_is_korean_and_english_is_english(template):
    assert not re.search("[a-z]{3,}", texts()[template].titles["ko"])
    assert not re.search("[가-힣]", texts()[template].titles["en"] + texts()[template].bodies["en"])


def test_a_receipt_in_both_languages():
    korean = write_out(template="claim_received", language="ko", variables=RECEIVED, sender="", check_code="K7M4-9QXR")
    english = write_out(template="claim_received", language="en", variables=RECEIVED, sender="", check_code="K7M4-9QXR")
    assert korean.title == "[피해지원] 피해 접수가 완료되었습니다"
    assert korean.body.startswith("상호: 한결식당\n접수번호: K7M4-9QXR-T2V5\n접수 일시: 2023년 1월 31일 12:00\n")
    assert english.body.startswith(
        "Business: 한결식당\nClaim reference: K7M4-9QXR-T2V5\nReceived: 31 January 2023, 12:00\n"
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": None}, "of another type: name"),
        ({"received_at": NOON.date()}, "of another type: received_at"),
        ({"shop": "한결식당"}, "not of this text: shop"),
    ],
)
def test_variables_that_do_not_fit_are_refused_when_written(db, changes, fault):
    with pytest.raises(VariablesDoNotFit, match=fault):
        write(
            template="claim_received",
            to=KIM,
            channel="sms",
            variables=RECEIVED | changes,
            language="ko",
            at=NOON,
            dedupe_key="1",
        )


def test_a_missing_variable_is_named():
    with pytest.raises(VariablesDoNotFit, match="missing: name, received_at"):
        write_out(template="claim_received", language="ko", variables={"reference": ""}, sender="", check_code="")


def test_an_unknown_text_or_language_is_refused():
    with pytest.raises(TemplateUnknown, match="claim_lost"):
        write_out(template="claim_lost", language="ko", variables={}, sender="", check_code="")
    with pytest.raises(LanguageUnknown, match="ja"):
        write_out(template="answer_received", language="ja", variables={}, sender="", check_code="")


def test_what_people_wrote_is_no_template():
    variables = {"name": "{reference}", "reference": "K7M4-9QXR-T2V5"}
    text = write_out(template="answer_received", language="ko", variables=variables, sender="", check_code="K7M4-9QXR")
    assert text.body.startswith("상호: {reference}\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("한결식당", "한결식당"),
        ("세금계산서.pdf", "세금계산서.pdf"),
        ("2022.10.15 매출", "2022.10.15 매출"),
        ("소상공인 확인서\n매출 자료", "소상공인 확인서 매출 자료"),
        ("naver.com", "naver. com"),
        ("HTTPS://naver.com", "naver. com"),
        ("\u202e가게\u200b", "가게"),
    ],
)
def test_what_people_wrote_becomes_one_line_without_links(text, expected):
    assert plain(text) == expected


def test_a_text_is_registered_with_the_dealer_in_its_notation():
    text = registered_text(template="claim_determined_paid", language="ko")
    assert text.startswith("[#{sender}] 지원금 지급이 결정되었습니다\n\n상호: #{name}\n")
    assert "#{amount}" in text
    assert "#{check_code}" in text
