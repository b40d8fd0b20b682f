"""The page of redeemed coupons in a real browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from compensation.programmes.models import Role
from tests.cast import person
from tests.users.coupon_cast import code_of, coupon_item, granted, shop, still_valid, till
from tests.web import faults_of, sign_in
from users.services.coupons.redeeming import redeem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]


def test_operations_find_what_was_redeemed(page, programme):
    person("ops", programme, Role.OPS)
    still_valid(programme)
    code = code_of(granted(programme), coupon_item(programme))
    redeem(token=till(shop(programme)).token, code=code, order="", at=timezone.now())
    sign_in(page, "ops")
    page.click("nav a[href$='/grants/']")
    page.click("nav a[href$='/coupons/']")
    page.wait_for_url("**/programmes/1015/coupons/")
    expect(page.locator("#by-item ~ table tbody tr")).to_have_count(2)
    assert faults_of(page) == []
