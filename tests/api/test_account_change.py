"""Whose the change of an account was, by the API: the rules of the page."""

import re

import pytest

from compensation.messaging.models import Message
from merchants.models import BankAccount
from tests.api.cast import Program, fields_of, problem_of
from tests.claims.status_cast import assessed_claim, hong
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(programme):
    return assessed_claim(programme)


@pytest.fixture
def program(programme, claim) -> Program:
    """The program of a merchant who has just named another account."""
    program = Program(hong(programme))
    changed = program.put(
        f"/claims/{claim.reference}/account", {"bank": "신한", "number": "110123456789", "holder": "홍길동"}
    )
    assert changed.status_code == 200
    return program


def code_for(program: Program, claim) -> str:
    assert program.post(f"/claims/{claim.reference}/account/code").status_code == 202
    return re.search(r"[0-9]{6}", Message.objects.filter(template="sign_in_code").latest("id").body)[0]


def answered(program: Program, claim, answer: object, code: object):
    return program.put(f"/claims/{claim.reference}/account/answer", {"answer": answer, "code": code})


def test_a_confirmed_change_waits_for_nobody_but_the_second_person(program, claim):
    told = answered(program, claim, "confirm", code_for(program, claim)).json()
    assert told == {"bank_code": "088", "number": "****6789", "awaits_confirmation": False}
    assert problem_of(answered(program, claim, "confirm", "123456"), 409)["code"] == "account_change_settled"
    assert problem_of(program.post(f"/claims/{claim.reference}/account/code"), 409)


def test_a_denied_change_brings_the_account_from_before_back(program, claim):
    told = answered(program, claim, "deny", code_for(program, claim)).json()
    assert told["bank_code"] == "004"
    assert BankAccount.objects.filter(standing="refused").count() == 1


def test_a_wrong_code_counts_and_is_told_beside_its_field(program, claim):
    code = code_for(program, claim)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert fields_of(answered(program, claim, "confirm", wrong)).keys() == {"code"}
    assert fields_of(answered(program, claim, "confirm", code)).keys() == {"code"}
    assert fields_of(answered(program, claim, ["confirm"], code)).keys() == {"answer"}


def test_a_strangers_claim_is_not_found(claim):
    stranger = Program(User.objects.create_user(username="stranger"))
    problem_of(stranger.post(f"/claims/{claim.reference}/account/code"), 404)
    problem_of(answered(stranger, claim, "deny", "123456"), 404)
