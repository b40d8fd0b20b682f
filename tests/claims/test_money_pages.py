"""The pages about all money: who gets in, what they show, what they note, and what is typed wrongly."""

import pytest

from claims.models import Claim, OverpaymentProposal
from claims.services.payouts.invariants import verify
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.api.cast import fields_of, on_the_site, problem_of
from tests.cast import NOW, person
from tests.claims.bank_cast import bank_folder
from tests.claims.money_cast import paid_out, past_the_triggers, with_channel_cash_used
from tests.claims.payout_cast import determined
from tests.claims.test_money_overpayments import LOWER_BP, reassess

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank_folder", "warm_process")]
__all__ = ["bank_folder"]

MONEY = "/programmes/1015/money/"
SEEN_BY = (Role.OPS, Role.AUDITOR)


@pytest.fixture
def claim(programme, ops) -> Claim:
    """30,000 won, paid."""
    [claim] = determined(programme, count=1)
    paid_out(programme, ops)
    return claim


@pytest.fixture
def overpaid(programme, ops, officer) -> str:
    """The page of a claim that was paid 20,000 won too much."""
    [claim] = determined(programme, count=1, lost_sales_won=400_000)
    paid_out(programme, ops)
    return f"{MONEY}overpayments/{reassess(claim, LOWER_BP, officer).reference}/"


@pytest.mark.parametrize("role", list(Role))
def test_operations_and_auditors_see_the_money_and_only_operations_settle(client, programme, claim, role):
    client.force_login(person("somebody", programme, role))
    pages = ("", "trial-balance.csv", "search/", "overpayments/", f"overpayments/{claim.reference}/")
    shown = {client.get(MONEY + page).status_code for page in (*pages, f"claims/{claim.reference}/")}
    assert shown == ({200} if role in SEEN_BY else {404})
    sent = client.post(f"{MONEY}overpayments/{claim.reference}/", {}).status_code
    assert sent == (422 if role == Role.OPS else 404)


@pytest.mark.parametrize("rest", ["claims/NOPE/", "overpayments/NOPE/"])
def test_what_does_not_exist_is_not_there(client, ops, programme, rest):
    client.force_login(ops)
    assert client.get(MONEY + rest).status_code == 404


def test_the_books_show_the_balance_of_a_day_and_all_days_as_a_file(client, ops, claim):
    client.force_login(ops)
    assert "30,000원" in client.get(MONEY).content.decode()
    before = client.get(f"{MONEY}?as_of=2023-01-30").content.decode()
    assert "2023년 1월 30일이 끝났을 때" in before
    told = client.get(f"{MONEY}trial-balance.csv")
    assert "attachment" in told["Content-Disposition"]
    assert "2023-01-31,payouts_paid,30000,30000" in told.content.decode()


def test_a_day_that_is_none_is_told_beside_the_field(client, ops, programme):
    client.force_login(ops)
    answer = client.get(f"{MONEY}?as_of=31/01/2023")
    assert answer.status_code == 422
    assert 'href="#id_as_of"' in answer.content.decode()


def test_whether_everything_agrees_is_seen_at_a_glance(client, programme, ops, claim):
    client.force_login(ops)
    assert "아직 맞춰 보지 않음" in client.get(MONEY).content.decode()
    verify(programme=programme, by=ops, at=NOW)
    assert "모두 맞음" in client.get(MONEY).content.decode()
    with past_the_triggers() as cursor:
        cursor.execute("UPDATE claims_bankfile SET rows = 0")
    verify(programme=programme, by=ops, at=NOW)
    page = client.get(MONEY).content.decode()
    assert "맞지 않음" in page
    assert "은행에 보낸 묶음은 1건 30,000원인데 이체 파일에는 0건 30,000원이 있습니다." in page
    assert client.post(f"{MONEY}check/").status_code == 302


def test_a_search_leads_to_the_trace_and_leaves_records_without_what_was_typed(client, ops, claim):
    client.force_login(ops)
    number = claim.payouts.get().account.number
    page = client.post(f"{MONEY}search/", {"q": number}).content.decode()
    assert f"claims/{claim.reference}/#payout-{claim.payouts.get().reference}" in page
    trace = client.get(f"{MONEY}claims/{claim.reference}/").content.decode()
    assert "은행이 이체를 마침" in trace
    assert number not in trace
    records = list(AccessRecord.objects.order_by("id").values_list("task", "subject", "detail"))
    assert records == [
        ("money_searched", "programme 1015", "account"),
        ("money_traced", f"claim {claim.reference}", ""),
    ]


