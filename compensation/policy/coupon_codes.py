"""Coupon codes such as K7M4-9QXR-T2V5-H3CG: derived from a secret key when somebody asks, and stored nowhere.

A code is a number of 70 bits, the version of its key before it, in 15 characters of the references' alphabet, and a
check character. A typing error does not get past the check character; a code that was made up gets past it (anybody can
compute it) and then fails at the key. The 70 bits are who and what for (member and coupon) and a MAC of these, which
also encrypts them, as in RFC 5297: the same member and coupon have the same code, another one a code that has nothing
in common with it. As the code reads back, no two are the same.

Of 29**15 numbers 96 million are codes that somebody was granted: one of 90 million million guesses is (ours).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from compensation import limits
from compensation.policy.references import (
    ALPHABET,
    character_values,
    characters_of,
    check_character,
    in_groups,
    without_gaps,
)

CODE_CHARACTERS = 16
_BODY_BITS = limits.COUPON_MEMBER_BITS + limits.COUPON_NUMBER_BITS
_MAC_BITS = limits.COUPON_MAC_BITS
_NUMBER_BITS = _BODY_BITS + _MAC_BITS
_MAC, _MASK = b"coupon mac", b"coupon mask"  # one key, two purposes
UNKNOWN = "coupon_unknown"  # the code of the refusal of a made-up code
KEYS_AT_ONCE_MAX = len(ALPHABET) ** (CODE_CHARACTERS - 1) >> _NUMBER_BITS  # 7: what is left of the first character


@dataclass(frozen=True, slots=True)
class CouponHolder:
    """Whose code it is, and for which coupon: `member_id` and the coupon's number."""

    member_id: int
    coupon_number: int


class CouponOutOfRange(ValueError):
    """A member id or coupon number that does not fit into a code."""


class KeysCollide(ValueError):
    """No key at all, or two whose versions cannot be told apart in a code (the same modulo KEYS_AT_ONCE_MAX)."""


class CouponCodeRefused(ValueError):
    """Text that is no code. `code` is `coupon_malformed`, `coupon_mistyped` or UNKNOWN (no code of ours)."""

    def __init__(self, code: str, message_ko: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message_ko = message_ko
        self.message_en = message_en


def coupon_code(*, keys: Mapping[int, bytes], holder: CouponHolder) -> str:
    """The code of this member and coupon by the newest of `keys` (by version, 32 bytes each).

    Raises CouponOutOfRange, KeysCollide.
    """
    version = max(_by_place(keys).values())
    body = _packed(holder)
    mac = _keyed(keys[version], _MAC, body, _MAC_BITS)
    number = version % KEYS_AT_ONCE_MAX << _NUMBER_BITS | mac << _BODY_BITS | body ^ _mask(keys[version], mac)
    characters = _as_characters(number)
    return in_groups(characters + check_character(characters))


def read_coupon_code(text: str, *, keys: Mapping[int, bytes]) -> CouponHolder:
    """Whose code it is, as typed by a person, by any of `keys`. Raises CouponCodeRefused, KeysCollide."""
    place, rest = divmod(_number_of(normalise_coupon_code(text)), 1 << _NUMBER_BITS)
    version = _by_place(keys).get(place)
    if version is None:
        raise _unknown()
    mac, hidden = divmod(rest, 1 << _BODY_BITS)
    body = hidden ^ _mask(keys[version], mac)
    wanted = _keyed(keys[version], _MAC, body, _MAC_BITS)
    if not hmac.compare_digest(mac.to_bytes(8, "big"), wanted.to_bytes(8, "big")):
        raise _unknown()
    return CouponHolder(*divmod(body, 1 << limits.COUPON_NUMBER_BITS))


def normalise_coupon_code(text: str) -> str:
    """The 16 characters that a person typed, without spaces and dashes. Needs no key: whether it was issued is not
    looked at. A letter that no code has (an O for a Q) is a typing error, too. Raises CouponCodeRefused.
    """
    typed = without_gaps(text) if len(text) <= limits.VALUE_TEXT_LENGTH_MAX else ""
    if len(typed) != CODE_CHARACTERS or not (typed.isascii() and typed.isalnum()):
        raise CouponCodeRefused(
            "coupon_malformed",
            "쿠폰 번호는 K7M4-9QXR-T2V5-H3CG처럼 영문자와 숫자 16자리로 적어 주세요.",
            "Please write the coupon code as 16 letters and digits, such as K7M4-9QXR-T2V5-H3CG.",
        )
    characters = characters_of(typed)
    if characters is None or check_character(characters[:-1]) != characters[-1]:
        raise CouponCodeRefused(
            "coupon_mistyped",
            "쿠폰 번호에 잘못 적힌 글자가 있습니다. 다시 확인해 주세요.",
            "A character of this coupon code is wrong. Please check it again.",
        )
    return characters


def _by_place(keys: Mapping[int, bytes]) -> dict[int, int]:
    """The version by what stands for it in a code."""
    versions = {version % KEYS_AT_ONCE_MAX: version for version in keys}
    if not keys or len(versions) != len(keys):
        raise KeysCollide(sorted(keys))
    return versions


def _packed(holder: CouponHolder) -> int:
    member_id, number = holder.member_id, holder.coupon_number
    if not (0 <= member_id < 1 << limits.COUPON_MEMBER_BITS and 0 <= number < 1 << limits.COUPON_NUMBER_BITS):
        raise CouponOutOfRange(holder)
    return member_id << limits.COUPON_NUMBER_BITS | number


def _mask(key: bytes, mac: int) -> int:
    return _keyed(key, _MASK, mac, _BODY_BITS)


def _keyed(key: bytes, purpose: bytes, value: int, bits: int) -> int:
    """`bits` bits that follow from the value, and tell nothing of it or of each other without the key."""
    digest = blake2b(value.to_bytes(8, "big"), key=key, person=purpose, digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 64 - bits


def _as_characters(number: int) -> str:
    characters = []
    for _ in range(CODE_CHARACTERS - 1):
        number, value = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[value])
    return "".join(reversed(characters))


def _number_of(characters: str) -> int:
    number = 0
    for value in character_values(characters[:-1]):
        number = number * len(ALPHABET) + value
    return number


def _unknown() -> CouponCodeRefused:
    return CouponCodeRefused(
        UNKNOWN,
        "우리가 드린 쿠폰 번호가 아닙니다. 이용자 화면의 번호와 같은지 확인해 주세요.",
        "This is not a coupon code of ours. Please compare it with the one on the member's page.",
    )
