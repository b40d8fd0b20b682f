"""Kakao's OpenID Connect, against a stand-in that speaks the protocol: who comes in, and what goes wrong."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from compensation.programmes.models import Role
from compensation.values.contacts import parse_contact
from tests.cast import NOW, person
from tests.users.sign_in_cast import EMAIL, PHONE, come_in, enter, kakao_stand_in
from users.models import SignInAttempt, User
from users.services.sign_up import add_contact, link_kakao

pytestmark = pytest.mark.django_db
FIRST_TIME = "/sign-in/kakao/contact/"


@pytest.fixture
def kakao(settings):
    """Kakao's stand-in, which the settings name."""
    with kakao_stand_in(settings) as provider:
        yield provider


def go_to_kakao(client, **extra):
    """The address at Kakao to which the browser is sent."""
    return client.post("/sign-in/kakao/", extra, headers={"Host": "localhost"}).headers["Location"]


def say_who(address, uid="haneul"):
    """The visitor names themselves at Kakao; the address to which they are sent back."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    answer = requests.post(address.split("?")[0], asked | {"person": uid}, allow_redirects=False, timeout=60)
    return answer.headers["Location"]


def by_kakao(client, uid="haneul", **extra):
    """The whole way to Kakao and back; the answer to coming back."""
    back = urlsplit(say_who(go_to_kakao(client, **extra), uid))
    return client.get(f"{back.path}?{back.query}", headers={"Host": "localhost"})


def told(client, path="/sign-in/"):
    return client.get(path).content.decode()


def test_the_first_time_a_contact_says_which_account_it_is(client, kakao):
    assert by_kakao(client).headers["Location"] == FIRST_TIME
    assert not User.objects.exists()
    assert client.post(FIRST_TIME, {"contact": PHONE}).headers["Location"] == "/sign-in/code/"
    assert enter(client).headers["Location"] == "/account/"
    other = Client()
    assert by_kakao(other).headers["Location"] == reverse("home")
    assert other.session[SESSION_KEY] == client.session[SESSION_KEY] == str(User.objects.get().pk)


def test_who_came_by_phone_before_is_the_same_person(client, kakao):
    come_in(Client(), EMAIL)
    known = User.objects.get()
    by_kakao(client)
    add_contact(user=known, contact=parse_contact(PHONE), at=NOW)
    client.post(FIRST_TIME, {"contact": PHONE})
    enter(client)
    assert client.session[SESSION_KEY] == str(known.pk)


def test_kakaos_id_is_all_that_is_kept(client, kakao):
    by_kakao(client)
    client.post(FIRST_TIME, {"contact": PHONE})
    enter(client)
    by_kakao(Client())
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data) == ("haneul", {})
    assert not SocialToken.objects.exists()
    assert "김하늘" not in User.objects.get().name


def test_only_who_somebody_is_is_asked_for_with_state_and_pkce(client, kakao):
    asked = parse_qs(urlsplit(go_to_kakao(client)).query)
    assert asked["scope"] == ["openid"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert asked["redirect_uri"] == ["http://localhost/sign-in/kakao/callback/"]


def test_one_goes_on_where_one_wanted_to(client, kakao, programme):
    link_kakao(user=person("bob", programme), uid="haneul")
    assert by_kakao(client, next="/my/claims/").headers["Location"] == "/my/claims/"
    client.logout()
    assert by_kakao(client, next="https://evil.example/").headers["Location"] == reverse("home")


def test_signed_in_one_links_kakao_to_ones_account(client, kakao):
    come_in(client)
    assert by_kakao(client).headers["Location"] == "/account/"
    assert "이제 카카오로도 로그인할 수 있습니다" in told(client, "/account/")
    assert SocialAccount.objects.get().user == User.objects.get()


def test_a_kakao_account_leads_to_one_account(client, kakao, programme):
    link_kakao(user=person("bob", programme), uid="haneul")
    come_in(client)
    by_kakao(client)
    assert "다른 계정에 연결되어 있습니다" in told(client, "/account/")
    assert SocialAccount.objects.get().user.username == "bob"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.OPS])
def test_who_works_on_a_programme_does_not_come_in_by_kakao(client, kakao, programme, role):
    link_kakao(user=person("bob", programme, role), uid="haneul")
    assert by_kakao(client).status_code == 403
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("fault", ["issuer", "audience", "expired", "subject"])
def test_an_id_token_that_is_not_for_us_opens_nothing(client, kakao, fault):
    kakao.faults.add(fault)
    assert by_kakao(client).headers["Location"] == "/sign-in/"
    assert "카카오 로그인을 마치지 못했습니다" in told(client)
    assert SESSION_KEY not in client.session


def test_kakao_that_does_not_answer_is_told(client, kakao):
    kakao.faults.add("down")
    assert go_to_kakao(client) == "/sign-in/"
    assert "카카오 로그인을 마치지 못했습니다" in told(client)


def test_who_turns_round_at_kakao_is_back_at_the_door(client, kakao):
    assert by_kakao(client, uid="").headers["Location"] == "/sign-in/"
    assert "취소했습니다" in told(client)


def test_the_answer_to_somebody_elses_question_opens_nothing(client, kakao):
    back = urlsplit(say_who(go_to_kakao(Client())))
    answer = client.get(f"{back.path}?{back.query}", headers={"Host": "localhost"})
    assert answer.headers["Location"] == "/sign-in/"


@pytest.mark.parametrize("query", ["", "code=1", "state=1", "error=server_error", "code=%00&state=%00"])
def test_an_answer_that_is_none_opens_nothing(client, kakao, query):
    answer = client.get(f"/sign-in/kakao/callback/?{query}")
    assert answer.headers["Location"] == "/sign-in/"


def test_an_answer_works_once(client, kakao):
    back = urlsplit(say_who(go_to_kakao(client)))
    assert client.get(f"{back.path}?{back.query}", headers={"Host": "localhost"}).headers["Location"] == FIRST_TIME
    assert client.get(f"{back.path}?{back.query}", headers={"Host": "localhost"}).headers["Location"] == "/sign-in/"


@pytest.mark.parametrize("change", [{"code_verifier": "x" * 43}, {"client_secret": "x"}, {"redirect_uri": "x"}, {}])
def test_the_stand_in_gives_tokens_as_a_provider_does(client, kakao, change):
    back = parse_qs(urlsplit(say_who(go_to_kakao(client))).query)
    sent = {"grant_type": "authorization_code", "code": back["code"][0], "client_id": "stand-in-client"}
    answer = requests.post(f"{kakao.url}/oauth/token", sent | change, timeout=60)
    assert answer.status_code == 400


def test_without_kakao_there_is_no_button_and_no_way(client):
    assert "sign-in/kakao" not in told(client)
    assert client.post("/sign-in/kakao/").status_code == 404
    assert client.get("/sign-in/kakao/callback/?code=1&state=1").status_code == 404


def test_it_begins_with_a_post_and_its_second_page_not_by_itself(client, kakao):
    assert client.get("/sign-in/kakao/").status_code == 405
    assert client.get(FIRST_TIME).headers["Location"] == "/sign-in/"


def test_coming_in_by_kakao_is_kept(client, kakao, programme):
    link_kakao(user=person("bob", programme), uid="haneul")
    by_kakao(client)
    assert SignInAttempt.objects.get().succeeded
