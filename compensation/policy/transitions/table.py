"""The states of an object, and which moves between them are allowed."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransitionTable:
    """The states of one object: `names` has each state's Korean and English name, `moves` are (from, to) pairs."""

    initial: str
    names: Mapping[str, tuple[str, str]]
    moves: tuple[tuple[str, str], ...]

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(self.names)

    def name(self, state: str, language: str) -> str:
        """The name of a state in 'ko' or 'en'."""
        korean, english = self.names[state]
        return korean if language == "ko" else english


class StateUnknown(Exception):
    """A state that the table does not have."""


def is_allowed(table: TransitionTable, old: str, new: str) -> bool:
    """Whether an object may move from `old` to `new`. Staying in a state is no move. Raises StateUnknown."""
    for state in (old, new):
        if state not in table.names:
            raise StateUnknown(state)
    return (old, new) in table.moves
