"""What a page asks of the database is the same at 10 and at 2,000 claims. The numbers change on purpose only."""

import pytest
from django.urls import reverse

from claims.models import Claim, ProgrammeRun
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.pages_cast import assessed_claims, merchant_with_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("warm_process")]

# Session, user, roles and programme are four of each page of a programme.
PAGES = {
    "/programmes/1015/": 21,
    "/programmes/1015/live/?stage={run}-assess": 11,
    "/programmes/1015/claims/": 7,
    "/programmes/1015/claims/?q=가게&state=determined&tier=tier_1&service=messenger&order=-assessed&page=2": 7,
    "/programmes/1015/messages/": 6,
}
CLAIM_PAGE, MY_CLAIM_PAGE, MY_CLAIMS = 16, 14, 9
DOCUMENTS = 1  # asked for while the claim waits for the council
MOVES_OF_PAYOUTS = 1  # asked for where there is a payout


def open_once(client, user) -> None:
    """The first page of a session also writes down when it was used."""
    client.force_login(user)
    client.get(reverse("home"))


@pytest.mark.parametrize("count", [10, 2_000])
def test_the_number_of_queries_does_not_grow_with_the_claims(
    client, programme, ops, second_ops, django_assert_num_queries, count
):
    assessed_claims(programme=programme, count=count)
    package = programme.benefit_packages.get()
    people = {"maker": ops, "approver": second_ops, "started_at": NOW, "stage_began_at": NOW}
    run = ProgrammeRun.objects.create(programme=programme, package=package, stage="assess", **people)
    open_once(client, ops)
    for path, queries in PAGES.items():
        with django_assert_num_queries(queries, info=path):
            assert client.get(path.format(run=run.pk)).status_code == 200


@pytest.mark.parametrize(("state", "more"), [("determined", MOVES_OF_PAYOUTS), ("awaiting_council", DOCUMENTS)])
def test_one_claim_takes_few_queries_in_every_state(client, programme, officer, django_assert_num_queries, state, more):
    assessed_claims(programme=programme, count=10)
    claim = Claim.objects.filter(state=state).first()
    merchant_with_account(claim, user=person("shopkeeper", programme, Role.MERCHANT))
    open_once(client, officer)
    with django_assert_num_queries(CLAIM_PAGE + more):
        client.get(f"/programmes/1015/claims/{claim.reference}/")


def test_a_merchants_pages_are_cheap(client, programme, django_assert_num_queries):
    assessed_claims(programme=programme, count=10)
    user, claim = person("shopkeeper", programme, Role.MERCHANT), Claim.objects.filter(state="determined").first()
    merchant_with_account(claim, user=user)
    open_once(client, user)
    with django_assert_num_queries(MY_CLAIMS):
        client.get("/my/claims/")
    with django_assert_num_queries(MY_CLAIM_PAGE):
        client.get(f"/my/claims/{claim.reference}/")
