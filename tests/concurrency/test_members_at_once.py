"""A member with two windows, and a shop at the same moment: whatever comes first counts, and nothing is half done."""

import pytest

from compensation.programmes.models import Programme
from tests.cast import NOW
from tests.concurrency.waiting import at_once
from tests.users.coupon_cast import code_of, coupon_item, granted, shop, still_valid, till
from users.models import Member, MemberAccount, Redemption, User
from users.selectors.coupons import CouponState, holding_of
from users.services.coupons.redeeming import redeem
from users.services.member_items import decline
from users.services.member_sign_in import arrive_as_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_round", range(3))
def test_a_coupon_is_declined_or_redeemed_and_never_both(programme: Programme, _round):
    still_valid(programme)
    member, item, one = granted(programme), coupon_item(programme), till(shop(programme))
    code = code_of(member, item)
    at_once(
        lambda: decline(member=member, item=item, at=NOW),
        lambda: redeem(token=one.token, code=code, order="", at=NOW),
    )
    state = holding_of(member_id=member.pk, item=item, at=NOW).state
    assert (state, Redemption.objects.count()) in {(CouponState.DECLINED, 0), (CouponState.USED, 1)}


def test_a_member_who_arrives_in_many_windows_has_one_account(db):
    member = Member.objects.create(joined_on=NOW)
    arrivals = at_once(*[lambda: arrive_as_member(uid=str(member.pk), at=NOW) for _window in range(4)])
    assert len({arrival.user.pk for arrival in arrivals}) == User.objects.count() == MemberAccount.objects.count() == 1
