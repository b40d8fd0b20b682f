"""What an invariant is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """`query` finds what breaks it; `ko` and `en` say so, with a place for each of its figures."""

    code: str
    query: str
    ko: str
    en: str
