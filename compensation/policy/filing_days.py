"""Who may file on the first days, by the last digit of the business number, where the policy spreads the load (ours).

Holds for the browser and the API, whose rush it spreads. Association files and the customer centre are not held back.
"""

from datetime import date, timedelta

from compensation.policy.document import Policy
from compensation.policy.procedure import FilingDay


class NotTenDigits(ValueError):
    """The business number is not in its stored form of ten digits."""


def may_file_on(*, business_number: str, date: date, policy: Policy) -> bool:
    """Whether this business may file on this day in Seoul. On days that the policy does not list, everybody may.

    Raises NotTenDigits.
    """
    digit = _last_digit(business_number)
    listed = _listed(date, policy)
    return listed is None or digit in listed.digits


def next_filing_day(*, business_number: str, date: date, policy: Policy) -> date:
    """The first day from `date` on when this business may file, as far as the last digit goes. Raises NotTenDigits.

    Whether an intake window is open on it is another question.
    """
    while not may_file_on(business_number=business_number, date=date, policy=policy):
        date += timedelta(days=1)
    return date


def _listed(day: date, policy: Policy) -> FilingDay | None:
    return next((listed for listed in policy.filing_days if listed.day == day), None)


def _last_digit(business_number: str) -> int:
    if len(business_number) != 10 or not (business_number.isascii() and business_number.isdigit()):
        raise NotTenDigits(len(business_number))
    return int(business_number[-1])
