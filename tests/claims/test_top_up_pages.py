"""The pages of top-ups and their command: who gets in, what is refused beside its field, and both people's road."""

import json

import pytest
from django.core.management import CommandError, call_command

from claims.models import Payout, TopUp
from compensation.programmes.models import Role
from tests.cast import person
from tests.claims.payout_cast import determined, proposed, topped_up
from tests.claims.status_cast import assessed_claim, hong

pytestmark = pytest.mark.django_db
TOP_UPS = "/programmes/1015/payouts/top-ups/"
GOOD = {"tier": "tier_1", "amount": "20,000원", "reason_code": "our_delay", "reason": "한 달 늦었습니다."}


def text_of(answer) -> str:
    return answer.content.decode()


def test_operations_and_the_auditor_get_in_and_nobody_else(client, programme, ops):
    own = f"{TOP_UPS}{proposed(determined(programme), ops).reference}/"
    for role, seen in ((Role.OPS, 200), (Role.AUDITOR, 200), (Role.OFFICER, 404)):
        client.force_login(person(f"a-{role}", programme, role))
        assert {client.get(page).status_code for page in (TOP_UPS, own)} == {seen}, role
        may = seen if role == Role.OPS else 404
        assert client.get(f"{TOP_UPS}new/").status_code == may
        assert (client.post(f"{own}drop/").status_code == 404) == (may == 404)
    assert client.get(f"{TOP_UPS}NOSUCH/").status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tier": ""}, "id_tier_0"),
        ({"tier": "tier_2"}, "id_tier_0"),
        ({"tier": "tier_9"}, "id_tier_0"),
        ({"tier": "", "claims": "NOBODY"}, "id_claims"),
        ({"tier": "", "claims": " , "}, "id_tier_0"),
        ({"amount": ""}, "id_amount"),
        ({"amount": "2만"}, "id_amount"),
        ({"amount": "500,001"}, "id_amount"),
        ({"reason_code": ""}, "id_reason_code_0"),
        ({"reason": " "}, "id_reason"),
        ({"reason": "x" * 201}, "id_reason"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(client, programme, ops, changed, field):
    determined(programme, count=1)
    client.force_login(ops)
    answer = client.post(f"{TOP_UPS}new/", GOOD | changed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in text_of(answer)
    assert str((GOOD | changed)["amount"]) in text_of(answer)
    assert not TopUp.objects.exists()


def test_all_that_is_wrong_is_said_at_once_each_beside_its_field(client, programme, ops):
    client.force_login(ops)
    bad = {"tier": "tier_1", "claims": "아무개", "amount": "2만", "reason_code": "", "reason": "가" * 201}
    page = text_of(client.post(f"{TOP_UPS}new/", bad))
    for name in ("tier_0", "amount", "reason_code_0", "reason"):
        assert f'href="#id_{name}"' in page, name
    assert all(typed in page for typed in bad.values())


def test_one_proposes_and_another_approves_and_withdraws(client, programme, ops, second_ops):
    claims = determined(programme, count=2)
    client.force_login(ops)
    sent = GOOD | {"tier": "", "claims": "\n".join(claim.reference.lower() for claim in claims)}
    page = client.post(f"{TOP_UPS}new/", sent, follow=True)
    own = page.redirect_chain[-1][0]
    assert "40,000원" in text_of(page)
    assert "다른 담당자가 승인해야 합니다" in text_of(client.post(f"{own}approve/", follow=True))
    client.force_login(second_ops)
    assert "지급할 건을 만들었고" in text_of(client.post(f"{own}approve/", follow=True))
    payout = Payout.objects.filter(origin="top_up").first()
    assert own in text_of(client.get(f"/programmes/1015/payouts/{payout.reference}/"))
    assert "추가로 지급할 돈을 예산에서 따로 둠" in text_of(
        client.get(f"/programmes/1015/money/claims/{claims[0].reference}/")
    )
    asked = {"scope": "listed", "claims": claims[0].reference, "reason": "두 번 적었습니다."}
    assert "두 번 적었습니다." in text_of(client.post(f"{own}withdraw/", asked, follow=True))
    assert Payout.objects.filter(origin="top_up", state="due").count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "잘못"}, "누구에게서 거둘지 골라 주세요."),
        ({"scope": "listed", "reason": "잘못"}, "접수번호를 적어 주세요."),
        ({"scope": "listed", "claims": "{other}", "reason": "잘못"}, "들어 있지 않은 접수번호입니다: {other}"),
        ({"scope": "all", "claims": "{other}", "reason": " "}, "이유를 적어 주세요."),
    ],
)
def test_a_withdrawal_that_is_not_clear_takes_nothing_and_loses_nothing(
    client, programme, ops, second_ops, typed, said
):
    claim, other = determined(programme, count=2)
    top_up = topped_up([claim], ops, second_ops)
    client.force_login(ops)
    typed = {name: text.format(other=other.reference) for name, text in typed.items()}
    answer = client.post(f"{TOP_UPS}{top_up.reference}/withdraw/", typed)
    assert answer.status_code == 422
    assert said.format(other=other.reference) in text_of(answer)
    assert all(text in answer.content.decode() for text in typed.values())
    assert Payout.objects.filter(origin="top_up", state="due").count() == 1


def test_the_merchant_reads_that_a_further_sum_comes_and_why(client, programme, ops, second_ops):
    claim = assessed_claim(programme)
    topped_up([claim], ops, second_ops)
    client.force_login(hong(programme))
    page = text_of(client.get(f"/my/claims/{claim.reference}/"))
    assert "추가 지급(저희 처리가 늦어진 데 대한 보상) 20,000원: 지급을 준비하고 있습니다." in page
    assert "결정된 지원금과 별도로 20,000원을 추가로 지급하기로 했습니다" in page
    assert "지급이 한 달 늦었습니다." in page


def told(capsys, *arguments: str, **named: object) -> dict:
    call_command("payouts", "1015", *arguments, json=True, **named)
    return json.loads(capsys.readouterr().out)


def test_the_command_does_the_same(programme, ops, second_ops, capsys, tmp_path):
    claims, listed = determined(programme, count=2), tmp_path / "claims.txt"
    listed.write_text(claims[0].reference)
    about = {"amount": "20000", "reason_code": "our_delay", "reason": "늦었습니다."}
    assert told(capsys, "top-up", claims=listed, person="ops", dry_run=True, **about)["total_won"] == 20_000
    assert not TopUp.objects.exists()
    name = told(capsys, "top-up", tier="tier_1", person="ops", **about)["top_up"]
    assert told(capsys, "top-up-approve", top_up=name, person="ops2")["standings"]["due"]["count"] == 2
    done = told(capsys, "top-up-withdraw", top_up=name, claims=listed, reason="잘못", person="ops")
    assert (done["withdrawn"], len(told(capsys, "top-ups")["top_ups"])) == (1, 1)
    listed.write_text("")  # names nobody, which is not everybody
    for action, more in (
        ("top-up-withdraw", {"top_up": name, "claims": listed, "reason": "잘못"}),
        ("top-up-drop", {"top_up": name}),
        ("top-up-approve", {}),
        ("top-up", about | {"amount": ""}),
    ):
        with pytest.raises(CommandError):
            call_command("payouts", "1015", action, person="ops", **more)
