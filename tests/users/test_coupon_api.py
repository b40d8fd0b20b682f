"""What partners' programs ask (validate, redeem, cancel), every answer that there is, and what is counted."""

import base64
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from compensation import limits
from compensation.policy.references import ALPHABET, check_character
from compensation.programmes.models import Programme
from tests.api.cast import Program, fields_of, problem_of
from tests.cast import NOW, person
from tests.users.coupon_cast import FORGED, Till, code_of, coupon_item, granted, shop, still_valid, till
from users.models import (
    Grant,
    ItemUse,
    Member,
    PartnerScope,
    PartnerToken,
    RecalledGrant,
    Redemption,
    WrongCode,
)
from users.services.coupons.codes import NotACoupon
from users.services.coupons.keys import coupon_keys
from users.services.partners import revoke_partner_token
from users.services.people import system_user

pytestmark = pytest.mark.django_db
CANCEL = "/redemptions/{}/cancel"


@pytest.fixture
def checkout(programme: Programme) -> Till:
    cache.clear()
    still_valid(programme)
    return till(shop(programme))


@pytest.fixture
def item(programme: Programme):
    return coupon_item(programme)


@pytest.fixture
def anna(programme: Programme) -> Member:
    return granted(programme)


@pytest.fixture
def code(checkout, anna, item) -> str:
    item.refresh_from_db()
    return code_of(anna, item)


def test_a_code_is_validated_with_its_terms_and_nothing_of_the_member(checkout, code, anna):
    answer = checkout.validate(code).json()
    assert answer["state"] == "valid"
    assert (answer["value_won"], answer["minimum_spend_won"]) == (2_000, 0)
    assert answer["item"] == {
        "code": "coupon-2000",
        "name_ko": "감사 쿠폰 2,000원",
        "name_en": "Thank-you coupon 2,000 won",
    }
    assert answer["valid_from"] < answer["valid_until"]
    assert answer.keys() == {"state", "item", "value_won", "minimum_spend_won", "valid_from", "valid_until"}
    assert not ItemUse.objects.exists()


def test_a_coupon_is_redeemed_once_and_the_other_one_is_another(checkout, code, anna, programme):
    first = checkout.redeem(code, order="A-1")
    assert (first.status_code, first.json()["value_won"], first.json()["order"]) == (201, 2_000, "A-1")
    assert problem_of(checkout.redeem(code), 409)["code"] == "coupon_used"
    assert checkout.validate(code).json()["state"] == "used"
    assert checkout.redeem(code_of(anna, coupon_item(programme, "coupon-3000"))).status_code == 201
    assert [row["value_won"] for row in checkout.get("/redemptions").json()["results"]] == [3_000, 2_000]


def test_a_cancelled_redemption_gives_the_coupon_back(checkout, code):
    reference = checkout.redeem(code).json()["reference"]
    assert checkout.post(CANCEL.format(reference)).json()["cancelled_at"]
    again = checkout.post(CANCEL.format(reference))
    assert (again.status_code, checkout.validate(code).json()["state"]) == (200, "valid")
    second = checkout.redeem(code)
    assert second.status_code == 201
    assert checkout.post(CANCEL.format(reference)).status_code == 200  # late, and without an effect
    assert checkout.validate(code).json()["state"] == "used"
    assert Redemption.objects.count() == 2


def declined(anna, item):
    ItemUse.objects.create(member=anna, item=item, kind="declined", at=NOW)


def expired(_anna, item):
    item.validity = {"kind": "until", "until": (timezone.now() - timedelta(days=2)).date().isoformat()}
    item.save()


def recalled(anna, _item):
    grant = Grant.objects.get(member=anna)
    RecalledGrant.objects.create(
        package_id=grant.package_id, member=anna, chunk_id=grant.chunk_id, recall_chunk_id=grant.chunk_id
    )
    Grant.objects.filter(member=anna).delete()


def not_granted(anna, _item):
    Grant.objects.filter(member=anna).delete()


@pytest.mark.parametrize("happens", [not_granted, recalled, declined, expired])
def test_what_cannot_be_redeemed_says_why(checkout, code, anna, item, happens):
    happens(anna, item)
    assert checkout.validate(code).json()["state"] == happens.__name__
    assert problem_of(checkout.redeem(code), 409)["code"] == f"coupon_{happens.__name__}"
    assert not Redemption.objects.exists()


