"""What people write in their own words: a question, an answer, the reasons of an objection."""

import re
import unicodedata

from compensation import limits
from compensation.values.refused import ValueRefused

# Nothing that is read: controls (but not tab and line feed), directions, fillers and other invisible characters.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def parse_paragraphs(value: object, *, length_max: int = limits.PARAGRAPHS_LENGTH_MAX) -> str:
    """The text in NFC without what cannot be read, single spaces, at most one blank line; '' where nothing was written.

    Written things are kept, emoji and markup too: pages show them as the text they are. Raises ValueRefused: too long.
    """
    if not isinstance(value, str):
        return ""
    if len(value) > 4 * length_max:  # NFD takes up to three characters for one syllable
        raise _too_long(length_max)
    text = _UNREADABLE.sub("", _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", value)))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    text = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    if len(text) > length_max:
        raise _too_long(length_max)
    return text


def _too_long(length_max: int) -> ValueRefused:
    return ValueRefused(
        "text_too_long",
        f"{length_max:,}자 이하로 줄여 적어 주세요. 더 긴 내용은 파일로 올려 주세요.",
        f"Please write at most {length_max:,} characters. Longer texts can be sent as a file.",
    )
