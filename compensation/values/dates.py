"""Dates, with or without a time, in Seoul. The year comes first; a day or a month in front is never guessed at."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from compensation import limits
from compensation.policy.seoul import SEOUL
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_DATE = (
    r"(?P<year>[0-9]{4})(?:"
    r"(?P<separator>[-/]|\. ?)(?P<month>[0-9]{1,2})(?P=separator)(?P<day>[0-9]{1,2})\.?"
    r"|년 ?(?P<month_ko>[0-9]{1,2})월 ?(?P<day_ko>[0-9]{1,2})일"
    r"|(?P<month_8>[0-9]{2})(?P<day_8>[0-9]{2}))"
)
_TIME = (
    r"(?:(?P<half>오전|오후) ?)?(?P<hour>[0-9]{1,2})(?:"
    r":(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"|시(?: ?(?P<minute_ko>[0-9]{1,2})분)?(?: ?(?P<second_ko>[0-9]{1,2})초)?)"
)
_OFFSET = r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})"
_MOMENT = re.compile(rf"{_DATE}(?:(?:T| +){_TIME} ?{_OFFSET}?)?")
_OTHER_ORDER = re.compile(r"[0-9]{1,2}[-/. ]+[0-9]{1,2}[-/. ]+[0-9]{2,4}\b.*")


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date, or a date and time. `moment` is aware, in Seoul; midnight where no time was written (not `has_time`)."""

    moment: datetime
    has_time: bool

    @property
    def day(self) -> date:
        return self.moment.date()


def parse_date(value: object) -> DateValue:
    """'2022-10-15', '2022.10.15', '2022/10/15', '20221015', '2022년 10월 15일', each with or without a time; or a date.

    A date-time without an offset is Seoul's; one at midnight sharp is a date, as spreadsheets hold dates like that.
    Raises ValueRefused.
    """
    if isinstance(value, datetime):
        return _within_bounds(_from_datetime(value))
    if isinstance(value, date):
        return _within_bounds(DateValue(datetime.combine(value, time.min, SEOUL), has_time=False))
    text = plain_text(value)
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise _year_first() if _OTHER_ORDER.fullmatch(text) else _malformed()
    return _within_bounds(_from_match(match))


def parse_day(value: object) -> date:
    """The day alone, whatever time stands beside it. Raises ValueRefused."""
    return parse_date(value).day


def _from_datetime(value: datetime) -> DateValue:
    if value.utcoffset() is None:
        return DateValue(value.replace(tzinfo=SEOUL), has_time=value.time() != time.min)
    return DateValue(_in_seoul(value), has_time=True)


def _from_match(match: re.Match[str]) -> DateValue:
    part = {name: text for name, text in match.groupdict().items() if text is not None}
    year, month, day, minute, second = (_number(part, name) for name in ("year", "month", "day", "minute", "second"))
    try:
        moment = datetime(year, month, day, _hour(part), minute, second, tzinfo=_zone(part.get("offset")))
    except ValueError:
        raise ValueRefused(
            "date_impossible",
            "달력에 없는 날짜이거나 없는 시각입니다. 2022-10-15 15:30처럼 적어 주세요.",
            "There is no such date or time. Please write it as 2022-10-15 15:30.",
        ) from None
    return DateValue(_in_seoul(moment), has_time="hour" in part)


def _zone(offset: str | None) -> tzinfo:
    """Seoul, unless an offset such as Z or +09:00 was written. Raises ValueError for one that cannot be."""
    if offset is None:
        return SEOUL
    if offset == "Z":
        return UTC
    distance = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:]))
    return timezone(distance if offset[0] == "+" else -distance)


def _number(part: dict[str, str], name: str) -> int:
    """A number of the date in whichever form it was written; 0 where it was left out."""
    return int(part.get(name) or part.get(f"{name}_ko") or part.get(f"{name}_8") or 0)


def _hour(part: dict[str, str]) -> int:
    hour = _number(part, "hour")
    if "half" not in part:
        return hour
    if not 1 <= hour <= 12:
        return -1  # 오후 15시: no such time
    return hour % 12 + (12 if part["half"] == "오후" else 0)


def _in_seoul(moment: datetime) -> datetime:
    if not limits.YEAR_MIN <= moment.year <= limits.YEAR_MAX:
        raise _out_of_range()  # before it is converted: the first and the last year of the calendar cannot be
    return moment.astimezone(SEOUL)


def _within_bounds(result: DateValue) -> DateValue:
    if not limits.YEAR_MIN <= result.moment.year <= limits.YEAR_MAX:
        raise _out_of_range()
    return result


def _out_of_range() -> ValueRefused:
    return ValueRefused(
        "date_out_of_range",
        f"날짜는 {limits.YEAR_MIN}년에서 {limits.YEAR_MAX}년 사이로 적어 주세요.",
        f"Please write a date from {limits.YEAR_MIN} to {limits.YEAR_MAX}.",
    )


def _year_first() -> ValueRefused:
    return ValueRefused(
        "date_year_first",
        "날짜는 2022-10-15처럼 네 자리 연도를 먼저 적어 주세요.",
        "Please write the year first, with four digits: 2022-10-15.",
    )


def _malformed() -> ValueRefused:
    return ValueRefused(
        "date_malformed",
        "날짜는 2022-10-15, 2022.10.15, 2022년 10월 15일처럼, 시각까지는 2022-10-15 15:30처럼 적어 주세요.",
        "Please write the date as 2022-10-15, 2022.10.15 or 2022년 10월 15일, with a time as 2022-10-15 15:30.",
    )
