import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compensation import limits
from compensation.policy.references import (
    ALPHABET,
    RandomBitsOutOfRange,
    ReferenceRefused,
    normalise_reference,
    reference_from,
)

REFERENCES = st.integers(0, 2**limits.REFERENCE_RANDOM_BITS - 1).map(reference_from)
PLACES = st.integers(0, 11)


@given(REFERENCES)
def test_a_reference_reads_back_however_it_is_typed(reference):
    assert len(reference) == limits.REFERENCE_LENGTH
    for typed in (reference, reference.lower(), reference.replace("-", ""), f" {reference.replace('-', ' ')} "):
        assert normalise_reference(typed) == reference


@given(REFERENCES, PLACES, st.sampled_from(ALPHABET))
def test_every_wrong_character_is_noticed(reference, place, character):
    characters = list(reference.replace("-", ""))
    assume(characters[place] != character)
    characters[place] = character
    with pytest.raises(ReferenceRefused) as caught:
        normalise_reference("".join(characters))
    assert caught.value.code == "reference_wrong_check"


@given(REFERENCES, PLACES, PLACES)
def test_every_swap_of_two_characters_is_noticed(reference, place, other):
    characters = list(reference.replace("-", ""))
    assume(characters[place] != characters[other])
    characters[place], characters[other] = characters[other], characters[place]
    with pytest.raises(ReferenceRefused):
        normalise_reference("".join(characters))


@pytest.mark.parametrize(
    "text", ["", "K7M4", "K7M4-9QXR-T2VO", "K7M4-9QXR-T2V55", "케이7엠", "K7M4-9QXR-T2V\u0665", "9" * 500]
)
def test_what_is_no_reference_is_refused_with_a_sentence(text):
    with pytest.raises(ReferenceRefused) as caught:
        normalise_reference(text)
    assert caught.value.code == "reference_malformed"
    assert "K7M4-9QXR-T2V5" in caught.value.message_ko


def test_the_example_in_the_sentence_is_a_reference():
    assert normalise_reference("k7m49qxrt2v5") == "K7M4-9QXR-T2V5"


@pytest.mark.parametrize("random_bits", [-1, 2**limits.REFERENCE_RANDOM_BITS])
def test_random_bits_out_of_range_are_refused(random_bits):
    with pytest.raises(RandomBitsOutOfRange):
        reference_from(random_bits)
