"""What is destroyed once it is no longer needed: each app says what, `claims.services.retention` does it by night."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Expiring:
    """A kind of thing that is not kept for ever.

    `due` are those whose time is over at a moment. `destroy` is given some of them, whose rows the caller holds, and
    says how many it destroyed, by code.
    """

    code: str
    due: Callable[[datetime], QuerySet[Any]]
    destroy: Callable[[QuerySet[Any]], Mapping[str, int]]


def deleted_rows(code: str, due: Callable[[datetime], QuerySet[Any]]) -> Expiring:
    """A kind that is destroyed by deleting its rows."""
    return Expiring(code, due, lambda rows: {code: rows.delete()[0]})