def mistyped(code: str) -> str:
    return code[:-1] + ALPHABET[ALPHABET.index(code[-1]) - 1]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("K7M4", "coupon_malformed"),
        (f"O{FORGED[1:]}", "coupon_mistyped"),
        (" ", "required"),
        (FORGED, "coupon_unknown"),
    ],
)
def test_what_is_no_code_is_told_beside_the_field(checkout, typed, problem):
    assert fields_of(checkout.validate(typed)) == {"code": problem}
    assert fields_of(checkout.redeem(typed)) == {"code": problem}


@pytest.mark.parametrize("name", ["shopper", "order"])
def test_a_text_that_is_too_long_is_refused(checkout, code, name):
    assert fields_of(checkout.redeem(code, **{name: "x" * 200})) == {name: "text_too_long"}


def test_a_shopper_who_tries_out_codes_is_stopped_and_the_others_are_not(checkout, code, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_CODES_PER_SHOPPER_MAX", 3)
    tried = [checkout.validate(FORGED, shopper="mallory").status_code for _ in range(4)]
    assert tried == [422, 422, 422, 429]
    stopped = checkout.redeem(code, shopper="mallory")
    assert problem_of(stopped, 429)["code"] == "throttled"
    assert 0 < int(stopped["Retry-After"]) <= 3600
    assert checkout.redeem(code, shopper="anna").status_code == 201
    assert "mallory" not in str(WrongCode.objects.values_list("shopper_index", flat=True))


def test_typing_errors_are_no_guesses(checkout, code):
    for _ in range(limits.WRONG_CODES_PER_SHOPPER_MAX + 1):
        assert fields_of(checkout.validate(mistyped(code), shopper="anna")) == {"code": "coupon_mistyped"}
    assert not WrongCode.objects.exists()


def test_a_partner_that_names_nobody_has_a_limit_too_and_it_ends(checkout, code, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_CODES_PER_PARTNER_MAX", 2)
    assert [checkout.validate(FORGED).status_code for _ in range(3)] == [422, 422, 429]
    assert checkout.redeem(code).status_code == 429
    WrongCode.objects.update(at=timezone.now() - timedelta(hours=1))
    assert checkout.redeem(code).status_code == 201


def test_guesses_are_counted_while_redis_is_gone(checkout, code, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_CODES_PER_SHOPPER_MAX", 1)
    monkeypatch.setattr("users.api.partner.throttle._redis.pipeline", _gone)
    tried = [checkout.validate(FORGED, shopper="mallory").status_code for _ in range(2)]
    assert tried == [422, 429]
    assert checkout.redeem(code).status_code == 201


def _gone(*_args, **_kwargs):
    raise ConnectionError


def test_more_requests_than_agreed_are_asked_to_wait(checkout, code, monkeypatch):
    monkeypatch.setattr(limits, "PARTNER_REQUESTS_PER_SECOND_MAX", 0)
    answer = checkout.validate(code)
    assert problem_of(answer, 429)["code"] == "throttled"
    assert 1 <= int(answer["Retry-After"]) <= 10


def test_sent_twice_it_is_done_once(checkout, code):
    first, second = checkout.redeem(code, key="one"), checkout.redeem(code, key="one")
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert problem_of(checkout.redeem(code, key="one", order="B"), 422)["code"] == "idempotency_key_reused"
    assert problem_of(checkout.redeem(code, key=" "), 400)["code"] == "idempotency_key_missing"
    assert Redemption.objects.count() == 1


def test_sent_again_it_is_answered_though_its_shopper_has_guessed_too_often_since(checkout, code, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_CODES_PER_SHOPPER_MAX", 1)
    first = checkout.redeem(code, key="one", shopper="mallory")
    assert [checkout.validate(FORGED, shopper="mallory").status_code for _ in range(2)] == [422, 429]
    again = checkout.redeem(code, key="one", shopper="mallory")
    assert (again.status_code, again.json()) == (201, first.json())
    assert checkout.redeem(FORGED, key="one", shopper="mallory").status_code == 422  # the key of another request
    assert checkout.redeem(code, key="two", shopper="mallory").status_code == 429


def test_a_validation_with_a_key_keeps_its_answer(checkout, code):
    first = checkout.post("/coupons/validate", {"code": code}, key="one").json()
    checkout.redeem(code)
    assert checkout.post("/coupons/validate", {"code": code}, key="one").json() == first


SCOPES = [
    (PartnerScope.VALIDATE, {"/coupons/validate": 200, "/redemptions": 403, CANCEL: 403}),
    (PartnerScope.REDEEM, {"/coupons/validate": 403, "/redemptions": 201, CANCEL: 403}),
    (PartnerScope.CANCEL, {"/coupons/validate": 403, "/redemptions": 403, CANCEL: 404}),
]


@pytest.mark.parametrize(("scope", "expected"), SCOPES)
def test_a_token_does_what_its_scopes_say(checkout, code, programme, scope, expected):
    narrow = till(shop(programme), scope)
    met = {path: narrow.post(path.format("NOPE"), {"code": code}).status_code for path in expected}
    assert met == expected


def test_a_token_that_has_ended_gets_nobody_in(checkout, code, programme):
    revoke_partner_token(
        programme=programme, reference=checkout.token.reference, actor=system_user(), at=timezone.now()
    )
    assert problem_of(checkout.validate(code), 401)["code"] == "token_refused"
    late = till(shop(programme))
    PartnerToken.objects.filter(pk=late.token.pk).update(expires_at=timezone.now())
    assert late.validate(code).status_code == 401


def test_tokens_of_people_and_of_partners_are_not_taken_for_each_other(checkout, programme):
    merchant = Program(person("merchant", programme))
    assert merchant.post("/partner/coupons/validate", {"code": FORGED}).status_code == 401
    partner = Program()
    partner.headers = {"Authorization": f"Bearer {checkout.text}"}
    assert partner.get("/claims").status_code == 401


def test_another_partners_redemption_is_not_there(checkout, code, programme):
    reference = checkout.redeem(code).json()["reference"]
    other = till(shop(programme, "other"))
    assert other.get(f"/redemptions/{reference}").status_code == 404
    assert other.post(CANCEL.format(reference)).status_code == 404
    assert other.get("/redemptions").json()["results"] == []
    assert checkout.get(f"/redemptions/{reference}").json()["reference"] == reference


def test_a_coupon_of_another_programme_is_not_taken_and_is_no_guess(checkout, code, programme):
    elsewhere = Programme.objects.create(code="other", name_ko="다른", name_en="Other", incident=programme.incident)
    assert fields_of(till(shop(elsewhere)).validate(code)) == {"code": "coupon_not_taken_here"}
    assert not WrongCode.objects.exists()


def test_a_newer_key_makes_other_codes_and_the_older_ones_stay_good(checkout, code, anna, item, settings):
    old, new = base64.urlsafe_b64encode(b"1" * 32).decode(), base64.urlsafe_b64encode(b"2" * 32).decode()
    settings.COUPON_KEYS = {"1": old}
    printed = code_of(anna, item)
    settings.COUPON_KEYS = {"1": old, "2": new}
    assert code_of(anna, item) != printed
    assert checkout.redeem(printed).status_code == 201
    assert problem_of(checkout.redeem(code_of(anna, item)), 409)["code"] == "coupon_used"
    settings.COUPON_KEYS = {"2": new}
    assert fields_of(checkout.validate(printed)) == {"code": "coupon_unknown"}


@pytest.mark.parametrize("keys", [{"1": "short"}, {"zero": "x"}, {"0": "1" * 43 + "="}])
def test_keys_that_are_none_are_told_at_once(settings, keys):
    settings.COUPON_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="COUPON_KEYS"):
        coupon_keys()


def test_an_item_that_is_no_coupon_has_no_code(anna, programme):
    with pytest.raises(NotACoupon):
        code_of(anna, coupon_item(programme, "emoticon-choonsik"))


def test_the_forged_code_of_these_tests_has_the_right_check_character():
    assert check_character(FORGED[:-1]) == FORGED[-1]
