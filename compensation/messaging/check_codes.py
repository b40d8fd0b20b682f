"""Check codes: the short number in every message, such as K7M4-9QXR, by which people see whether it is from us.

Of the alphabet of references, so that it can be read out over the phone: seven random characters and one check
character. 29**7 codes are 17 billion; a guess among a million messages hits once in 17,000, and the page is throttled.
"""

import secrets

from compensation import limits
from compensation.policy.references import ALPHABET, characters_of, check_character, in_groups
from compensation.values.refused import ValueRefused

_RANDOM_CHARACTERS = 7


class CheckCodeRefused(ValueRefused):
    """Text that is no check code. `code` is `check_code_malformed` or `check_code_wrong_check`."""


def new_check_code() -> str:
    """A fresh code that nobody can foresee."""
    characters = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return in_groups(characters + check_character(characters))


def normalise_check_code(text: str) -> str:
    """The code as it is stored, from what a person typed: small letters, spaces and missing dashes are fine.

    Raises CheckCodeRefused.
    """
    if len(text) > limits.VALUE_TEXT_LENGTH_MAX:
        raise _malformed()
    characters = characters_of(text)
    if characters is None or len(characters) != _RANDOM_CHARACTERS + 1:
        raise _malformed()
    if check_character(characters[:-1]) != characters[-1]:
        raise CheckCodeRefused(
            code="check_code_wrong_check",
            message_ko="확인번호에 잘못 적힌 글자가 있습니다. 받은 메시지의 확인번호를 다시 확인해 주세요.",
            message_en="A character of this check code is wrong. Please look at the message again.",
        )
    return in_groups(characters)


def _malformed() -> CheckCodeRefused:
    return CheckCodeRefused(
        code="check_code_malformed",
        message_ko="확인번호는 K7M4-9QXR처럼 영문자와 숫자 8자리로 적어 주세요. 받은 메시지의 끝에 있습니다.",
        message_en="Please write the check code as 8 letters and digits, such as K7M4-9QXR. The message ends with it.",
    )
