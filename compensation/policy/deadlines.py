"""Deadlines: working days (영업일) on a clock that stops while the merchant is asked, and calendar days.

Ours: the first day does not count and the last one counts to its end in Seoul (as in the Civil Act, articles 157, 159).
A working day counts if the clock ran at its end, so whoever is asked on Monday and answers on Wednesday moves the
deadline by two days. What has been counted stays counted: the clock never starts again from zero.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from compensation.policy.document import Policy
from compensation.policy.seoul import day_in_seoul, end_of_day

SATURDAY = 5  # of date.weekday()


class Pause(NamedTuple):
    """A half-open interval in which the merchant was asked for something; without an end, still is. Aware times."""

    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline that runs: from when, for how many working days, and when it stood still. Pauses may overlap."""

    started_at: datetime
    working_days: int
    pauses: tuple[Pause, ...] = ()


class Reading(NamedTuple):
    """What a clock shows at a moment.

    `due_at` is the first moment after the last day (aware, Seoul); None while a pause is open, for then nobody knows.
    `remaining_working_days` does not count today: 0 is "today is the last day", or passed where `is_overdue`.
    """

    due_at: datetime | None
    remaining_working_days: int
    is_paused: bool
    is_overdue: bool


class ClockRefused(ValueError):
    """A clock without working days, or with a pause that ends before it begins."""


def is_working_day(*, day: date, holidays: Container[date]) -> bool:
    """Neither Saturday nor Sunday nor one of the holidays."""
    return day.weekday() < SATURDAY and day not in holidays


def due_at(*, clock: Clock, holidays: Container[date]) -> datetime | None:
    """The first moment after the clock's last working day (aware, Seoul); None while an open pause stops it.

    A pause that began after that moment changes nothing any more. Raises ClockRefused.
    """
    _refuse_faulty(clock)
    day, counted = day_in_seoul(clock.started_at), 0
    while counted < clock.working_days:
        day += timedelta(days=1)
        if any(pause.ended_at is None and pause.began_at < end_of_day(day) for pause in clock.pauses):
            return None
        counted += _counts(day, clock, holidays)
    return end_of_day(day)


def read_clock(*, clock: Clock, at: datetime, holidays: Container[date]) -> Reading:
    """What the clock shows at `at`, from nothing that happened later. Raises ClockRefused."""
    known = tuple(_as_known_at(pause, at) for pause in clock.pauses if pause.began_at <= at)
    clock = Clock(clock.started_at, clock.working_days, known)
    due = due_at(clock=clock, holidays=holidays)
    first, today = day_in_seoul(clock.started_at), day_in_seoul(at)
    days = (first + timedelta(days=number) for number in range(1, (today - first).days + 1))
    counted = sum(_counts(day, clock, holidays) for day in days)
    return Reading(
        due_at=due,
        remaining_working_days=max(clock.working_days - counted, 0),
        is_paused=any(pause.ended_at is None for pause in known),
        is_overdue=due is not None and at >= due,
    )


def objection_until(*, determined_at: datetime, policy: Policy) -> datetime:
    """The first moment at which a determination can no longer be objected to (aware, Seoul)."""
    return _days_later(determined_at, policy.deadlines.objection_days)


def answer_until(*, asked_at: datetime, policy: Policy) -> datetime:
    """The first moment at which the answer to a question is late (aware, Seoul)."""
    return _days_later(asked_at, policy.deadlines.answer_days)


def remind_at(*, asked_at: datetime, policy: Policy) -> datetime:
    """When a merchant who has not answered is reminded (aware, Seoul): a midnight; send it at a decent hour."""
    return _days_later(asked_at, policy.deadlines.answer_days - policy.deadlines.reminder_days)


def _days_later(moment: datetime, days: int) -> datetime:
    return end_of_day(day_in_seoul(moment) + timedelta(days=days))


def _counts(day: date, clock: Clock, holidays: Container[date]) -> bool:
    if not is_working_day(day=day, holidays=holidays):
        return False
    end = end_of_day(day)
    return not any(pause.began_at < end and (pause.ended_at is None or pause.ended_at >= end) for pause in clock.pauses)


def _as_known_at(pause: Pause, at: datetime) -> Pause:
    return pause if pause.ended_at is None or pause.ended_at <= at else Pause(pause.began_at, None)


def _refuse_faulty(clock: Clock) -> None:
    if clock.working_days < 1:
        raise ClockRefused(f"working_days: {clock.working_days}")
    for pause in clock.pauses:
        if pause.ended_at is not None and pause.ended_at < pause.began_at:
            raise ClockRefused(f"{pause.began_at} to {pause.ended_at}")
