"""What a page asks of the database is the same at 10 and at 10,000 claims. The numbers change on purpose only."""

import pytest
from django.core.cache import cache

from claims.models import Claim
from compensation.programmes.models import Role
from tests.cast import person
from tests.claims.pages_cast import assessed_claims, merchant_with_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

# Session, user and roles are three of them, programme and policy two.
PAGES = {
    "/programmes/1015/": 20,
    "/programmes/1015/live/": 12,
    "/programmes/1015/claims/": 8,
    "/programmes/1015/claims/?q=%EA%B0%80%EA%B2%8C&state=determined&tier=tier_1&order=-assessed&page=2": 8,
}
CLAIM_PAGE, MY_CLAIM_PAGE = 10, 7


@pytest.mark.parametrize("count", [10, 10_000])
def test_the_number_of_queries_does_not_grow_with_the_claims(
    client, programme, officer, django_assert_num_queries, count
):
    assessed_claims(programme=programme, count=count)
    client.force_login(officer)
    for path, queries in PAGES.items():
        cache.clear()
        with django_assert_num_queries(queries, info=path):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize("state", ["determined", "awaiting_council"])
def test_one_claim_takes_the_same_queries_in_every_state(client, programme, officer, django_assert_num_queries, state):
    assessed_claims(programme=programme, count=10)
    claim = Claim.objects.filter(state=state).first()
    user = person("shopkeeper", programme, Role.MERCHANT)
    merchant_with_account(claim, user=user)
    evidence = 1 if state == "awaiting_council" else 0
    for who, path, queries in (
        (officer, f"/programmes/1015/claims/{claim.reference}/", CLAIM_PAGE),
        (user, f"/my/claims/{claim.reference}/", MY_CLAIM_PAGE),
    ):
        client.force_login(who)
        with django_assert_num_queries(queries + evidence, info=path):
            assert client.get(path).status_code == 200
