"""The steps about the losses: `periods` (which service, from when until when), `losses`, `alternative` (per line)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from claims.services.drafts.answers import AnswerMisshapen, Typed, line_key, lines_by_key, scalars
from claims.services.drafts.context import StepContext
from claims.services.drafts.problems import Parsed, Reading, required
from compensation import limits
from compensation.policy.seoul import day_in_seoul, end_of_day
from compensation.values.dates import DateValue, parse_date
from compensation.values.refused import ValueRefused
from compensation.values.won import parse_won
from compensation.values.yes_no import parse_yes_no

PERIOD_NAMES = ("service", "began", "ended")


@dataclass(frozen=True, slots=True)
class Line:
    """One loss, as far as the step `periods` tells it: service (code) and `[began_at, ended_at)`."""

    key: str
    service: str
    began_at: datetime
    ended_at: datetime

    @property
    def days(self) -> tuple[object, object]:
        """The first and the last day, in Seoul."""
        return day_in_seoul(self.began_at), day_in_seoul(self.ended_at - timedelta(microseconds=1))


def shape_periods(typed: object, context: StepContext) -> Typed:
    """`{"lines": [{"key": "1", "service": …, "began": …, "ended": …}, …]}`; a line without a key gets a new one.

    Raises AnswerTooLong, AnswerMisshapen.
    """
    lines = typed.get("lines", []) if isinstance(typed, Mapping) else None
    if not isinstance(lines, list) or len(lines) > limits.LOSSES_PER_CLAIM_MAX:
        raise AnswerMisshapen("lines")
    if not all(isinstance(line, Mapping) for line in lines):
        raise AnswerMisshapen("lines")
    keys = [line_key(line["key"]) if line.get("key") else "" for line in lines]
    if len({key for key in keys if key}) < sum(map(bool, keys)):
        raise AnswerMisshapen("lines")
    free = _free_keys({*keys, *keys_of(context)})  # one that is taken away now takes its other answers with it
    keys = [key or next(free) for key in keys]
    return {
        "lines": [
            {"key": key} | scalars(line, PERIOD_NAMES, within=f"lines.{key}")
            for key, line in zip(keys, lines, strict=True)
        ]
    }


def _free_keys(taken: set[str]) -> Iterator[str]:
    return (str(number) for number in range(1, 10**limits.ANSWER_KEY_LENGTH_MAX) if str(number) not in taken)


def parse_periods(typed: Typed, context: StepContext) -> Parsed[tuple[Line, ...]]:
    """The lines: at least one, each within the days of the incident, none overlapping another of the same service."""
    reading = Reading()
    lines: list[Line] = []
    for typed_line in typed.get("lines", []):
        line = _read_line(reading, typed_line, context)
        if line and any(_overlap(line, other) for other in lines):
            reading.note(f"lines.{line.key}.began", OVERLAPPING)
        elif line:
            lines.append(line)
    if not typed.get("lines"):
        reading.note("lines", NO_LINE)
    return reading.result(tuple(lines))


def _read_line(reading: Reading, typed: Typed, context: StepContext) -> Line | None:
    at = f"lines.{typed['key']}"
    service = reading.read(f"{at}.service", typed["service"], context.rules.service, missing=NO_SERVICE)
    if service and service not in context.policy.services:  # affected, but the policy has no share for it
        reading.note(f"{at}.service", NO_SERVICE)
        service = None
    began = reading.read(f"{at}.began", typed["began"], parse_date, missing=NO_BEGIN)
    ended = reading.read(f"{at}.ended", typed["ended"], parse_date, missing=NO_END)
    if began is None or ended is None:
        return None
    ended_at = end_of(ended)
    try:
        context.rules.check_period(began_at=began.moment, ended_at=ended_at)
    except ValueRefused as refused:
        reading.note(f"{at}.{'began' if began.moment < context.rules.reach_from else 'ended'}", refused)
        return None
    return Line(typed["key"], service, began.moment, ended_at) if service else None


def end_of(ended: DateValue) -> datetime:
    """A day without a time ends at 24:00, as in the association's files."""
    return ended.moment if ended.has_time else end_of_day(ended.day)


def _overlap(one: Line, other: Line) -> bool:
    return one.service == other.service and one.began_at < other.ended_at and other.began_at < one.ended_at


