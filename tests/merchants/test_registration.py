"""Entering merchants: the first word about a business stays, later ones fill blanks; what is personal is encrypted."""

from typing import Any

import pytest
from django.db import connection
from pghistory.models import Events

from compensation.audit.services import because
from merchants.models import Merchant
from merchants.services.bank_accounts import BankAccountDetails, record_first_accounts
from merchants.services.registration import MerchantDetails, register_merchants
from tests.cast import NOW
from users.services.people import system_user

pytestmark = pytest.mark.django_db

SHOP = "2208162517"
CAFE = "1208147521"
ACCOUNT = BankAccountDetails("004", "123456789012", "김하늘")


def details(number: str = SHOP, **changes: Any) -> MerchantDetails:
    said = {"trade_name": "행복한 꽃집", "representative_name": "김하늘", "phone": "+821012345678"}
    return MerchantDetails(business_number=number, **(said | changes))


def register(*merchants: MerchantDetails) -> dict[str, int]:
    return register_merchants(details=merchants, at=NOW)


def test_every_merchant_is_on_record_once() -> None:
    first = register(details(), details(CAFE))
    assert register(details(CAFE), details()) == first
    assert set(first) == {SHOP, CAFE}
    assert Merchant.objects.count() == 2


def test_the_first_word_stays() -> None:
    register(details(email="a@example.com", industry_code="5611", on_channel=True))
    register(
        details(trade_name="다른 집", phone="+8221234567", email="b@example.com", industry_code="47", on_channel=False)
    )
    merchant = Merchant.objects.get()
    assert (merchant.trade_name, merchant.phone, merchant.email) == ("행복한 꽃집", "+821012345678", "a@example.com")
    assert (merchant.industry_code, merchant.on_channel) == ("5611", True)


@pytest.mark.parametrize("together", [True, False])
def test_later_words_fill_blanks(together: bool) -> None:
    said = [details(), details(email="a@example.com"), details(industry_code="5611"), details(on_channel=True)]
    for batch in [said] if together else [[merchant] for merchant in said]:
        register(*batch)
    merchant = Merchant.objects.get()
    assert (merchant.email, merchant.industry_code, merchant.on_channel) == ("a@example.com", "5611", True)


def test_a_filled_blank_is_in_the_history_with_actor_and_reason() -> None:
    register(details())
    with because(actor=system_user(), reason="association file"):
        register(details(email="a@example.com"), details(CAFE))
        register(details(email="b@example.com"))
    event = Events.objects.tracks(Merchant.objects.get(business_number=SHOP)).get()
    assert event.pgh_context["actor"] == system_user().pk
    assert event.pgh_context["reason"] == "association file"


def test_the_number_of_statements_does_not_grow(django_assert_num_queries: Any) -> None:
    for count in (10, 300):
        with django_assert_num_queries(3):  # who is there, insert, who is there now
            register(*(details(f"{count}{i:07}") for i in range(count)))


def test_phone_and_account_are_encrypted_and_found_again() -> None:
    ids = register(details(email="a@example.com"))
    record_first_accounts(accounts={ids[SHOP]: ACCOUNT}, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, email, number, holder FROM merchants_merchant, merchants_bankaccount")
        stored = cursor.fetchone()
    assert all(value.startswith("1:") for value in stored)
    merchant = Merchant.objects.get()
    account = merchant.bank_accounts.get()
    assert (merchant.phone, merchant.email) == ("+821012345678", "a@example.com")
    assert (account.number, account.holder, account.number_last4) == ("123456789012", "김하늘", "9012")


def test_the_same_phone_has_the_same_index() -> None:
    register(details(), details(CAFE), details("1168200276", phone="+8221234567"))
    index = dict(Merchant.objects.values_list("business_number", "phone_index"))
    assert index[SHOP] == index[CAFE] != index["1168200276"]


def test_an_account_on_record_is_not_replaced() -> None:
    ids = register(details(), details(CAFE))
    record_first_accounts(accounts={ids[SHOP]: ACCOUNT}, at=NOW)
    other = BankAccountDetails("090", "999999999", "남")
    record_first_accounts(accounts=dict.fromkeys(ids.values(), other), at=NOW)
    numbers = {merchant.business_number: merchant.bank_accounts.get().number for merchant in Merchant.objects.all()}
    assert numbers == {SHOP: "123456789012", CAFE: "999999999"}
