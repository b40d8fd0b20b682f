import hashlib

import pytest

from compensation.policy.consents import NotByTelephone
from compensation.policy.document import parse_policy

WHAT_THE_LAW_ASKS_FOR = {
    "ko": ("목적", "항목", "보유 기간", "거부할 권리"),
    "en": ("Purpose", "Items", "Kept", "right to refuse"),
}


def by_code(policy, code):
    return next(consent for consent in policy.consents if consent.code == code)


def test_there_is_a_tick_for_each_thing_that_the_law_keeps_apart(policy):
    assert [(consent.code, consent.required) for consent in policy.consents] == [
        ("personal_data", True),
        ("third_parties", True),
        ("truth", True),
        ("electronic_notice", False),
    ]


@pytest.mark.parametrize("code", ["personal_data", "third_parties", "electronic_notice"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_consent_to_use_data_says_all_that_the_law_asks_for(policy, code, language):
    text = by_code(policy, code).text(language)
    assert [wanted for wanted in WHAT_THE_LAW_ASKS_FOR[language] if wanted not in text] == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_each_consent_can_be_read_aloud_and_ends_with_a_question(policy, language):
    assert all(consent.telephone_text(language).endswith("?") for consent in policy.consents)


def test_the_digest_is_that_of_the_text_as_it_was_shown(policy):
    consent = by_code(policy, "truth")
    shown = f"{consent.title_ko}\n\n{consent.text_ko}"
    assert consent.digest("ko") == hashlib.sha256(shown.encode()).hexdigest()
    digests = {consent.digest(language, by_telephone=spoken) for language in ("ko", "en") for spoken in (True, False)}
    assert len(digests) == 4


def test_what_cannot_be_given_by_telephone_has_no_text_to_read_aloud(document):
    written = document["consents"][2]
    written["by_telephone"] = False
    del written["telephone_ko"], written["telephone_en"]
    consent = by_code(parse_policy(document), "truth")
    with pytest.raises(NotByTelephone):
        consent.digest("ko", by_telephone=True)