def shape_losses(typed: object) -> Typed:
    """`{"lines": {"1": {"lost_sales": …}, …}}`. Raises AnswerTooLong, AnswerMisshapen."""
    return lines_by_key(typed, ("lost_sales",))


def parse_losses(typed: Typed, context: StepContext) -> Parsed[dict[str, int]]:
    """Lost sales in won of each line of the step `periods`, by its key."""
    reading, lost = Reading(), {}
    for key in keys_of(context):
        text = typed.get("lines", {}).get(key, {}).get("lost_sales", "")
        lost[key] = reading.read(f"lines.{key}.lost_sales", text, parse_won, missing=NO_LOST_SALES)
    if sum(amount_won or 0 for amount_won in lost.values()) > limits.LOST_SALES_WON_MAX:
        reading.note(f"lines.{list(lost)[-1]}.lost_sales", TOO_MUCH)
    return reading.result(lost)


def shape_alternative(typed: object) -> Typed:
    """`{"lines": {"1": {"alternative": …}, …}}`. Raises AnswerTooLong, AnswerMisshapen."""
    return lines_by_key(typed, ("alternative",))


def parse_alternative(typed: Typed, context: StepContext) -> Parsed[dict[str, bool]]:
    """Whether an alternative existed, for each line, by its key; where the policy settles it, what the policy says."""
    reading, found = Reading(), settled_alternatives(context)
    for key in [key for key, settled in found.items() if settled is None]:
        text = typed.get("lines", {}).get(key, {}).get("alternative", "")
        found[key] = reading.read(f"lines.{key}.alternative", text, parse_yes_no, missing=NO_ALTERNATIVE)
    return reading.result({key: bool(answer) for key, answer in found.items()})


def settled_alternatives(context: StepContext) -> dict[str, bool | None]:
    """What the policy says of each line; None where the merchant is asked."""
    found: dict[str, bool | None] = {}
    for line in typed_lines(context):
        try:
            service = context.policy.services.get(context.rules.service(line["service"]))
        except ValueRefused:
            service = None
        found[line["key"]] = service.alternative if service else None
    return found


def asks_for_alternatives(context: StepContext) -> bool:
    """Whether there is a line for which the policy leaves it to the merchant; likely, as long as there is no line."""
    settled = settled_alternatives(context).values()
    return not settled or None in settled


def typed_lines(context: StepContext) -> list[Typed]:
    """The lines as they were typed in the step `periods`."""
    return list(context.answers.typed("periods").get("lines", []))


def keys_of(context: StepContext) -> list[str]:
    """The keys of the lines, in order."""
    return [line["key"] for line in typed_lines(context)]


NO_LINE = required("피해를 하나 이상 적어 주세요.", "Please write at least one loss.")
NO_SERVICE = required("멈춘 서비스를 골라 주세요.", "Please choose the service that was down.")
NO_BEGIN = required(
    "피해가 시작된 날을 2022-10-15처럼 적어 주세요.", "Please write the day the loss began, such as 2022-10-15."
)
NO_END = required(
    "피해가 끝난 날을 2022-10-16처럼 적어 주세요.", "Please write the day the loss ended, such as 2022-10-16."
)
OVERLAPPING = ValueRefused(
    "overlapping",
    "같은 서비스의 다른 피해와 기간이 겹칩니다. 겹치지 않게 고치거나 하나로 합쳐 주세요.",
    "The period overlaps another loss of the same service. Please change it, or make one loss of the two.",
)
NO_LOST_SALES = required(
    "매출 손실액을 350,000처럼 원 단위 숫자로 적어 주세요. 손실이 없었다면 0을 적어 주세요.",
    "Please write the lost sales in won, such as 350,000; 0 if there were none.",
)
TOO_MUCH = ValueRefused(
    "lost_sales_too_large_together",
    f"매출 손실액은 모두 더해 {limits.LOST_SALES_WON_MAX:,}원 이하여야 합니다.",
    f"The lost sales must be at most {limits.LOST_SALES_WON_MAX:,} won together.",
)
NO_ALTERNATIVE = required(
    "대체 서비스가 있었는지 골라 주세요.", "Please choose whether there was an alternative service."
)
