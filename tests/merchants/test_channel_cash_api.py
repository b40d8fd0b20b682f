"""The channel service's API: use and expiry, once for each key."""

import pytest

from merchants.models import ChannelCashGrant, ChannelCashUse
from merchants.services.channel_cash import grant_channel_cash
from merchants.services.channel_cash_lists import make_next_list
from tests.cast import NOW, make_claims
from tests.users.coupon_cast import shop, till
from users.models import PartnerScope
from users.services.people import system_user

pytestmark = pytest.mark.django_db
PATH = "/channel-cash/uses"


@pytest.fixture
def grant(programme) -> ChannelCashGrant:
    make_claims(programme=programme, count=1)
    grant_channel_cash(programme=programme, at=NOW)
    make_next_list(programme=programme, actor=system_user(), at=NOW)
    return ChannelCashGrant.objects.get()


@pytest.fixture
def service(programme):
    return till(shop(programme, "channel"), PartnerScope.CASH_USE)


def use(grant, **changes) -> dict:
    return {"reference": grant.reference, "kind": "used", "amount_won": 20_000, "on": "2023-02-01"} | changes


def test_a_use_is_booked_once_for_its_key(grant, service):
    first = service.post(PATH, use(grant), key="one")
    again = service.post(PATH, use(grant), key="one")
    assert (first.status_code, first.json()) == (201, {"kind": "used", "amount_won": 20_000, "on": "2023-02-01"})
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert service.post(PATH, use(grant), key="two").json()["code"] == "use_reported_already"
    assert ChannelCashUse.objects.get().actor == service.token.partner.user


def test_the_rest_expires(grant, service):
    service.post(PATH, use(grant))
    answer = service.post(PATH, use(grant, kind="expired", amount_won=None, on="2023-03-01"))
    assert (answer.status_code, answer.json()["amount_won"]) == (201, 30_000)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount_won": 50_001}, 409, "use_too_much"),
        ({"reference": "K7M4-9QXR-T2V4"}, 422, "reference_wrong_check"),
        ({"reference": "", "business_number": "2208162517"}, 409, "grant_unknown"),
        ({"reference": ""}, 422, "merchant_missing"),
        ({"kind": "lent"}, 422, "use_kind_unknown"),
        ({"amount_won": "만원"}, 422, "won_malformed"),
        ({"amount_won": None}, 422, "amount_missing"),
        ({"on": "01/02/2023"}, 422, "date_year_first"),
        ({"on": ""}, 422, "date_missing"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_booked(grant, service, changes, status, code):
    answer = service.post(PATH, use(grant, **changes))
    assert answer.status_code == status
    assert code in answer.content.decode()
    assert not ChannelCashUse.objects.exists()


def test_a_token_for_something_else_or_of_another_programme_does_not_do(grant, programme):
    assert till(shop(programme), PartnerScope.REDEEM).post(PATH, use(grant)).status_code == 403
