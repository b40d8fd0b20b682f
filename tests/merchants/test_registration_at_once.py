"""Two who enter the same merchants at the same moment."""

import pytest

from merchants.models import Merchant
from merchants.services.registration import MerchantDetails, register_merchants
from tests.cast import NOW
from tests.concurrency.waiting import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_merchant_is_entered_once_and_both_get_its_id() -> None:
    details = [MerchantDetails(f"{i:010}", "행복한 꽃집", "김하늘", "+821012345678") for i in range(1_000)]
    first, second = at_once(*[lambda: register_merchants(details=details, at=NOW)] * 2)
    assert first == second
    assert len(first) == Merchant.objects.count() == 1_000