def test_the_use_and_expiry_of_channel_cash_are_traced(client, ops, claim):
    with_channel_cash_used(claim, ops)
    client.force_login(ops)
    page = client.get(f"{MONEY}claims/{claim.reference}/").content.decode()
    assert ("사용 10,000원" in page, "소멸 40,000원" in page) == (True, True)
    assert "channel_cash_" not in page  # every entry has its name
    trace = on_the_site(ops).get(f"/programmes/1015/money/claims/{claim.reference}").json()
    [cash] = trace["channel_cash"]
    assert [(use["kind"], use["entries"][0]["to_account"]) for use in cash["uses"]] == [
        ("used", "channel_cash_used"),
        ("expired", "budget"),
    ]


@pytest.mark.parametrize("query", ["", "없음", "<script>alert(1)</script>", "a\0b", "\u202e#7"])
def test_a_search_for_nonsense_finds_nothing(client, ops, claim, query):
    client.force_login(ops)
    answer = client.post(f"{MONEY}search/", {"q": query})
    assert answer.status_code in (200, 422)
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reason": "x"}, "id_choice_0"),
        ({"choice": "waive"}, "id_reason"),
        ({"choice": "waive", "reason": "x", "amount": "2만"}, "id_amount"),
        ({"choice": "waive", "reason": "x", "amount": "20,001"}, "id_amount"),
        ({"choice": "waive", "reason": "x" * 201}, "id_reason"),
    ],
)
def test_what_is_wrong_with_a_proposal_stands_beside_its_field(client, ops, overpaid, sent, field):
    client.force_login(ops)
    answer = client.post(overpaid, sent)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()


def test_one_proposes_and_another_decides(client, ops, second_ops, overpaid):
    client.force_login(ops)
    sent = {"choice": "repaid", "amount": "20,000원", "reason": "1월 31일 입금 확인"}
    assert "다른 담당자가 결정합니다" in client.post(overpaid, sent, follow=True).content.decode()
    own = client.post(f"{overpaid}decision/", follow=True).content.decode()
    assert "직접 제안한 내용은 결정할 수 없습니다" in own
    client.force_login(second_ops)
    done = client.post(f"{overpaid}decision/", follow=True).content.decode()
    assert "결정했습니다" in done
    assert OverpaymentProposal.objects.get().decision.decided_by == second_ops
    assert "초과 지급이 없습니다" in client.get(f"{MONEY}overpayments/").content.decode()


def test_the_books_by_the_api(programme, ops, claim):
    desk = on_the_site(person("auditor", programme, Role.AUDITOR))
    told = desk.get("/programmes/1015/money/trial-balance", as_of="2023-01-31", by_day="true").json()
    assert (told["balances_won"]["payouts_paid"], told["days"][0]["changes_won"]["budget"]) == (30_000, -30_000)
    assert fields_of(desk.get("/programmes/1015/money/trial-balance", as_of="x")) == {"as_of": "date_malformed"}
    trace = desk.get(f"/programmes/1015/money/claims/{claim.reference}").json()
    [payout] = trace["determinations"][0]["payouts"]
    assert (payout["state"], payout["bank_row"]["row"], len(payout["entries"])) == ("paid", 1, 2)
    assert desk.get("/programmes/1015/money/violations").json() == {"at": None, "violations_count": 0, "violations": []}
    problem_of(desk.get("/programmes/1015/money/claims/NOPE"), 404)
    problem_of(on_the_site(person("agent", programme, Role.AGENT)).get("/programmes/1015/money/violations"), 404)


@pytest.mark.parametrize("count", [1, 6])
def test_the_number_of_queries_does_not_grow(client, programme, ops, django_assert_num_queries, count):
    determined(programme, count=count)
    paid_out(programme, ops)
    client.force_login(ops)
    client.get(MONEY)
    for path, queries in {"": 8, "overpayments/": 5}.items():
        with django_assert_num_queries(queries, info=path):
            client.get(MONEY + path)
    with django_assert_num_queries(14):
        client.post(f"{MONEY}search/", {"q": "30000"})
