"""The name of a file as it is shown. It is never used as a path."""

import re
import unicodedata

from compensation import limits

NAMELESS = "증빙 자료"
# Letters that show nothing, and marks that turn their neighbour into an emoji: not of category C, hence listed.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
_SPACES = re.compile(r"\s+")


def plain_name(name: str) -> str:
    """The last part of `name` in NFC without what cannot be seen, cut to FILE_NAME_LENGTH_MAX characters."""
    last_part = re.split(r"[/\\]", name)[-1]
    visible = "".join(map(_visible, unicodedata.normalize("NFC", last_part)))
    return _SPACES.sub(" ", _INVISIBLE.sub("", visible)).strip(" .")[: limits.FILE_NAME_LENGTH_MAX] or NAMELESS


def shown_name(name: str, *, endings: tuple[str, ...]) -> str:
    """The name to show for a file that really is of a kind with these endings.

    Where it has another one, the first of them is appended: a photo that was called 영수증.pdf shows as 영수증.pdf.jpg.
    """
    # The sender's ending is looked at in the whole name: a name of 300 characters keeps it.
    ending = name.rpartition(".")[2].lower()
    stem = plain_name(name.rpartition(".")[0] if ending in endings else name)
    ending = ending if ending in endings else endings[0]
    return f"{stem[: limits.FILE_NAME_LENGTH_MAX - len(ending) - 1]}.{ending}"


def _visible(character: str) -> str:
    """Control, direction, private and unassigned characters go; tabs and line breaks become spaces."""
    if character.isspace():
        return " "
    return "" if unicodedata.category(character).startswith("C") else character
