"""The officers' queue: what is found, in which order, by whom; who has a case open; and the pages of bulk work."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from claims.models import BulkAction, BulkItem, BulkJob, Claim, Review
from claims.selectors.queue import ORDERS
from claims.services import desk
from claims.services.presence import GONE_AFTER_SECONDS, arrive
from claims.services.questions import ask
from compensation.audit.models import AccessRecord
from compensation.policy.references import reference_from
from compensation.programmes.models import Role
from compensation.runtime.encryption import blind_index
from merchants.models import BankAccount, Merchant
from merchants.services.bank_accounts import BankAccountDetails, index_next_holders, replace_account
from tests.cast import NOW, person
from tests.claims.desk_cast import another, case, cases, objection_after
from tests.claims.pages_cast import assessed_claims
from users.services.people import system_user

pytestmark = pytest.mark.django_db

QUEUE = "/programmes/1015/review/"


def found(client, **query) -> list[str]:
    return [review.claim.reference for review in client.get(QUEUE, query).context["reviews"]]


@pytest.fixture
def known(programme) -> Review:
    """A case whose merchant has all kinds of data, among three others."""
    cases(programme, 3)
    review = case(programme)
    claim = review.claim
    Claim.objects.filter(pk=claim.pk).update(reference=reference_from(42), external_reference="연합회-42")
    index = blind_index("+821012345678", context="merchants_merchant.phone")
    Merchant.objects.filter(pk=claim.merchant_id).update(
        business_number="2208162517", trade_name="참숯골목식당", representative_name="홍길동", phone_index=index
    )
    account = BankAccountDetails("004", "98765432101234", "주식회사 참숯")
    replace_account(merchant=claim.merchant, account=account, actor=system_user(), at=NOW)
    return Review.objects.get(pk=review.pk)


@pytest.mark.parametrize(
    "text",
    ["연합회-42", "220-81-62517", "2208162517", "참숯", "홍길", "010-1234-5678", "주식회사 참숯", " 주식회사  참숯 "],
)
def test_a_case_is_found_by_what_people_know_of_it(client, officer, known, text):
    client.force_login(officer)
    assert found(client, text=text) == [known.claim.reference]
    assert AccessRecord.objects.get(task="reviews_searched").user == officer


@pytest.mark.parametrize("spelling", [str, str.lower, lambda text: text.replace("-", "")])
def test_a_reference_is_found_however_it_is_typed(client, officer, known, spelling):
    client.force_login(officer)
    assert found(client, text=spelling(known.claim.reference)) == [known.claim.reference]


@pytest.mark.parametrize("text", ["없는 가게", "주식회사", "%", "_", "\0", "가" * 101, "K7M4-9QXR-T2V5"])
def test_what_nobody_is_called_finds_nobody_or_does_not_restrict(client, officer, known, text):
    client.force_login(officer)
    assert len(found(client, text=text)) in (0, 4)


def test_accounts_of_an_older_version_are_found_by_their_holder_once_they_have_an_index(client, officer, known):
    BankAccount.objects.update(holder_index="")
    client.force_login(officer)
    assert found(client, text="주식회사 참숯") == []
    assert (index_next_holders(), index_next_holders()) == (1, 0)
    assert found(client, text="주식회사 참숯") == [known.claim.reference]


def test_every_filter_and_every_order(client, programme, officer):
    first, second, third = cases(programme, 3)
    objection = objection_after(programme, another(programme))
    desk.take(review=first, actor=officer, version=1, at=NOW)
    desk.take(review=second, actor=another(programme), version=1, at=NOW)
    desk.tag(review=second, add=["급함"], actor=officer, version=2, at=NOW)
    ask(claim=third.claim, kinds=[], text="무엇을 파시나요?", actor=officer, at=NOW)
    Review.objects.filter(pk=first.pk).update(marks=["duplicates"], opened_at=NOW - timedelta(days=1))
    Review.objects.filter(pk=second.pk).update(state="held", assessed_won=9_500_000)
    names = {
        review.claim.reference: name for review, name in zip([first, second, third, objection], "1234", strict=True)
    }
    client.force_login(officer)

    def shown(**query) -> str:
        return "".join(names[reference] for reference in found(client, **query))

    expected = {
        ("whose", "mine"): "1",
        ("whose", "nobody"): "34",
        ("kind", "objection"): "4",
        ("kind", "council"): "123",
        ("waits_for", "merchant"): "3",
        ("waits_for", "officer"): "124",
        ("state", "held"): "2",
        ("mark", "duplicates"): "1",
        ("tag", "급함"): "2",
        ("tag", "급"): "",
        ("whose", "everybody's"): "1234",
    }
    assert {given: "".join(sorted(shown(**dict([given])))) for given in expected} == expected
    orders = {order: shown(order=order) for order in ORDERS}
    assert orders["due"][-1] == "3"  # the clock of whoever is asked stands still
    assert (orders["age"][0], orders["-age"][-1]) == ("1", "1")
    assert (orders["-amount"][0], orders["amount"][0]) == ("2", "4")


@pytest.mark.parametrize(
    ("role", "sees", "acts"),
    [
        (Role.OFFICER, 200, True),
        (Role.OPS, 200, False),
        (Role.AUDITOR, 200, False),
        (Role.AGENT, 404, False),
        (Role.COUNCIL, 404, False),
        (Role.MERCHANT, 404, False),
    ],
)
def test_who_gets_in(client, programme, officer, role, sees, acts):
    review = case(programme)
    job = BulkJob.objects.create(programme=programme, action="tag", made_by=officer, made_at=NOW)
    client.force_login(person("somebody", programme, role))
    pages = [
        "",
        "bulk/",
        f"bulk/{job.reference}/",
        f"bulk/{job.reference}/live/",
        f"{review.claim.reference}/presence/",
    ]
    assert {client.get(QUEUE + page).status_code for page in pages} == {sees}
    posts = [client.post(QUEUE + "next/"), client.post(QUEUE + "bulk/new/", {"action": "tag", "case": "x"})]
    assert {answer.status_code for answer in posts} == ({302} if acts else {404})


@pytest.mark.usefixtures("warm_process")
@pytest.mark.parametrize("count", [8, 400])
def test_the_queue_asks_the_database_the_same_for_any_number(client, programme, ops, django_assert_num_queries, count):
    assessed_claims(programme=programme, count=count)
    client.force_login(ops)
    client.get("/home/")
    every = "?whose=nobody&kind=council&waits_for=officer&state=open&order=-amount"
    for path, queries in {"": 8, every: 8, "?text=가게": 14, "?tag=x&mark=duplicates": 7}.items():
        with django_assert_num_queries(queries, info=path):
            assert client.get(QUEUE + path).status_code == 200


def test_the_next_case_opens_and_where_there_is_none_the_page_says_so(client, programme, officer):
    review = case(programme)
    client.force_login(officer)
    assert client.post(QUEUE + "next/").url == f"{QUEUE}{review.claim.reference}/"
    assert "맡을 수 있는 건이 없습니다" in client.post(QUEUE + "next/", follow=True).content.decode()


def test_who_has_a_case_open_is_seen_by_the_others_for_a_while(client, programme, officer):
    review, second = case(programme), another(programme)
    assert arrive(review=review, user=second, at=NOW) == []
    [seen] = arrive(review=review, user=officer, at=NOW + timedelta(seconds=5))
    assert (seen.name, seen.since) == ("Another", NOW)
    later = NOW + timedelta(seconds=GONE_AFTER_SECONDS)
    assert [other.name for other in arrive(review=review, user=person("third", programme), at=later)] == ["Officer"]


def test_a_page_works_without_a_cache(client, programme, officer, monkeypatch):
    def broken(*_args):
        raise ConnectionError

    review = case(programme)
    client.force_login(officer)
    monkeypatch.setattr(cache, "set", broken)
    assert client.get(f"{QUEUE}{review.claim.reference}/presence/").status_code == 200


def bulk(client, *reviews, **typed):
    """The form for a bulk action, as it is sent from the queue or again."""
    chosen = {"scope": "chosen", "case": [review.claim.reference for review in reviews]}
    return client.post(QUEUE + "bulk/new/", chosen | typed)


def test_cases_are_chosen_previewed_and_done(client, programme, officer):
    first, second, third = cases(programme, 3)
    desk.take(review=second, actor=another(programme), version=1, at=NOW)
    client.force_login(officer)
    page = bulk(client, first, second, action="refer")
    assert (page.status_code, page.context["count"], page.context["shown"]) == (200, 2, None)
    typed = {"action": "refer", "verdict": "grant", "share": "50", "reasons": "loss_proven", "job": page.context["job"]}
    shown = bulk(client, first, second, step="preview", **typed)
    assert (len(shown.context["shown"].included), shown.context["shown"].proposed_won) == (1, 4_500_000)
    assert "다른 담당자가 이미 맡고 있습니다" in shown.content.decode()
    start = {"step": "start", "previewed": shown.context["digest"]} | typed
    changed = bulk(client, first, third, **start)  # other cases than were previewed: shown first
    assert (changed.status_code, BulkJob.objects.count()) == (200, 0)
    job = bulk(client, first, second, **start)
    assert bulk(client, first, second, **start).url == job.url
    assert BulkItem.objects.get().review == first
    assert "진행 중" in client.get(job.url).content.decode()


def test_all_that_was_found_can_be_chosen(client, programme, officer):
    first, *rest = cases(programme, 3)
    desk.tag(review=first, add=["급함"], actor=officer, version=1, at=NOW)
    client.force_login(officer)
    page = bulk(client, action="tag", scope="found", query="tag=급함")
    assert page.context["cases"] == first.claim.reference
    page = bulk(client, action="tag", scope="page", cases=" ".join(review.claim.reference for review in rest))
    assert page.context["count"] == 2


@pytest.mark.parametrize("action", [*BulkAction.values])
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(client, programme, officer, action):
    typed = {"text": "가나다" * 700, "share": "101", "add": "급함, 가\u202e", "officer": "somebody"}
    client.force_login(officer)
    page = bulk(client, case(programme), action=action, step="preview", **typed)
    said = page.content.decode()
    assert page.status_code == 422
    assert 'aria-invalid="true"' in said
    assert {"ask": typed["text"], "refer": 'value="101"', "tag": "급함, 가", "assign": ""}[action] in said


@pytest.mark.parametrize("sent", [{"action": "destroy"}, {"action": "tag", "case": "\0"}, {"action": "tag"}])
def test_what_no_form_sends_is_no_error_of_ours(client, officer, sent):
    client.force_login(officer)
    assert client.post(QUEUE + "bulk/new/", sent).status_code in (302, 404)
