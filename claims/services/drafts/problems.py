"""What is wrong with the answers of a step: which field, and the sentence that says how to put it right."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """`field` is a name of the step's answers (`lines.2.service`). `code` is stable, for machines."""

    field: str
    code: str
    message_ko: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """The values of a step, None as long as there are problems."""

    values: T | None
    problems: tuple[FieldProblem, ...] = ()


@dataclass(slots=True)
class Reading:
    """Reads answers one by one and collects everything that is wrong with them."""

    problems: list[FieldProblem] = field(default_factory=list)

    def read(self, name: str, typed: object, parse: Callable[[object], Any], *, missing: ValueRefused | None) -> Any:
        """What `parse` makes of an answer; None (and a problem) where it is refused.

        Where nothing was written the problem is `missing`; without one, the answer may be left out.
        """
        if is_blank(typed):
            if missing:
                self.note(name, missing)
            return None
        try:
            return parse(typed)
        except ValueRefused as refused:
            self.note(name, refused)
            return None

    def note(self, name: str, refused: ValueRefused) -> None:
        self.problems.append(FieldProblem(name, refused.code, refused.message_ko, refused.message_en))

    def result(self, values: T) -> Parsed[T]:
        """The values, if nothing was wrong with the answers."""
        return Parsed(None, tuple(self.problems)) if self.problems else Parsed(values)


def required(message_ko: str, message_en: str) -> ValueRefused:
    """What is said where an answer is needed and nothing was written."""
    return ValueRefused("required", message_ko, message_en)


def too_long(name: str) -> FieldProblem:
    """An answer that is too long to be kept."""
    return FieldProblem(
        name,
        "too_long",
        f"너무 깁니다. {limits.ANSWER_LENGTH_MAX}자 이하로 적어 주세요.",
        f"This is too long. Please write at most {limits.ANSWER_LENGTH_MAX} characters.",
    )


def misshapen(name: str) -> FieldProblem:
    """An answer of a kind that no page sends."""
    return FieldProblem(
        name,
        "misshapen",
        "이 항목의 형식이 맞지 않습니다. 글자나 숫자로 적어 주세요.",
        "This answer has the wrong form. Please send a text or a number.",
    )
