"""What stands in a draft: by step, what was typed, how often it was saved, and by which device last."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from compensation import limits
from compensation.values.text import whole_number

Typed = dict[str, Any]  # what was typed for one step: names to text, yes or no, numbers; lines by their number


class AnswerTooLong(ValueError):
    """Text of more than ANSWER_LENGTH_MAX characters. `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class AnswerMisshapen(ValueError):
    """Not what this step asks for: a list where a text belongs, too many lines. `field` names it; blank: all of it."""

    def __init__(self, field: str = "") -> None:
        super().__init__(field)
        self.field = field


class Answers:
    """The answers of a draft, step by step. Reads and writes the text of `ClaimDraft.answers`."""

    def __init__(self, text: str = "{}") -> None:
        self._steps: dict[str, Any] = json.loads(text)

    def as_text(self) -> str:
        return json.dumps(self._steps, separators=(",", ":"))

    def typed(self, step: str) -> Typed:
        """What was typed for the step; nothing where it was never saved."""
        return dict(self._steps.get(step, {}).get("typed", {}))

    def version(self, step: str) -> int:
        """How often the step was saved with something new; 0 for never."""
        return int(self._steps.get(step, {}).get("version", 0))

    def is_saved_elsewhere(self, step: str, *, seen_version: int, device: str) -> bool:
        """Whether another device saved the step after this one has seen `seen_version` of it.

        What the same device saved meanwhile is no surprise to anybody: a page that is left by the browser's back button
        is old as well.
        """
        saved = self._steps.get(step)
        return saved is not None and saved["version"] != seen_version and saved["device"] != device

    def put(self, step: str, typed: Typed, *, device: str) -> bool:
        """Puts what was typed for the step in the place of what stood there; whether that changes anything."""
        if step in self._steps and self.typed(step) == typed:
            return False
        self._steps[step] = {"typed": typed, "version": self.version(step) + 1, "device": device}
        return True

    def keep_lines(self, step: str, keys: Collection[str]) -> None:
        """Drops what was typed for lines that are no longer there."""
        lines = self._steps.get(step, {}).get("typed", {}).get("lines", {})
        for key in [key for key in lines if key not in keys]:
            del lines[key]


def device_digest(name: str) -> str:
    """A short name of a device that gives nothing away about its session."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def scalars(typed: object, names: Collection[str], *, within: str = "") -> Typed:
    """The answers of these names, each a text, a number, yes or no; '' for what was left out. Other names are dropped.

    Raises AnswerTooLong, AnswerMisshapen.
    """
    if not isinstance(typed, Mapping):
        raise AnswerMisshapen(within)
    return {name: _scalar(typed.get(name), f"{within}.{name}" if within else name) for name in names}


def lines_by_key(typed: object, names: Collection[str]) -> Typed:
    """`{"lines": {"1": {...}, "2": {...}}}` with these names in each line. Raises AnswerTooLong, AnswerMisshapen."""
    lines = typed.get("lines", {}) if isinstance(typed, Mapping) else None
    if not isinstance(lines, Mapping) or len(lines) > limits.LOSSES_PER_CLAIM_MAX:
        raise AnswerMisshapen("lines")
    return {
        "lines": {line_key(key): scalars(line, names, within=f"lines.{line_key(key)}") for key, line in lines.items()}
    }


def line_key(value: object) -> str:
    """The number of a line, as a short text of digits. Raises AnswerMisshapen."""
    text = str(value) if isinstance(value, str) or type(value) is int else ""
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= limits.ANSWER_KEY_LENGTH_MAX):
        raise AnswerMisshapen("lines")
    return text


def _scalar(value: object, field: str) -> str | int | bool:
    """As typed, but for what no page could show again: half a character of UTF-16, which JSON can hold."""
    if value is None:
        return ""
    if isinstance(value, str):
        if len(value) > limits.ANSWER_LENGTH_MAX:
            raise AnswerTooLong(field)
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        whole = whole_number(value)
        return str(value) if whole is None else whole
    if isinstance(value, int):
        if whole_number(value) is None:
            raise AnswerTooLong(field)
        return value
    raise AnswerMisshapen(field)
