"""Bank runs by the API: the same services, the same refusals."""

import pytest
from django.utils import timezone

from claims.models import Claim, Payout, PayoutBatch
from claims.services.payouts.batches import fill_next
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Role
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.cast import person
from tests.claims.payout_cast import approvers, determined, give_account, profile_of

pytestmark = pytest.mark.django_db
PAYOUTS = "/programmes/1015/payouts"


@pytest.fixture
def claims(programme) -> list[Claim]:
    profile_of(programme)
    return determined(programme)


@pytest.fixture
def maker(ops) -> Program:
    return on_the_site(ops)


def made(maker: Program, programme, **changed: object) -> dict:
    content = {"profile": profile_of(programme).code, "pay_on": f"{day_in_seoul(timezone.now())}", **changed}
    return maker.post(f"{PAYOUTS}/batches", content)


def test_a_batch_from_the_plan_to_its_release(programme, maker, claims):
    plan = maker.get(f"{PAYOUTS}/plan").json()
    assert (plan["payable"], plan["kept_back"]) == ({"count": 3, "won": 90_000}, [])
    batch = made(maker, programme).json()
    while fill_next(batch=PayoutBatch.objects.get(), at=timezone.now()):
        pass
    address = f"{PAYOUTS}/batches/{batch['reference']}"
    digest = maker.get(address).json()["digest"]
    problem_of(maker.post(f"{address}/freezing", {"digest": "0" * 64}), 409)
    assert maker.post(f"{address}/freezing", {"digest": digest}).json()["state"] == "frozen"
    problem_of(maker.post(f"{address}/approval", {"digest": digest}), 409)
    problem_of(maker.post(f"{address}/release", {}), 409)
    for approver in approvers(programme):
        answer = on_the_site(approver).post(f"{address}/approval", {"digest": digest})
    assert [row["approver"] for row in answer.json()["approvals"]] == ["First", "Second"]
    released = maker.post(f"{address}/release", {}).json()
    assert (released["state"], released["states"]) == (
        "releasing",
        [{"state": "released", "count": 3, "won": 90_000}],
    )
    listed = maker.get(f"{address}/payouts", limit=2).json()
    assert len(listed["results"]) == 2
    assert len(maker.get(f"{address}/payouts", cursor=listed["next_cursor"]).json()["results"]) == 1


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"pay_on": "2020-01-01"}, {"pay_on": "batch_day"}),
        ({"size": 200_001}, {"size": "batch_size"}),
        ({"profile": "nobody"}, {"profile": "batch_profile"}),
        ({"pay_on": ""}, {"pay_on": "batch_day"}),
        ({"size": "many"}, {"size": "head_count_malformed"}),
        ({"note": "가" * 201}, {"note": "text_too_long"}),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(programme, maker, claims, changed, fields):
    assert fields_of(made(maker, programme, **changed)) == fields


def test_what_is_kept_back_is_listed_with_its_reason(maker, claims):
    give_account(claims[0].merchant, "1", standing="to_check")
    (row,) = maker.get(f"{PAYOUTS}/kept-back", limit=1).json()["results"]
    assert (row["claim"], row["because"]["code"]) == (claims[0].reference, "account_to_check")


def test_a_payout_is_held_and_let_go(maker, claims):
    address = f"{PAYOUTS}/{Payout.objects.first().reference}"
    assert fields_of(maker.post(f"{address}/hold", {"reason": ""})) == {"reason": "payout_reason_missing"}
    assert fields_of(maker.post(f"{address}/hold", {"reason": "가" * 201})) == {"reason": "text_too_long"}
    assert maker.post(f"{address}/hold", {"reason": "확인 중"}).status_code == 200
    assert maker.get(f"{PAYOUTS}/plan").json()["kept_back"][0]["because"]["code"] == "held"
    assert maker.post(f"{address}/lift", {}).status_code == 200
    problem_of(maker.post(f"{address}/retry", {"reason": "은행 점검"}), 409)
    problem_of(maker.post(f"{address}/nonsense", {}), 404)


def test_the_auditor_reads_and_others_find_nothing(programme, claims):
    auditor = on_the_site(person("auditor", programme, Role.AUDITOR))
    assert auditor.get(f"{PAYOUTS}/plan").status_code == 200
    problem_of(made(auditor, programme), 404)
    problem_of(on_the_site(person("officer", programme, Role.OFFICER)).get(f"{PAYOUTS}/plan"), 404)
