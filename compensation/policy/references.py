"""References that people read out over the phone, such as K7M4-9QXR-T2V5: unguessable, with a check character.

Eleven random characters and one check character of an alphabet of 29. As 29 is a prime and each place has a weight of
its own, every wrong character and every swap of two characters is noticed.
"""

from compensation import limits

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"  # without 0 and O, 1 and I and L, S (a 5), U (a V)
_RANDOM_CHARACTERS = 11
_GROUP = 4
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_IGNORED = str.maketrans("", "", " -‐‑–—_\t\r\n\u00a0")


class RandomBitsOutOfRange(ValueError):
    """The random bits are no whole number from 0 to 2**REFERENCE_RANDOM_BITS - 1."""


class ReferenceRefused(ValueError):
    """Text that is no reference. `code` is `reference_malformed` or `reference_wrong_check`."""

    def __init__(self, *, code: str, message_ko: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message_ko = message_ko
        self.message_en = message_en


def reference_from(random_bits: int) -> str:
    """The reference that these random bits make. Draw them from `secrets.randbits(limits.REFERENCE_RANDOM_BITS)`."""
    if not 0 <= random_bits < 1 << limits.REFERENCE_RANDOM_BITS:
        raise RandomBitsOutOfRange(random_bits)
    characters = ""
    for _ in range(_RANDOM_CHARACTERS):
        random_bits, value = divmod(random_bits, len(ALPHABET))
        characters += ALPHABET[value]
    return in_groups(characters + check_character(characters))


def normalise_reference(text: str) -> str:
    """The reference as it is stored, from what a person typed: small letters, spaces and missing dashes are fine.

    Raises ReferenceRefused.
    """
    if len(text) > limits.VALUE_TEXT_LENGTH_MAX:
        raise _malformed()
    characters = characters_of(text)
    if characters is None or len(characters) != _RANDOM_CHARACTERS + 1:
        raise _malformed()
    if check_character(characters[:-1]) != characters[-1]:
        raise ReferenceRefused(
            code="reference_wrong_check",
            message_ko="접수번호에 잘못 적힌 글자가 있습니다. 접수번호를 다시 확인해 주세요.",
            message_en="A character of this reference is wrong. Please check the reference again.",
        )
    return in_groups(characters)


def without_gaps(text: str) -> str:
    """What a person typed without spaces and dashes, in capitals."""
    return text.translate(_IGNORED).upper()


def characters_of(text: str) -> str | None:
    """What a person typed without spaces and dashes, in capitals; None where a character is not of the alphabet."""
    characters = without_gaps(text)
    return characters if _VALUE.keys() >= set(characters) else None


def character_values(characters: str) -> list[int]:
    """What each character of the alphabet stands for, 0 to 28."""
    return [_VALUE[character] for character in characters]


def check_character(characters: str) -> str:
    """The character that shows a mistake in these."""
    weighted = sum(weight * value for weight, value in enumerate(character_values(characters), start=2))
    return ALPHABET[-weighted % len(ALPHABET)]


def in_groups(characters: str) -> str:
    """Four and four, with dashes between."""
    return "-".join(characters[start : start + _GROUP] for start in range(0, len(characters), _GROUP))


def _malformed() -> ReferenceRefused:
    return ReferenceRefused(
        code="reference_malformed",
        message_ko="접수번호는 K7M4-9QXR-T2V5처럼 영문자와 숫자 12자리로 적어 주세요.",
        message_en="Please write the reference as 12 letters and digits, such as K7M4-9QXR-T2V5.",
    )
