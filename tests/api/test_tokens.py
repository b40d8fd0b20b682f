"""Signing in by the API: codes, tokens for codes, and what a token is good for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compensation import limits
from compensation.programmes.models import Role
from tests.api.cast import Program, fields_of, problem_of, token_of
from tests.cast import person
from tests.users.sign_in_cast import PHONE, last_code, other_than
from users.models import ApiToken, Contact, User
from users.services.people import give_role, system_user

pytestmark = pytest.mark.django_db


def ask(program: Program, contact: str = PHONE):
    return program.post("/sign-in/codes", {"contact": contact})


def token_for(program: Program, code: str = "", contact: str = PHONE):
    return program.post("/tokens", {"contact": contact, "code": code or last_code(), "label": "my program"})


def test_a_code_makes_an_account_and_a_token_that_signs_in(nobody):
    sent = ask(nobody)
    assert (sent.status_code, sent.json()["contact"]) == (202, "010-****-5678")
    given = token_for(nobody)
    assert given.status_code == 201
    nobody.headers = {"Authorization": f"Bearer {given.json()['token']}"}
    assert nobody.get("/claims").json() == {"results": [], "next_cursor": None}
    assert Contact.objects.get().user == ApiToken.objects.get().user


def test_the_token_itself_is_not_kept(nobody):
    ask(nobody)
    token = token_for(nobody).json()["token"]
    row = ApiToken.objects.get()
    assert token not in (row.digest, row.reference, row.label)
    assert len(row.digest) == 64


def test_a_code_is_good_for_one_token(nobody):
    ask(nobody)
    assert token_for(nobody).status_code == 201
    assert fields_of(token_for(nobody)) == {"code": "code_refused"}


def test_a_wrong_code_is_told_beside_its_field_and_counts(nobody):
    ask(nobody)
    wrong = other_than(last_code())
    answers = [token_for(nobody, code=wrong) for _ in range(limits.CODE_ATTEMPTS_MAX + 1)]
    assert fields_of(answers[0]) == {"code": "code_refused"}
    assert problem_of(answers[-1], 429)["code"] == "throttled"
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_code_that_is_asked_for_again_is_on_its_way(nobody):
    assert [ask(nobody).status_code, ask(nobody).status_code] == [202, 202]


def test_a_code_of_the_sign_in_page_makes_no_token(nobody):
    nobody.client.post("/sign-in/", {"contact": PHONE})
    assert fields_of(token_for(nobody)) == {"code": "code_refused"}


def test_nothing_tells_whether_there_is_an_account(nobody, programme):
    first = ask(nobody).json()
    token_for(nobody)
    assert ask(nobody, "010-9999-5678").json() | {"contact": ""} == first | {"contact": ""}


@pytest.mark.parametrize("contact", ["", " ", None, 5, [], {}, True, "x" * 10_000, "02-123-4567", "a@", "\x07", "😀"])
def test_what_is_no_contact_is_told_beside_its_field(nobody, contact):
    assert fields_of(nobody.post("/sign-in/codes", {"contact": contact})).keys() == {"contact"}


def test_who_works_on_a_programme_gets_no_token_and_loses_the_old_one(nobody, programme):
    ask(nobody)
    token = token_for(nobody).json()["token"]
    give_role(user=ApiToken.objects.get().user, programme=programme, role=Role.OFFICER, actor=system_user())
    nobody.headers = {"Authorization": f"Bearer {token}"}
    assert problem_of(nobody.get("/claims"), 401)["code"] == "token_refused"


def test_tokens_are_listed_and_revoked_and_only_ones_own(program, stranger):
    (mine,) = program.get("/tokens").json()["results"]
    assert "token" not in mine
    problem_of(stranger.delete(f"/tokens/{mine['reference']}"), 404)
    assert program.delete(f"/tokens/{mine['reference']}").status_code == 204
    problem_of(program.get("/tokens"), 401)


def test_a_token_ends(program):
    ApiToken.objects.update(expires_at=timezone.now())
    problem_of(program.get("/claims"), 401)


def test_a_closed_account_has_no_token(program, merchant):
    User.objects.filter(pk=merchant.pk).update(is_active=False)
    problem_of(program.get("/claims"), 401)


def test_one_token_too_many_ends_the_oldest(programme):
    user = person("busy", programme)
    tokens = [token_of(user) for _ in range(limits.API_TOKENS_PER_PERSON_MAX + 1)]
    assert ApiToken.objects.filter(revoked_at=None).count() == limits.API_TOKENS_PER_PERSON_MAX
    oldest = Program()
    oldest.headers = {"Authorization": f"Bearer {tokens[0]}"}
    problem_of(oldest.get("/claims"), 401)


def test_that_a_token_was_used_is_noted_once_an_hour(program):
    program.get("/claims")
    first = ApiToken.objects.get().last_used_at
    program.get("/claims")
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(hours=2))
    program.get("/claims")
    assert ApiToken.objects.get().last_used_at >= first


def test_the_session_of_the_site_signs_in_too(client, merchant):
    client.force_login(merchant)
    assert len(client.get("/api/v1/claims").json()["results"]) == 1
