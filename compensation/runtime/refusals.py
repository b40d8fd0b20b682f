"""Refusals that carry no code: a sentence for the person who asked, and nothing that a field of a form has to know."""

from typing import Any


class StepRefused(Exception):
    """A step that is not taken now. `str(error)` is the sentence, in the language of whoever reads it then."""

    sentence: Any = ""

    def __str__(self) -> str:
        return str(self.sentence)
