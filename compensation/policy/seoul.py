"""Days in Seoul: the programme's dates begin and end by the clock there."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")


def day_in_seoul(moment: datetime) -> date:
    """The date in Seoul at this aware moment."""
    return moment.astimezone(SEOUL).date()


def end_of_day(day: date) -> datetime:
    """The first moment after the day: an exclusive end."""
    return datetime.combine(day + timedelta(days=1), time.min, SEOUL)


def start_of_day(day: date) -> datetime:
    """Its first moment in Seoul."""
    return datetime.combine(day, time.min, SEOUL)
