"""Members are reminded of what ends soon: once, in one message for all that ends that day."""

from datetime import timedelta

import pytest

from compensation.messaging.models import Message
from compensation.policy.seoul import end_of_day
from tests.cast import NOW
from tests.users.member_cast import account_of, item_by, sora
from users.models import ItemReminder
from users.services import member_items, reminders

pytestmark = pytest.mark.django_db

# The emoticons of NOW end with 1 May 2023, the coupons with 30 June.
EMOTICONS_END, COUPONS_END = (NOW + timedelta(days=90)).date(), (NOW + timedelta(days=176)).date()
WEEK, MOMENT = timedelta(days=7), timedelta(microseconds=1)


def remind(at) -> list[str]:
    """All that the sweeper does at this moment; the messages there are then."""
    while reminders.remind_next_chunk(at=at):
        pass
    while reminders.write_next_notices(at=at):
        pass
    return list(Message.objects.filter(template="items_ending").order_by("id").values_list("body", flat=True))


def test_one_message_for_all_that_ends_that_day_and_only_once(programme):
    account_of(sora(programme, at=NOW), phone="+821012345678")
    week_before = end_of_day(EMOTICONS_END) - WEEK
    assert remind(week_before - MOMENT) == []
    for _twice in range(2):
        [body] = remind(week_before)
        assert "작가 이모티콘 A 외 1개" in body
        assert "2023년 5월 1일" in body
    assert len(remind(end_of_day(COUPONS_END) - WEEK)) == 2


def test_after_the_end_nobody_is_reminded(programme):
    account_of(sora(programme, at=NOW), phone="+821012345678")
    assert remind(end_of_day(EMOTICONS_END)) == []


def test_what_was_declined_is_not_spoken_of(programme):
    member = sora(programme, at=NOW)
    account_of(member, phone="+821012345678")
    member_items.decline(member=member, item=item_by(programme, "coupon-2000"), at=NOW)
    assert "감사 쿠폰 3,000원" in remind(end_of_day(COUPONS_END) - WEEK)[-1]


def test_who_cannot_be_told_costs_a_row_per_chunk_and_no_message(programme):
    sora(programme, at=NOW)
    account_of(sora(programme, at=NOW))
    assert remind(end_of_day(EMOTICONS_END) - WEEK) == []
    assert sorted(ItemReminder.objects.values_list("members", flat=True)) == [0, 0, 1, 1]
