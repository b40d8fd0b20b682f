"""Partners, as operations look after them: the pages, and the command."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from claims.services.sample_partners import partner_sign_ins, prepare_partners
from compensation.programmes.models import Role
from tests.cast import person
from tests.users.coupon_cast import code_of, coupon_item, granted, shop, still_valid, till
from users.models import Partner, PartnerScope, PartnerToken
from users.selectors.partners import days_of
from users.services.partners import PartnerTokenRefused, token_by_text
from users.views.partners.forms import SCOPE_NAMES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("warm_process")]
PAGE = "/programmes/1015/partners/"
SHOP = f"{PAGE}shop/"


@pytest.fixture
def partner(programme) -> Partner:
    return shop(programme)


@pytest.mark.parametrize("role", list(Role))
def test_operations_and_audit_see_them_and_operations_look_after_them(client, programme, partner, role):
    client.force_login(person("somebody", programme, role))
    sees, does = role in (Role.OPS, Role.AUDITOR), role == Role.OPS
    assert {client.get(PAGE).status_code, client.get(SHOP).status_code} == {200 if sees else 404}
    for address in (PAGE, f"{SHOP}tokens/"):
        assert client.post(address).status_code == (422 if does else 404)
    assert client.get(f"{PAGE}nobody/").status_code == 404


def test_a_partner_is_registered_and_a_slip_is_told_at_its_field(client, ops):
    client.force_login(ops)
    slip = client.post(PAGE, {"code": "한글", "name_ko": "이모티콘", "name_en": ""})
    assert slip.status_code == 422
    assert set(slip.context["form"].errors) == {"code", "name_en"}
    assert 'value="이모티콘"' in slip.content.decode()
    wish = {"code": "emoticons", "name_ko": "이모티콘", "name_en": "Emoticons"}
    assert client.post(PAGE, wish).url == f"{PAGE}emoticons/"
    assert set(client.post(PAGE, wish).context["form"].errors) == {"code"}
    assert Partner.objects.get().name_en == "Emoticons"


def test_a_token_is_shown_once_and_the_form_sent_twice_makes_one(client, ops, partner):
    client.force_login(ops)
    wish = {"label": "결제 서버", "scopes": ["redeem", "receive"], "days": "30"}
    wish["reference"] = client.get(SHOP).context["reference"]
    made = client.post(f"{SHOP}tokens/", wish)
    assert made.status_code == 201
    token = token_by_text(text=made.context["token"], at=timezone.now())
    assert token.scopes == ["receive", "redeem"]
    assert token.expires_at - token.created_at == timedelta(days=30)
    assert client.post(f"{SHOP}tokens/", wish).status_code == 302
    page = client.get(SHOP).content.decode()
    assert made.context["token"] not in page
    assert "지급 내역 받기" in page
    client.post(f"{SHOP}tokens/{token.reference}/end/")
    with pytest.raises(PartnerTokenRefused):
        token_by_text(text=made.context["token"], at=timezone.now())


@pytest.mark.parametrize(
    ("wish", "field"),
    [({"scopes": []}, "scopes"), ({"scopes": ["all"]}, "scopes"), ({"days": "366"}, "days"), ({"label": ""}, "label")],
)
def test_a_token_that_nobody_may_have_is_refused_at_its_field(client, ops, partner, wish, field):
    client.force_login(ops)
    typed = {"label": "checkout", "scopes": ["redeem"], "days": "30"} | wish
    answer = client.post(f"{SHOP}tokens/", typed)
    assert (answer.status_code, set(answer.context["token_form"].errors)) == (422, {field})
    assert not PartnerToken.objects.exists()


def test_operations_can_give_every_scope_there_is():
    assert set(SCOPE_NAMES) == set(PartnerScope)


def test_a_partner_is_bounded_by_its_own_limit(client, ops, partner):
    client.force_login(ops)
    assert client.post(f"{SHOP}limits/", {"requests_per_second": "0"}).status_code == 422
    assert client.post(f"{SHOP}limits/", {"requests_per_second": "many"}).status_code == 422
    assert client.post(f"{SHOP}limits/", {"requests_per_second": "1"}).status_code == 302
    cache.clear()
    program = till(partner)
    answers = [program.get("/redemptions").status_code for _ in range(25)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert client.post(f"{SHOP}limits/", {"requests_per_second": ""}).status_code == 302
    assert Partner.objects.get().requests_per_second is None


def test_what_a_partner_did_is_counted_by_day(client, ops, partner, programme, django_assert_max_num_queries):
    still_valid(programme)
    cache.clear()
    assert till(partner).redeem(code_of(granted(programme), coupon_item(programme))).status_code == 201
    [day] = days_of(partner=partner, at=timezone.now())
    assert (day.day, day.redeemed, day.won, day.accepted) == (timezone.localdate(), 1, 2_000, 0)
    client.force_login(ops)
    with django_assert_max_num_queries(18):
        assert "2,000원" in client.get(SHOP).content.decode()
    assert client.get(SHOP, headers={"Accept-Language": "en"}).status_code == 200


def told(*arguments: str) -> dict:
    out = StringIO()
    call_command("partners", "1015", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_partner_is_registered_gets_a_token_and_loses_it(programme):
    names = ("--partner", "mall", "--name-ko", "쇼핑하기", "--name-en", "Shopping")
    assert told("new", *names) == told("new", *names)
    given = told("token", "--partner", "mall", "--scopes", "redeem,validate", "--days", "7")
    token = token_by_text(text=given["token"], at=timezone.now())
    assert (token.partner.code, token.scopes) == ("mall", ["redeem", "validate"])
    assert [row["reference"] for row in told("tokens")["tokens"]] == [given["reference"]]
    assert [row["live_tokens"] for row in told()["partners"]] == [1]
    told("revoke", "--token", given["reference"])
    with pytest.raises(PartnerTokenRefused):
        token_by_text(text=given["token"], at=timezone.now())
    assert told("tokens") == {"tokens": []}
    assert told("limit", "--partner", "mall", "--per-second", "50")["requests_per_second"] == 50
    assert told("days", "--partner", "mall") == {"days": []}
    assert given["token"] not in str(PartnerToken.objects.values())


@pytest.mark.parametrize(
    "arguments",
    [
        ("token", "--partner", "nobody", "--scopes", "redeem"),
        ("token",),
        ("new", "--partner", "mall", "--name-ko", "\u200b", "--name-en", "Mall"),
        ("new", "--partner", "the mall", "--name-ko", "쇼핑몰", "--name-en", "Mall"),
        ("revoke", "--token", "NOPE"),
        ("list", "--by", "nobody"),
        ("limit", "--partner", "shop", "--per-second", "0"),
        ("token", "--partner", "shop", "--scopes", "everything"),
        ("token", "--partner", "shop", "--scopes", "redeem", "--days", "0"),
    ],
)
def test_what_the_command_cannot_do_is_an_error_with_a_sentence(programme, partner, arguments):
    with pytest.raises(CommandError):
        told(*arguments)
    assert not PartnerToken.objects.exists()


def test_the_sample_has_two_partners_whose_tokens_are_printed_and_stay(programme, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    for _ in range(2):
        prepare_partners(programme=programme, at=timezone.now())
    out = StringIO()
    call_command("sign_ins", stdout=out)
    scopes = {}
    for sign_in in partner_sign_ins():
        assert sign_in.token in out.getvalue()
        scopes[sign_in.partner] = token_by_text(text=sign_in.token, at=timezone.now()).scopes
    assert scopes == {"shop": ["cancel", "redeem", "validate"], "emoticons": ["receive"]}
    assert PartnerToken.objects.count() == 2
