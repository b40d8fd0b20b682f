"""When claims may be filed. Two windows of a programme never take claims of one channel at the same time."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from compensation.audit.services import because
from compensation.programmes.models import IntakeWindow, Programme

CHANNELS = ("association", "web", "agent")  # the association's files, the browser, the customer centre


class WindowNeverOpens(Exception):
    """The window would close before it opens, or no channel could use it."""


class WindowCodeTaken(Exception):
    """The programme already has a window of that code."""


class WindowsOverlap(Exception):
    """Another window takes claims of the same channel at the same time: `.code` names it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def open_window(
    *,
    programme: Programme,
    code: str,
    names: tuple[str, str],
    opens_at: datetime,
    closes_at: datetime,
    channels: Iterable[str],
    actor: AbstractBaseUser,
) -> IntakeWindow:
    """Adds the intake window `[opens_at, closes_at)` beside those of the programme's file. `names` are Korean, English.

    Raises WindowNeverOpens, WindowCodeTaken, WindowsOverlap.
    """
    window = IntakeWindow(
        programme=programme,
        code=code,
        name_ko=names[0],
        name_en=names[1],
        opens_at=opens_at,
        closes_at=closes_at,
        channels=list(channels),
    )
    if closes_at <= opens_at or not set(window.channels) or set(window.channels) - set(CHANNELS):
        raise WindowNeverOpens(code)
    with transaction.atomic(), because(actor=actor, reason="intake window opened"):
        Programme.objects.select_for_update().get(pk=programme.pk)
        for other in IntakeWindow.objects.filter(programme=programme):
            if other.code == code:
                raise WindowCodeTaken(code)
            if overlap(window, other):
                raise WindowsOverlap(other.code)
        window.save()
    return window


def overlap(first: IntakeWindow, second: IntakeWindow) -> bool:
    """Whether a claim of one channel could belong to both windows."""
    meet = first.opens_at < second.closes_at and second.opens_at < first.closes_at
    return meet and not set(first.channels).isdisjoint(second.channels)
