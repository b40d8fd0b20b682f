"""Partners and their tokens by the API, as operations look after them."""

from typing import Any

import pytest
from django.utils import timezone

from compensation.programmes.models import Role
from compensation.runtime.models import IdempotencyKey
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.cast import person
from tests.users.coupon_cast import shop
from users.models import Partner, PartnerScope, PartnerToken
from users.services.partners import PartnerTokenRefused, register_partner, token_by_text
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_texts")]
PARTNERS = "/programmes/1015/partners"
MALL = {"code": "mall", "name_ko": "쇼핑하기", "name_en": "Shopping"}
WISH = {"label": "checkout", "scopes": ["redeem", "validate"]}


@pytest.fixture
def console(ops) -> Program:
    return on_the_site(ops)


@pytest.fixture
def partner(programme) -> Partner:
    return shop(programme)


def done(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_partner_is_registered_once_and_bounded(console, programme):
    assert done(console.post(PARTNERS, MALL))["live_tokens"] == 0
    assert fields_of(console.post(PARTNERS, MALL)) == {"code": "partner_known"}
    assert done(console.post(f"{PARTNERS}/mall/limit", {"requests_per_second": "50"}))["requests_per_second"] == 50
    assert fields_of(console.post(f"{PARTNERS}/mall/limit", {"requests_per_second": 0})) == {
        "requests_per_second": "number_out_of_range"
    }
    assert done(console.post(f"{PARTNERS}/mall/limit"))["requests_per_second"] is None
    [row] = console.get(PARTNERS).json()["results"]
    assert (row["code"], console.get(f"{PARTNERS}/mall").json()["days"]) == ("mall", [])


def test_a_token_is_shown_once_is_kept_nowhere_and_is_revoked(console, partner):
    tokens = f"{PARTNERS}/shop/tokens"
    made = done(console.post(tokens, WISH, key="1"))
    assert token_by_text(text=made["token"], at=timezone.now()).scopes == made["scopes"] == ["redeem", "validate"]
    again = done(console.post(tokens, WISH, key="1"))
    assert (again["reference"], again["token"]) == (made["reference"], None)
    assert made["token"] not in IdempotencyKey.objects.get().answer
    [row] = console.get(tokens).json()["results"]
    assert (row["reference"], row["revoked_at"], "token" in row) == (made["reference"], None, False)
    for _ in range(2):
        assert console.delete(f"{tokens}/{made['reference']}").status_code == 204
    with pytest.raises(PartnerTokenRefused):
        token_by_text(text=made["token"], at=timezone.now())
    assert console.get(tokens).json()["results"][0]["revoked_at"]


@pytest.mark.parametrize(
    ("wish", "problems"),
    [
        ({"label": " "}, {"label": "required"}),
        ({"scopes": []}, {"scopes": "required"}),
        ({"scopes": ["all"]}, {"scopes": "invalid_choice"}),
        ({"scopes": "redeem"}, {"scopes": "invalid_list"}),
        ({"days": 366}, {"days": "number_out_of_range"}),
        ({"days": "soon"}, {"days": "number_malformed"}),
    ],
)
def test_a_token_that_nobody_may_have_is_refused_at_its_field(console, partner, wish, problems):
    assert fields_of(console.post(f"{PARTNERS}/shop/tokens", WISH | wish)) == problems
    assert not PartnerToken.objects.exists()


def test_a_token_is_found_at_its_own_partner_only(console, partner):
    made = done(console.post(f"{PARTNERS}/shop/tokens", WISH | {"scopes": PartnerScope.values}))
    register_partner(programme=partner.programme, actor=system_user(), at=timezone.now(), **MALL)
    problem_of(console.delete(f"{PARTNERS}/mall/tokens/{made['reference']}"), 404)
    assert token_by_text(text=made["token"], at=timezone.now())


@pytest.mark.parametrize("role", list(Role))
def test_operations_and_audit_read_and_operations_look_after_them(programme, partner, role):
    program = on_the_site(person("somebody", programme, role))
    sees, does = role in (Role.OPS, Role.AUDITOR), role == Role.OPS
    for path in (PARTNERS, f"{PARTNERS}/shop", f"{PARTNERS}/shop/tokens"):
        assert program.get(path).status_code == (200 if sees else 404)
    for path in (PARTNERS, f"{PARTNERS}/shop/tokens"):
        assert program.post(path, {}).status_code == (422 if does else 404)
    assert program.delete(f"{PARTNERS}/shop/tokens/NOPE").status_code == 404
    assert program.get(f"{PARTNERS}/nobody").status_code == 404
