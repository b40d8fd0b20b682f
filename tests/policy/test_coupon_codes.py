import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compensation import limits
from compensation.policy.coupon_codes import (
    CODE_CHARACTERS,
    KEYS_AT_ONCE_MAX,
    CouponCodeRefused,
    CouponHolder,
    CouponOutOfRange,
    KeysCollide,
    coupon_code,
    normalise_coupon_code,
    read_coupon_code,
)
from compensation.policy.references import ALPHABET, check_character

KEYS = {1: b"1" * 32, 2: b"2" * 32}
HOLDERS = st.builds(
    CouponHolder,
    st.integers(0, (1 << limits.COUPON_MEMBER_BITS) - 1),
    st.integers(0, (1 << limits.COUPON_NUMBER_BITS) - 1),
)
ANNA = CouponHolder(member_id=47_999_999, coupon_number=1)
PLACES = st.integers(0, CODE_CHARACTERS - 1)


def refusal(text: str, keys=KEYS) -> str:
    with pytest.raises(CouponCodeRefused) as caught:
        read_coupon_code(text, keys=keys)
    return caught.value.code


def with_check(characters: str) -> str:
    """What somebody makes up who knows the alphabet and the check character, but no key."""
    return characters + check_character(characters)


@given(HOLDERS)
def test_a_code_reads_back_however_it_is_typed(holder):
    code = coupon_code(keys=KEYS, holder=holder)
    assert len(code.replace("-", "")) == CODE_CHARACTERS
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert read_coupon_code(typed, keys=KEYS) == holder


@given(HOLDERS, PLACES, st.sampled_from(ALPHABET))
def test_a_typing_error_is_told_as_one(holder, place, character):
    characters = list(normalise_coupon_code(coupon_code(keys=KEYS, holder=holder)))
    assume(characters[place] != character)
    characters[place] = character
    assert refusal("".join(characters)) == "coupon_mistyped"


@given(st.text(ALPHABET, min_size=CODE_CHARACTERS - 1, max_size=CODE_CHARACTERS - 1))
def test_a_made_up_code_is_told_as_one(characters):
    assert refusal(with_check(characters)) == "coupon_unknown"


@given(HOLDERS, st.integers(0, CODE_CHARACTERS - 2), st.sampled_from(ALPHABET))
def test_a_code_that_was_changed_with_its_check_character_is_made_up(holder, place, character):
    characters = list(normalise_coupon_code(coupon_code(keys=KEYS, holder=holder)))[:-1]
    assume(characters[place] != character)
    characters[place] = character
    assert refusal(with_check("".join(characters))) == "coupon_unknown"


def test_no_two_are_the_same_and_neighbours_have_nothing_in_common():
    codes = [
        coupon_code(keys={version: KEYS[version]}, holder=CouponHolder(member, number))
        for version in KEYS
        for member in range(5_000)
        for number in range(2)
    ]
    assert len(set(codes)) == len(codes) == 20_000
    same = sum(a == b for a, b in zip(codes[0], codes[2], strict=True))
    assert same < 10  # three dashes, the key's share of the first character, and chance


def test_an_older_key_still_reads_what_it_made_and_a_newer_one_makes_the_codes():
    old = coupon_code(keys={1: KEYS[1]}, holder=ANNA)
    assert coupon_code(keys=KEYS, holder=ANNA) != old
    assert read_coupon_code(old, keys=KEYS) == ANNA
    assert refusal(old, keys={2: KEYS[2]}) == "coupon_unknown"
    assert refusal(old, keys={1: KEYS[2]}) == "coupon_unknown"


@pytest.mark.parametrize(
    "text", ["", "K7M4", "K7M4-9QXR-T2V5-H3CGG", "K7M4-9QXR-T2V5-H3C!", "쿠폰", "쿠" * 16, "9" * 500]
)
def test_what_is_no_code_is_refused_with_a_sentence(text):
    assert refusal(text) == "coupon_malformed"


@pytest.mark.parametrize("character", "01ILOSU")
def test_a_letter_that_no_code_has_is_a_typing_error(character):
    assert refusal(f"{character}7M4-9QXR-T2V5-H3CG") == "coupon_mistyped"


def test_the_example_in_the_sentence_has_the_right_check_character():
    assert normalise_coupon_code("k7m4 9qxr t2v5 h3cg") == "K7M49QXRT2V5H3CG"


@pytest.mark.parametrize(
    "holder",
    [
        CouponHolder(-1, 0),
        CouponHolder(1 << limits.COUPON_MEMBER_BITS, 0),
        CouponHolder(0, 1 << limits.COUPON_NUMBER_BITS),
    ],
)
def test_who_does_not_fit_into_a_code_gets_none(holder):
    with pytest.raises(CouponOutOfRange):
        coupon_code(keys=KEYS, holder=holder)


@pytest.mark.parametrize("keys", [{}, {1: b"1" * 32, 1 + KEYS_AT_ONCE_MAX: b"2" * 32}])
def test_keys_that_a_code_cannot_tell_apart_are_refused(keys):
    with pytest.raises(KeysCollide):
        coupon_code(keys=keys, holder=ANNA)
