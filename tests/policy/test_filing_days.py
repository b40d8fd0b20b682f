from datetime import date

import pytest

from compensation.policy.document import parse_policy
from compensation.policy.filing_days import NotTenDigits, may_file_on, next_filing_day

ODD, EVEN = "1234567891", "2208162514"
FIRST, SECOND, THIRD = date(2023, 1, 30), date(2023, 1, 31), date(2023, 2, 1)


@pytest.fixture
def spread(document):
    """The policy with the days that the shipped file has as a comment."""
    document["filing_days"] = [
        {"day": "2023-01-31", "digits": [0, 2, 4, 6, 8]},
        {"day": date(2023, 1, 30), "digits": [1, 3, 5, 7, 9]},
    ]
    return parse_policy(document)


@pytest.mark.parametrize(("business_number", "may_file"), [(ODD, [True, False, True]), (EVEN, [False, True, True])])
def test_only_the_listed_last_digits_may_file_on_a_listed_day(spread, business_number, may_file):
    days = (FIRST, SECOND, THIRD)
    assert [may_file_on(business_number=business_number, date=day, policy=spread) for day in days] == may_file


@pytest.mark.parametrize(("business_number", "days"), [(ODD, [FIRST, THIRD, THIRD]), (EVEN, [SECOND, SECOND, THIRD])])
def test_the_others_are_told_their_day(spread, business_number, days):
    asked_on = (FIRST, SECOND, THIRD)
    assert [next_filing_day(business_number=business_number, date=day, policy=spread) for day in asked_on] == days


def test_everybody_may_file_at_once_where_the_policy_lists_no_days(policy):
    assert policy.filing_days == ()
    assert may_file_on(business_number=ODD, date=FIRST, policy=policy)


@pytest.mark.parametrize("text", ["", "123-45-67891", "123456789", "１２３４５６７８９１", "123456789x"])
def test_a_number_that_was_not_parsed_is_refused(policy, text):
    with pytest.raises(NotTenDigits):
        may_file_on(business_number=text, date=FIRST, policy=policy)
