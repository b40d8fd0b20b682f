from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from compensation.policy.objections import Standing, why_no_confirmation, why_no_objection
from compensation.policy.seoul import SEOUL

DETERMINED_AT = datetime(2023, 3, 2, 15, tzinfo=SEOUL)
UNTIL = datetime(2023, 4, 2, tzinfo=SEOUL)  # 30 days end with 1 April
STANDING = Standing(determined_at=DETERMINED_AT, route="fast", is_current=True, has_open_objection=False)


@pytest.mark.parametrize("route", ["fast", "no_support", "council"])
def test_any_determination_can_be_objected_to_until_the_end_of_the_last_day(policy, route):
    standing = replace(STANDING, route=route)
    last_moment = UNTIL - timedelta(microseconds=1)
    assert why_no_objection(standing=standing, at=DETERMINED_AT, policy=policy) is None
    assert why_no_objection(standing=standing, at=last_moment, policy=policy) is None
    assert why_no_objection(standing=standing, at=UNTIL, policy=policy).code == "too_late"


@pytest.mark.parametrize(
    ("route", "code"), [("fast", None), ("no_support", "no_confirmation"), ("council", "no_confirmation")]
)
def test_only_a_merchant_in_a_tier_can_ask_for_confirmation(policy, route, code):
    reason = why_no_confirmation(standing=replace(STANDING, route=route), at=DETERMINED_AT, policy=policy)
    assert (reason and reason.code) == code


def test_confirmation_can_be_asked_for_until_the_same_day(policy):
    last_moment = UNTIL - timedelta(microseconds=1)
    assert why_no_confirmation(standing=STANDING, at=last_moment, policy=policy) is None
    assert why_no_confirmation(standing=STANDING, at=UNTIL, policy=policy).code == "too_late"


@pytest.mark.parametrize("why_not", [why_no_objection, why_no_confirmation])
def test_the_first_rule_that_fails_is_the_reason(policy, why_not):
    standing = Standing(DETERMINED_AT, "fast", is_current=False, has_open_objection=True)
    found = [why_not(standing=standing, at=UNTIL, policy=policy).code]
    standing = replace(standing, is_current=True)
    found.append(why_not(standing=standing, at=UNTIL, policy=policy).code)
    standing = replace(standing, has_open_objection=False)
    found.append(why_not(standing=standing, at=UNTIL, policy=policy).code)
    assert found == ["not_current", "already_open", "too_late"]


def test_which_determinations_can_be_objected_to_is_data(policy):
    closed = replace(policy, objections=replace(policy.objections, routes=("council",)))
    reason = why_no_objection(standing=STANDING, at=DETERMINED_AT, policy=closed)
    assert (reason.code, reason.message_ko) == ("no_objection", "이 결정에는 이의신청을 할 수 없습니다.")
