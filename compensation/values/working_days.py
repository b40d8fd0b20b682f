"""Which days are no working days in Korea besides Saturday and Sunday."""

from datetime import date
from functools import cache

import holidays

from compensation import limits


@cache
def working_calendar() -> frozenset[date]:
    """The public holidays of Korea with their substitute days, and 1 May, on which banks and offices rest.

    Made once, for all years that dates may have, as the library fills its own object while others read it. Days that
    the government sets for one year (an election, a temporary holiday) come with a new version of the library.
    """
    years = range(limits.YEAR_MIN, limits.YEAR_MAX + 1)
    return frozenset(holidays.country_holidays("KR", years=years, categories=("public", "bank")))
