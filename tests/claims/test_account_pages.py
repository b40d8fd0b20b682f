"""The pages about bank accounts: staff's lists and decisions, and the merchant's yes or no."""

import re

import pytest
from django.core.management import call_command

from claims.services.account_change import change_account
from compensation.audit.models import AccessRecord
from compensation.messaging.models import Message
from compensation.programmes.models import Programme, Role
from merchants.models import AccountDecision, AccountInquiry, BankAccount
from merchants.services.bank_accounts import BankAccountDetails
from tests.cast import NOW, person
from tests.claims.status_cast import DAY, hong
from tests.merchants.accounts_cast import account_of, asked, bank, claim, standing

__all__ = ["bank", "claim"]
pytestmark = pytest.mark.django_db
LIST = "/programmes/1015/accounts/"


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def decide(client, claim, action, reason="통장 사본을 보았습니다.", seen="1"):
    return client.post(f"{LIST}{claim.reference}/", {"action": action, "reason": reason, "seen": seen})


def test_the_list_has_what_a_person_has_to_look_at_masked(signed_in, bank, claim, django_assert_max_num_queries):
    bank.holders = dict.fromkeys(bank.holders, "다른사람")
    asked(claim)
    with django_assert_max_num_queries(20):
        page = text_of(signed_in.get(LIST))
    assert claim.reference in page
    assert "예금주 불일치" in page
    assert "다**람" in page
    assert not {"98765432101234", "다른사람"} & set(re.findall(r"\w+", page))


@pytest.mark.parametrize("which", ["to_check", "to_approve", "to_confirm", "waiting", "refused", "denied", "rubbish"])
def test_every_list_opens(signed_in, claim, which):
    assert signed_in.get(LIST, {"list": which}).status_code == 200


def test_a_change_goes_through_the_lists(signed_in, claim, programme):
    change_account(
        claim=claim, account=BankAccountDetails("088", "110123456789", "홍길동"), actor=hong(programme), at=NOW + DAY
    )
    account = standing(account_of(claim), "verified")
    assert claim.reference in text_of(signed_in.get(LIST, {"list": "to_confirm"}))
    BankAccount.objects.filter(pk=account.pk).update(confirmed_at=NOW)
    assert claim.reference in text_of(signed_in.get(LIST, {"list": "to_approve"}))
    assert decide(signed_in, claim, "approved", seen="2").status_code == 302
    assert claim.reference not in text_of(signed_in.get(LIST, {"list": "to_approve"}))


def test_one_account_shows_both_names_and_why_and_is_recorded(signed_in, claim, officer):
    account = standing(account_of(claim), "to_check")
    AccountInquiry.objects.create(
        account=account, transaction_id="1", outcome="nearly", answered_name="(주)홍길동", code="000", at=NOW
    )
    page = text_of(signed_in.get(f"{LIST}{claim.reference}/"))
    assert "(주)홍길동" in page
    assert "표기만 다릅니다" in page
    assert "98765432101234" not in page
    record = AccessRecord.objects.get()
    assert (record.user, record.task, record.subject) == (officer, "account_viewed", f"claim {claim.reference}")


def test_the_number_is_shown_once_with_a_reason(signed_in, claim):
    answer = decide(signed_in, claim, "reveal", reason=" ")
    assert answer.status_code == 422
    assert "98765432101234" not in text_of(answer)
    assert "98765432101234" in text_of(decide(signed_in, claim, "reveal", reason="통장 사본과 대조"))
    assert AccessRecord.objects.get(task="account_number_revealed").detail == "통장 사본과 대조"


def test_a_decision_is_taken_once_and_a_refusal_stands_beside_its_field(signed_in, claim):
    standing(account_of(claim), "to_check")
    answer = decide(signed_in, claim, "verified", reason="")
    assert (answer.status_code, 'href="#reason"' in text_of(answer)) == (422, True)
    assert decide(signed_in, claim, "verified").status_code == 302
    assert decide(signed_in, claim, "asked_again").status_code == 422
    assert account_of(claim).standing == "verified"


@pytest.mark.parametrize("seen", ["0", "2", "x", ""])
def test_a_decision_about_an_account_that_was_not_seen_is_refused(signed_in, claim, seen):
    standing(account_of(claim), "to_check")
    assert decide(signed_in, claim, "verified", seen=seen).status_code == 422
    assert not AccountDecision.objects.exists()


