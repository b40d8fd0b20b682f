"""Who comes to act for a business, and who does not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from compensation import limits
from compensation.values.contacts import parse_contact
from merchants.models import Merchant, Representative
from merchants.selectors.representatives import businesses_of
from merchants.services.registration import MerchantDetails, register_merchants
from merchants.services.representatives import (
    BusinessOfOthers,
    PhoneNotProven,
    TakeOverRefused,
    register_own_business,
    take_over,
)
from tests.cast import NOW
from users.models import User
from users.services.sign_up import add_contact

pytestmark = pytest.mark.django_db
OURS, UNKNOWN = "1234567891", "2208162517"
MOBILE, OTHER_MOBILE, LAND_LINE = "+821012345678", "+821087654321", "+8221234567"


def details(number=OURS, phone=MOBILE, name="한빛분식"):
    return MerchantDetails(business_number=number, trade_name=name, representative_name="홍길동", phone=phone)


def somebody(name, *contacts):
    user = User.objects.create(username=name, name=name)
    for contact in contacts:
        add_contact(user=user, contact=parse_contact(contact), at=NOW)
    return user


@pytest.fixture
def on_record(db):
    """The association's file has the business, with a mobile phone."""
    register_merchants(details=[details()], at=NOW)


def test_whoever_proved_the_registered_phone_takes_the_business_over(on_record):
    user = somebody("hong", MOBILE)
    assert take_over(user=user, business_number=OURS, at=NOW).trade_name == "한빛분식"
    assert businesses_of(user=user).get().business_number == OURS


def test_twice_is_once(on_record):
    user = somebody("hong", MOBILE)
    for _ in range(2):
        take_over(user=user, business_number=OURS, at=NOW)
    assert Representative.objects.count() == 1


@pytest.mark.parametrize("contacts", [[], [OTHER_MOBILE], ["hong@example.kr"]])
@pytest.mark.parametrize("number", [OURS, UNKNOWN])
def test_everybody_else_is_refused_the_same_as_for_a_business_that_is_not_there(on_record, contacts, number):
    with pytest.raises(TakeOverRefused) as refused:
        take_over(user=somebody("eve", *contacts), business_number=number, at=NOW)
    assert str(refused.value) == ""
    assert not Representative.objects.exists()


def test_any_of_several_proven_phones_will_do(on_record):
    assert take_over(user=somebody("hong", OTHER_MOBILE, MOBILE), business_number=OURS, at=NOW)


def test_a_representative_stays_one_whatever_becomes_of_the_phone(on_record):
    user = somebody("hong", MOBILE)
    take_over(user=user, business_number=OURS, at=NOW)
    user.contacts.all().delete()
    assert take_over(user=user, business_number=OURS, at=NOW)


def test_a_business_that_is_not_on_record_is_entered(db):
    user = somebody("hong", MOBILE)
    merchant = register_own_business(user=user, details=details(), at=NOW)
    assert (merchant.phone, merchant.trade_name) == (MOBILE, "한빛분식")
    assert businesses_of(user=user).get() == merchant


def test_what_is_on_record_stays_as_it_is(on_record):
    merchant = register_own_business(user=somebody("hong", MOBILE), details=details(name="다른 이름"), at=NOW)
    assert merchant.trade_name == "한빛분식"


@pytest.mark.parametrize("phone", [OTHER_MOBILE, LAND_LINE])
def test_a_business_on_record_with_another_phone_is_not_had_by_entering_it(on_record, phone):
    with pytest.raises(BusinessOfOthers):
        register_own_business(user=somebody("eve", OTHER_MOBILE), details=details(phone=phone), at=NOW)
    assert not Representative.objects.exists()


def test_a_mobile_has_to_be_proven_before_it_is_registered(db):
    with pytest.raises(PhoneNotProven):
        register_own_business(user=somebody("hong", OTHER_MOBILE), details=details(phone=MOBILE), at=NOW)
    assert not Merchant.objects.exists()


def test_a_land_line_cannot_be_proven_and_need_not_be(db):
    user = somebody("hong", "hong@example.kr")
    for _ in range(2):
        assert register_own_business(user=user, details=details(phone=LAND_LINE), at=NOW).phone == LAND_LINE
    with pytest.raises(BusinessOfOthers):
        register_own_business(user=somebody("eve", MOBILE), details=details(phone=LAND_LINE), at=NOW)


def test_many_businesses_behind_one_person_are_noted_with_the_change(db):
    user, most = somebody("broker", MOBILE), limits.BUSINESSES_PER_PERSON_USUAL
    for number in range(most + 1):
        register_own_business(user=user, details=details(number=f"{number:010d}"), at=NOW + timedelta(hours=number))
    noted = [
        event.pgh_context.metadata
        for event in apps.get_model("merchants.RepresentativeEvent").objects.order_by("pgh_id")
    ]
    assert [context["businesses"] for context in noted] == list(range(1, most + 2))
    assert [context.get("unusually_many_businesses", False) for context in noted] == [False] * most + [True]
    assert {(context["actor"], context["reason"]) for context in noted} == {(user.pk, "business registered")}


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_the_same_business_at_once():
    people = [(somebody("hong", MOBILE), MOBILE), (somebody("eve", OTHER_MOBILE), OTHER_MOBILE)] * 4

    def enter(case):
        user, phone = case
        try:
            return register_own_business(user=user, details=details(phone=phone), at=NOW) and user.pk
        except BusinessOfOthers:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        winners = set(pool.map(enter, people)) - {None}
    assert len(winners) == 1
    assert list(Representative.objects.values_list("user", flat=True)) == list(winners)
