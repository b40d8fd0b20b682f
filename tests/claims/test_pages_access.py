"""Who sees which page: every role and every page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from claims.models import Claim
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Incident, Programme, Role
from merchants.models import Representative
from tests.cast import NOW, person
from tests.claims.pages_cast import assessed_claims, merchant_with_account
from users.models import User

pytestmark = pytest.mark.django_db

STAFF = (Role.OFFICER, Role.OPS, Role.AGENT, Role.AUDITOR)
SHOWN = (200, 286)  # 286: nothing runs, the page need not ask again
PAGES = ("overview", "live", "claims", "claim in a tier", "claim before the council")


@pytest.fixture
def addresses(programme) -> dict[str, str]:
    assessed_claims(programme=programme, count=8)
    in_tier = Claim.objects.filter(state="determined").first()
    council = Claim.objects.filter(state="awaiting_council").first()
    base = "/programmes/1015/"
    paths = (base, f"{base}live/", f"{base}claims/", f"{base}claims/{in_tier.reference}/")
    return dict(zip(PAGES, (*paths, f"{base}claims/{council.reference}/"), strict=True))


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        *((role, set(PAGES)) for role in STAFF),
        (Role.COUNCIL, {"overview", "live"}),  # its cases have pages of their own
        (Role.MERCHANT, set()),
    ],
)
def test_a_role_sees_its_pages_and_the_others_are_not_there(client, programme, addresses, role, seen):
    client.force_login(person("somebody", programme, role))
    assert {page for page, path in addresses.items() if client.get(path).status_code in SHOWN} == seen
    assert {client.get(path).status_code for page, path in addresses.items() if page not in seen} <= {404}


def test_nobody_gets_in_without_signing_in(client, addresses):
    for path in (*addresses.values(), reverse("home"), "/my/claims/", "/my/claims/ABC/"):
        assert client.get(path).headers["Location"] == f"/sign-in/?next={path}"


def test_a_superuser_without_a_role_sees_nothing(client, addresses):
    client.force_login(User.objects.create_superuser(username="root", password="correct horse battery"))
    assert {client.get(path).status_code for path in addresses.values()} == {404}


def test_the_people_of_another_programme_see_nothing(client, programme, addresses):
    end = NOW + timedelta(hours=1)
    incident = Incident.objects.create(code="other", name_ko="다른", name_en="Other", began_at=NOW, ended_at=end)
    other = Programme.objects.create(code="other", name_ko="다른 지원", name_en="Other", incident=incident)
    client.force_login(person("stranger", other, Role.OFFICER))
    assert {client.get(path).status_code for path in addresses.values()} == {404}


@pytest.mark.parametrize("reference", ["NOPE", "K7M4-9QXR-T2V5", "x" * 500])
def test_a_claim_that_does_not_exist_is_not_there(client, officer, programme, reference):
    client.force_login(officer)
    assert client.get(f"/programmes/1015/claims/{reference}/").status_code == 404
    assert client.get(f"/my/claims/{reference}/").status_code == 404


def test_a_merchant_sees_the_own_claim_and_no_other(client, programme, addresses):
    user = person("shopkeeper", programme, Role.MERCHANT)
    own, other = Claim.objects.order_by("id")[:2]
    merchant_with_account(own, user=user)
    client.force_login(user)
    assert [row["claim"] for row in client.get("/my/claims/").context["rows"]] == [own]
    assert client.get(f"/my/claims/{own.reference}/").status_code == 200
    assert client.get(f"/my/claims/{other.reference}/").status_code == 404


def test_who_no_longer_represents_a_merchant_sees_the_claim_no_longer(client, programme, addresses):
    user, claim = person("shopkeeper", programme), Claim.objects.first()
    merchant_with_account(claim, user=user)
    Representative.objects.all().delete()
    client.force_login(user)
    assert client.get(f"/my/claims/{claim.reference}/").status_code == 404


def test_looking_at_a_claim_leaves_a_record_of_who_and_whose(client, officer, addresses):
    client.force_login(officer)
    client.get(addresses["claim in a tier"], REMOTE_ADDR="203.0.113.9")
    record = AccessRecord.objects.get()
    reference = addresses["claim in a tier"].split("/")[-2]
    assert (record.user, record.address, record.task) == (officer, "203.0.113.9", "claim_viewed")
    assert record.subject == f"claim {reference}"


def test_pages_take_no_post(client, officer, addresses):
    client.force_login(officer)
    assert {client.post(path).status_code for path in addresses.values()} == {405}