@pytest.mark.parametrize(
    ("role", "looks", "acts"),
    [(Role.OPS, 200, 302), (Role.AUDITOR, 200, 404), (Role.AGENT, 404, 404), (Role.COUNCIL, 404, 404)],
)
def test_who_looks_and_who_decides(client, claim, programme, role, looks, acts):
    client.force_login(person("someone", programme, role))
    standing(account_of(claim), "to_check")
    assert client.get(LIST).status_code == looks
    assert client.get(f"{LIST}{claim.reference}/").status_code == looks
    assert decide(client, claim, "verified").status_code == acts


def test_another_programmes_account_is_not_there(signed_in, claim, programme):
    other = Programme.objects.create(code="other", name_ko="다른", name_en="Other", incident=programme.incident)
    type(claim).objects.filter(pk=claim.pk).update(programme=other)
    assert signed_in.get(f"{LIST}{claim.reference}/").status_code == 404
    assert signed_in.get("/programmes/other/accounts/").status_code == 404


@pytest.fixture
def mine(client, claim, programme):
    """Hong's page, signed in, after a change of her account."""
    change_account(
        claim=claim, account=BankAccountDetails("088", "110123456789", "홍길동"), actor=hong(programme), at=NOW + DAY
    )
    client.force_login(hong(programme))
    return f"/my/claims/{claim.reference}/"


@pytest.mark.parametrize(("answer", "last4", "kind"), [("confirm", "6789", "confirmed"), ("deny", "1234", "denied")])
def test_the_merchant_says_whether_it_was_them(client, mine, claim, answer, last4, kind):
    assert client.get(mine).context["asked"]["code"] == "account_change"
    assert "인증번호 받기" in text_of(client.get(f"{mine}account/"))
    assert "010-****-5678" in text_of(client.post(f"{mine}account/code/", follow=True))
    code = re.search(r"[0-9]{6}", Message.objects.get(template="sign_in_code").body)[0]
    assert client.post(f"{mine}account/answer/", {"code": code, "answer": answer}).status_code == 302
    assert AccountDecision.objects.filter(kind=kind).exists()
    assert account_of(claim).number_last4 == last4
    assert client.get(mine).status_code == 200


@pytest.mark.parametrize(
    ("sent", "target"),
    [({"code": "123", "answer": "confirm"}, "code"), ({"code": "123456"}, "confirm"), ({}, "confirm")],
)
def test_a_wrong_code_stands_beside_its_field(client, mine, sent, target):
    client.post(f"{mine}account/code/")
    answer = client.post(f"{mine}account/answer/", sent)
    assert (answer.status_code, f'href="#{target}"' in text_of(answer)) == (422, True)


def test_codes_are_not_had_without_end(client, mine):
    for _ in range(2):
        assert client.post(f"{mine}account/code/").status_code == 302  # the second: on its way
    assert Message.objects.filter(template="sign_in_code").count() == 1


def test_a_stranger_finds_nothing_to_answer(client, mine, programme):
    client.force_login(person("stranger", programme))
    assert client.post(f"{mine}account/answer/", {"code": "1", "answer": "deny"}).status_code == 404
    assert client.post(f"{mine}account/code/").status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [("entered", "예금주를 확인하고"), ("verified", "이 계좌로 지급합니다"), ("refused", "다른 계좌를 알려 주세요")],
)
def test_the_state_of_the_account_is_one_sentence(client, claim, programme, state, words):
    standing(account_of(claim), state)
    client.force_login(hong(programme))
    assert words in text_of(client.get(f"/my/claims/{claim.reference}/"))


def test_the_command_asks_shows_and_decides(bank, claim, officer, capsys):
    bank.holders = dict.fromkeys(bank.holders, "다른사람")
    call_command("bank_accounts", "1015", "ask", "--json")
    assert '"to_check": 1' in capsys.readouterr().out
    call_command("bank_accounts", "1015", "list", "--json")
    assert claim.reference in capsys.readouterr().out
    decision = ["--claim", claim.reference, "--kind", "verified", "--by", "officer", "--reason", "통장 사본"]
    call_command("bank_accounts", "1015", "decide", *decision, "--json")
    assert '"standing": "verified"' in capsys.readouterr().out
