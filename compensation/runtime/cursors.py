"""Cursors of lists: a place in a list as a text that shows nothing, and that nobody makes up."""

import base64
import json
from typing import Any

from compensation.runtime.encryption import DecryptionFailed, decrypt, encrypt
from compensation.values.refused import ValueRefused


class CursorUnknown(ValueRefused):
    """Not a cursor of this list."""

    def __init__(self) -> None:
        super().__init__(
            "cursor_unknown",
            "앞에서 받은 next_cursor를 그대로 보내 주세요.",
            "Please send the next_cursor of the page before as it is.",
        )


def seal_position(position: list[Any], *, of: str) -> str:
    """The cursor that stands for a position in the list `of`. Sealed: it shows no row numbers, nobody makes up one."""
    return base64.urlsafe_b64encode(encrypt(json.dumps(position), context=of).encode()).decode().rstrip("=")


def open_position(cursor: str, *, of: str) -> list[Any]:
    """The position that a cursor of this list stands for. Raises CursorUnknown."""
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        position: list[Any] = json.loads(decrypt(sealed, context=of))
    except (DecryptionFailed, ValueError) as error:
        raise CursorUnknown from error
    return position
