"""The pages of payouts and batches: who gets in, what a refusal says, and a fixed number of queries."""

import json

import pytest
from django.core.management import CommandError, call_command

from claims.models import Payout, PayoutBatch
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.cast import person
from tests.claims.payout_cast import batch_of, determined, frozen, give_account, many_determined, profile_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("warm_process")]
PAYOUTS = "/programmes/1015/payouts/"


def addresses(programme, ops) -> list[str]:
    batch = batch_of(programme, ops, size=1)
    own = f"{PAYOUTS}batches/{batch.reference}/"
    payout = f"{PAYOUTS}{Payout.objects.first().reference}/"
    return [PAYOUTS, f"{PAYOUTS}kept-back/", own, f"{own}list/", f"{own}losses/", payout]


def test_operations_and_the_auditor_get_in_and_nobody_else(client, programme, ops):
    determined(programme)
    pages = addresses(programme, ops)
    for role, status in ((Role.OPS, 200), (Role.AUDITOR, 200), (Role.OFFICER, 404), (Role.AGENT, 404)):
        client.force_login(person(f"a-{role}", programme, role))
        assert {client.get(page).status_code for page in pages} == {status}, role
    assert client.post(f"{pages[2]}freeze/", {"digest": ""}).status_code == 404
    assert AccessRecord.objects.filter(task="payout page").count() == 2


def test_a_refusal_is_told_on_the_page_and_changes_nothing(client, programme, ops):
    determined(programme)
    batch = frozen(programme, ops)
    client.force_login(ops)
    answer = client.post(
        f"{PAYOUTS}batches/{batch.reference}/approve/", {"digest": batch.digest}, follow=True, HTTP_ACCEPT_LANGUAGE="ko"
    )
    assert "다른 담당자가 승인해야 합니다" in answer.content.decode()
    assert batch.approvals.count() == 0


def test_a_payout_is_held_by_hand_with_a_reason(client, programme, ops):
    determined(programme, count=1)
    client.force_login(ops)
    address = f"{PAYOUTS}{Payout.objects.get().reference}/"
    client.post(f"{address}hold/", {"reason": " "})
    assert Payout.objects.get().holds.count() == 0
    client.post(f"{address}hold/", {"reason": "계좌 확인 중"})
    assert "계좌 확인 중" in client.get(address).content.decode()
    client.post(f"{address}lift/")
    assert Payout.objects.get().holds.get().lifted_by == ops


@pytest.mark.parametrize("count", [20, 600])
def test_the_queries_of_a_page_do_not_grow(client, programme, ops, django_assert_max_num_queries, count):
    many_determined(programme, count)
    give_account(Payout.objects.last().merchant, "1", standing="to_check")
    client.force_login(ops)
    client.get("/home/")
    batch = batch_of(programme, ops)
    own = f"{PAYOUTS}batches/{batch.reference}/"
    for page, queries in ((PAYOUTS, 11), (f"{PAYOUTS}kept-back/", 9), (own, 18), (f"{own}list/", 9)):
        with django_assert_max_num_queries(queries, info=page):
            assert client.get(page).status_code == 200


def told(capsys, *arguments: str, **named: object) -> dict:
    call_command("payouts", "1015", *arguments, json=True, **named)
    return json.loads(capsys.readouterr().out)


def test_the_command_does_the_whole_of_it(programme, ops, second_ops, capsys):
    determined(programme)
    profile_of(programme)
    third = person("third", programme, Role.OPS)
    assert told(capsys, "plan")["payable"] == {"count": 3, "won": 90_000}
    batch = told(capsys, "make", person="ops")["batch"]
    assert told(capsys, "freeze", batch=batch, person="ops")["approvals_needed"] == 2
    for person_ in (second_ops, third):
        told(capsys, "approve", batch=batch, person=person_.username)
    assert told(capsys, "release", batch=batch, person="ops", dry_run=True)["state"] == "releasing"
    assert PayoutBatch.objects.get().state == "frozen"
    done = told(capsys, "release", batch=batch, person="ops")
    assert (done["state"], [file["rows"] for file in done["files"]]) == ("released", [3])


def test_the_command_refuses_in_words(programme, ops):
    profile_of(programme)
    with pytest.raises(CommandError, match="Nothing can be paid now"):
        call_command("payouts", "1015", "make", person="ops")
    with pytest.raises(CommandError, match="--by is needed"):
        call_command("payouts", "1015", "make")
    with pytest.raises(CommandError, match="no such programme"):
        call_command("payouts", "nowhere", "plan")
