"""The list of claims and the page of one: finding, ordering, paging, and what is shown of a person."""

import pytest

from claims.models import Claim
from claims.selectors.paging import COUNT_MAX, PAGE_SIZE
from compensation.policy.references import reference_from
from compensation.programmes.models import Role
from compensation.runtime.encryption import blind_index
from merchants.models import Merchant
from tests.cast import make_claims, one_claim, person
from tests.claims.pages_cast import assessed_claims, merchant_with_account

pytestmark = pytest.mark.django_db

LIST = "/programmes/1015/claims/"
PERSONAL = ("010-1234-5678", "01012345678", "+821012345678", "98765432101234", "홍길동", "hong@example.kr")


@pytest.fixture
def known(programme) -> Claim:
    """A claim whose merchant has all kinds of data, among twenty others."""
    make_claims(programme=programme, count=20)
    claim = one_claim(programme=programme, lost_sales_won=100_000)
    claim.reference = reference_from(42)
    claim.external_reference = "연합회-2022-0042"
    claim.save()
    merchant_with_account(claim)
    index = blind_index("+821012345678", context="merchants_merchant.phone")
    Merchant.objects.filter(pk=claim.merchant_id).update(
        business_number="2208162517", trade_name="참숯골목식당", phone_index=index
    )
    return claim


def found(client, **query) -> list[str]:
    return [claim.reference for claim in client.get(LIST, query).context["claims"]]


@pytest.mark.parametrize(
    "text",
    [
        "연합회-2022-0042",
        "2208162517",
        "220-81-62517",
        "참숯",
        "참숯골목식당",
        "홍길",
        "010-1234-5678",
        "01012345678",
        "  참숯  ",
    ],
)
def test_a_claim_is_found_by_what_people_know_of_it(client, officer, known, text):
    client.force_login(officer)
    assert found(client, q=text) == [known.reference]


@pytest.mark.parametrize("spelling", [str, str.lower, lambda text: text.replace("-", ""), lambda text: f" {text} "])
def test_a_reference_is_found_however_it_is_typed(client, officer, known, spelling):
    client.force_login(officer)
    assert found(client, q=spelling(known.reference)) == [known.reference]


@pytest.mark.parametrize("text", ["없는 가게", "%", "_", "숯골목", "010-9999-9999", "' OR 1=1 --", "x" * 100])
def test_what_does_not_match_is_not_found(client, officer, known, text):
    client.force_login(officer)
    answer = client.get(LIST, {"q": text})
    assert not answer.context["claims"]
    assert "찾는 접수 건이 없습니다" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x" * 101},
        {"q": "a\0b"},
        {"state": "nonsense"},
        {"tier": "nonsense"},
        {"service": "'"},
        {"order": "password"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "1e5"},
        {"page": "９"},
        {"page": "9" * 40},
    ],
)
def test_a_nonsense_address_shows_a_list_all_the_same(client, officer, known, query):
    client.force_login(officer)
    assert client.get(LIST, query).status_code == 200


def test_filters_restrict_together(client, programme, officer):
    assessed_claims(programme=programme, count=40)
    client.force_login(officer)
    listed = client.get(LIST, {"state": "determined", "tier": "tier_1", "service": "messenger"}).context["claims"]
    assert listed
    assert {(claim.state, claim.assessment.tier_code) for claim in listed} == {("determined", "tier_1")}
    assert found(client, service="mail") == []


@pytest.mark.parametrize(
    ("order", "value"),
    [("loss", lambda claim: claim.lost_sales_won), ("assessed", lambda claim: claim.assessment.assessed_won)],
)
def test_the_list_is_in_the_order_that_was_asked_for(client, programme, officer, order, value):
    assessed_claims(programme=programme, count=30)
    client.force_login(officer)
    rising = [value(claim) for claim in client.get(LIST, {"order": order}).context["claims"]]
    falling = [value(claim) for claim in client.get(LIST, {"order": f"-{order}"}).context["claims"]]
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)


def test_pages_show_every_claim_once(client, programme, officer):
    make_claims(programme=programme, count=2 * PAGE_SIZE + 1)
    client.force_login(officer)
    pages = [found(client, page=number) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert len({reference for page in pages for reference in page}) == 2 * PAGE_SIZE + 1
    assert found(client, page=4) == pages[2]


def test_counting_and_paging_end_at_a_bound(client, programme, officer):
    make_claims(programme=programme, count=COUNT_MAX + 100)
    client.force_login(officer)
    answer = client.get(LIST, {"page": "999999"})
    assert answer.context["page"].number == COUNT_MAX // PAGE_SIZE
    assert "10,000건 이상" in answer.content.decode()


def test_pages_show_personal_data_masked_only(client, officer, programme, known):
    shopkeeper = person("shopkeeper", programme, Role.MERCHANT)
    known.merchant.representatives.create(user=shopkeeper, since=known.received_at)
    for user, path in (
        (officer, LIST),
        (officer, f"{LIST}{known.reference}/"),
        (shopkeeper, "/my/claims/"),
        (shopkeeper, f"/my/claims/{known.reference}/"),
    ):
        client.force_login(user)
        page = client.get(path).content.decode()
        assert [secret for secret in PERSONAL if secret in page] == [], path


def test_the_page_of_a_claim_shows_the_working_in_both_languages(client, programme, officer, english_texts):
    assessed_claims(programme=programme, count=4)
    claim = Claim.objects.filter(state="awaiting_council").get()
    client.force_login(officer)
    path = f"{LIST}{claim.reference}/"
    assert "신고한 매출 손실액은 9,000,000원입니다." in client.get(path).content.decode()
    assert "소상공인 확인서" in client.get(path).content.decode()
    client.cookies["django_language"] = "en"
    assert "The reported loss of sales is 9,000,000 won." in client.get(path).content.decode()


def test_a_name_with_markup_is_text(client, officer, programme, known):
    Merchant.objects.filter(pk=known.merchant_id).update(trade_name="<script>alert(1)</script>")
    client.force_login(officer)
    for path in (LIST, f"{LIST}{known.reference}/"):
        assert "<script>alert(1)" not in client.get(path).content.decode()
