"""What passes between the readers, the row parser and the report: cells, rows and their faults."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from compensation.values.refused import ValueRefused


class AssociationFileRefused(Exception):
    """The file as a whole cannot be imported. `code` is stable, for machines; the messages are for people."""

    def __init__(self, code: str, message_ko: str, message_en: str) -> None:
        super().__init__(f"{message_ko} ({message_en})")
        self.code = code
        self.message_ko = message_ko
        self.message_en = message_en


@dataclass(frozen=True, slots=True)
class UnreadableCell:
    """A cell whose value cannot be known, such as a formula that was never calculated. `shown` is what stands there."""

    shown: str
    refusal: ValueRefused


# Text as it stands in the file, or a spreadsheet's number or truth value. Dates and percentages come as text, as seen.
Cell = str | int | float | bool | UnreadableCell | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of a file. `number` counts from 1 as spreadsheet programs do; `refusal` is set where the row is broken."""

    number: int
    cells: list[Cell]
    refusal: ValueRefused | None = None


class Source(Protocol):
    """An opened file: its rows one by one, and how it was read."""

    kind: str
    encoding: str
    delimiter: str
    row_count_hint: int  # roughly how many rows there are; 0 where the file does not say

    def rows(self) -> Iterator[SourceRow]: ...


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row. `column` is the header; blank where it is the row as a whole."""

    column: str
    value: str
    code: str
    message_ko: str
    message_en: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that comes back, with everything that is wrong with it."""

    number: int
    cells: list[Cell]
    faults: list[Fault]


def fault_of(refusal: ValueRefused, *, column: str = "", value: Cell = None) -> Fault:
    return Fault(column, shown(value), refusal.code, refusal.message_ko, refusal.message_en)


def shown(cell: Cell) -> str:
    """A cell as a person sees it, cut to a length that fits a message."""
    text = cell.shown if isinstance(cell, UnreadableCell) else "" if cell is None else str(cell)
    return text if len(text) <= 100 else f"{text[:99]}…"
