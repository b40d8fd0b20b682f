"""Coupons with everybody at once: one of any number of redemptions wins, and no guesser gets past the limit."""

from threading import Thread

import pytest
from django.core.cache import cache
from django.db import transaction

from compensation import limits
from compensation.programmes.models import BenefitItem, Programme
from tests.cast import NOW
from tests.concurrency.waiting import at_once, somebody_waits_for_us, wait_until
from tests.users.coupon_cast import FORGED, Till, code_of, coupon_item, granted, shop, still_valid, till
from users.models import Coupon, Grant, ItemUse, Redemption, WrongCode
from users.selectors import coupons as selectors
from users.services.coupons import redeeming
from users.services.coupons.codes import coupon_numbers
from users.services.coupons.redeeming import RedemptionRefused, cancel, redeem

pytestmark = pytest.mark.django_db(transaction=True)
TILLS = 4


@pytest.fixture
def tills(programme: Programme) -> list[Till]:
    """Of two partners."""
    cache.clear()
    still_valid(programme)
    return [till(shop(programme, f"shop{number % 2}")) for number in range(TILLS)]


@pytest.fixture
def code(tills, programme) -> str:
    return code_of(granted(programme), coupon_item(programme))


def taking(till: Till, code: str):
    return lambda: redeem(token=till.token, code=code, order="", at=NOW)


def test_of_many_redemptions_at_once_one_wins(tills, code):
    results = at_once(*[taking(till, code) for till in tills])
    assert sorted(type(result).__name__ for result in results) == ["Redemption"] + ["RedemptionRefused"] * (TILLS - 1)
    assert {result.code for result in results if isinstance(result, RedemptionRefused)} == {"coupon_used"}
    assert (Redemption.objects.count(), ItemUse.objects.count()) == (1, 1)


def test_without_the_lock_the_keys_still_let_only_one_in(tills, code, monkeypatch):
    """The lock is for the sentence; that a coupon is worth its value once is held by the database."""
    monkeypatch.setattr(redeeming, "holding_of", lambda **asked: selectors.holding_of(**asked | {"lock": False}))
    at_once(*[taking(till, code) for till in tills])
    assert (Redemption.objects.count(), ItemUse.objects.count()) == (1, 1)


def test_over_http_one_of_many_is_told_yes(tills, code):
    answers = [answer.status_code for answer in at_once(*[lambda one=one: one.redeem(code) for one in tills])]
    assert sorted(answers) == [201] + [409] * (TILLS - 1)


def test_a_recall_that_holds_the_grant_comes_first_and_the_shop_is_told(tills, code):
    told = []
    shopping = Thread(target=lambda: told.extend(at_once(taking(tills[0], code))))
    with transaction.atomic():
        Grant.objects.select_for_update().get()
        shopping.start()
        wait_until(somebody_waits_for_us, "the redemption waits for the recall")
        Grant.objects.all().delete()
    shopping.join()
    assert told[0].code == "coupon_not_granted"
    assert not Redemption.objects.exists()


def test_a_cancellation_sent_by_two_at_once_is_one(tills, code):
    reference = redeem(token=tills[0].token, code=code, order="", at=NOW).reference
    results = at_once(*[lambda: cancel(token=tills[0].token, reference=reference, at=NOW)] * 2)
    assert [result.reference for result in results] == [reference] * 2
    assert (Redemption.objects.get().cancelled_at, ItemUse.objects.count()) == (NOW, 0)


def test_guesses_at_once_do_not_get_past_the_limit(tills, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_CODES_PER_SHOPPER_MAX", 2)
    answers = at_once(*[lambda: tills[0].validate(FORGED, shopper="mallory")] * 5)
    assert sorted(answer.status_code for answer in answers) == [422, 422, 429, 429, 429]
    assert WrongCode.objects.count() == 2


def test_coupons_that_are_numbered_at_once_have_one_number_each(programme):
    items = list(BenefitItem.objects.filter(kind="coupon"))
    results = at_once(*[lambda: coupon_numbers(items=items)] * 4)
    assert len({tuple(sorted(result.items())) for result in results}) == 1
    assert set(Coupon.objects.values_list("number", flat=True)) == {0, 1}
