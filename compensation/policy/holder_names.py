"""Whether the holder of an account is who the merchant said, and belongs to the business (ours).

Banks write names in their own way: without "(주)", without spaces, cut to the width of a field, with the business in
brackets behind the person. What differs in such ways only is `nearly` the same, and a person looks at it. Only a holder
that is written as it was said, and is the business or its representative, is taken without a look.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from compensation import limits
from compensation.policy.case_checks import bare_name, holder_matches
from compensation.policy.wording import pick

_CUT_CHARACTERS_LEAST = 4  # characters of a cut name that are enough to call it the start of the longer one


class Likeness(StrEnum):
    MATCHES = "matches"
    NEARLY = "nearly"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike the names are, and why, in words for the person who looks. `code` is stable, for machines."""

    likeness: Likeness
    code: str
    reason_ko: str
    reason_en: str

    def reason(self, language: str) -> str:
        return pick(language, self.reason_ko, self.reason_en)


SAME = Comparison(
    Likeness.MATCHES,
    "same",
    "적으신 예금주와 은행의 예금주가 같고, 상호나 대표자의 이름입니다.",
    "The bank has the holder as it was said: the business or its representative.",
)
SOMEBODY_ELSE = Comparison(
    Likeness.NEARLY,
    "somebody_else",
    "적으신 예금주와 은행의 예금주는 같으나, 상호나 대표자의 이름이 아닙니다.",
    "The bank has the holder as it was said, but it is neither the business nor its representative.",
)
WRITTEN_OTHERWISE = Comparison(
    Likeness.NEARLY,
    "written_otherwise",
    "(주), 띄어쓰기, 괄호 같은 표기만 다릅니다.",
    "Only the way of writing differs: a legal form, spaces, brackets.",
)
CUT = Comparison(
    Likeness.NEARLY,
    "cut",
    "은행이 긴 이름의 뒷부분을 잘랐습니다. 앞부분은 같습니다.",
    "The bank has cut a long name; its start is the same.",
)
WITH_BUSINESS = Comparison(
    Likeness.NEARLY,
    "with_business",
    "은행의 예금주에 대표자의 이름과 상호가 함께 있습니다.",
    "The bank has the representative's name and the business' together.",
)
OTHER_NAME = Comparison(
    Likeness.NEARLY,
    "other_name",
    "적으신 예금주와 다르지만, 은행의 예금주가 상호나 대표자의 이름입니다.",
    "Not as it was said, but the holder is the business or its representative.",
)
DIFFERENT = Comparison(
    Likeness.DIFFERS,
    "different",
    "은행의 예금주가 적으신 예금주와도, 상호나 대표자의 이름과도 다릅니다.",
    "The bank's holder is neither who was said nor the business nor its representative.",
)


def compare(*, said: str, answered: str, also: Iterable[str]) -> Comparison:
    """Compares the holder that was said with the bank's. `also`: the names of the business and its representative.

    Spaces around and between words, and Unicode forms (NFC), are no difference; everything else that `nearly` bears is
    in the list above. An empty answer differs.
    """
    names = [name for name in also if name]
    said, answered = _plain(said), _plain(answered)
    if said == answered and answered:
        return SAME if holder_matches(holder=answered, names=names) else SOMEBODY_ELSE
    if holder_matches(holder=answered, names=[said]) or holder_matches(holder=said, names=[answered]):
        return WRITTEN_OTHERWISE
    bare = bare_name(answered)
    if _is_cut(answered) and any(bare_name(name).startswith(bare) for name in (said, *names)):
        return CUT
    if bare in {bare_name(one + other) for one in (said, *names) for other in names if one != other}:
        return WITH_BUSINESS
    if holder_matches(holder=answered, names=names):
        return OTHER_NAME
    return DIFFERENT


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _is_cut(answered: str) -> bool:
    """Whether the answer fills its field (Hangul takes two bytes of it, so one may be left over)."""
    width = len(answered.encode("cp949", "replace"))
    return width >= limits.HOLDER_NAME_BYTES_MAX - 1 and len(bare_name(answered)) >= _CUT_CHARACTERS_LEAST
