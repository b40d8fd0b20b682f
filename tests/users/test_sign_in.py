"""Signing in: who gets in, who does not, and how often one may try."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.urls import reverse_lazy

from compensation.programmes.models import Role
from tests.cast import person
from users.models import SignInAttempt, User

PASSWORD = "correct horse battery"
HOME = reverse_lazy("home")
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db) -> User:
    return User.objects.create_user(username="alice", password=PASSWORD)


def sign_in(client, username="alice", password=PASSWORD, address="203.0.113.1", headers=None, **extra):
    data = {"username": username, "password": password} | extra
    return client.post("/staff/sign-in/", data, REMOTE_ADDR=address, headers=headers)


def fail(client, times, **who):
    for _ in range(times):
        sign_in(client, password="wrong", **who)


def test_the_right_password_gets_in_with_a_new_session_key(client, alice):
    client.session.save()
    before = client.session.session_key
    assert sign_in(client).headers["Location"] == HOME
    assert client.session[SESSION_KEY] == str(alice.pk)
    assert client.session.session_key != before


@pytest.mark.parametrize(("username", "active"), [("alice", True), ("nobody", True), ("alice", False)])
def test_a_refusal_does_not_tell_what_was_wrong(client, alice, username, active):
    User.objects.update(is_active=active)
    answer = sign_in(client, username=username, password=PASSWORD if not active else "wrong")
    assert answer.status_code == 422
    assert "아이디 또는 비밀번호가 맞지 않습니다" in answer.content.decode()


def test_every_attempt_is_kept_without_the_username(client, alice):
    sign_in(client, password="wrong")
    sign_in(client)
    assert list(SignInAttempt.objects.values_list("succeeded", "address").order_by("id")) == [
        (False, "203.0.113.1"),
        (True, "203.0.113.1"),
    ]
    assert not SignInAttempt.objects.filter(username_digest__contains="alice").exists()


@pytest.mark.parametrize(("failures", "status"), [(4, 302), (5, 429)])
def test_after_five_failures_the_right_password_is_refused_too(client, alice, failures, status):
    fail(client, failures)
    assert sign_in(client).status_code == status


def test_a_refusal_says_when_to_try_again_and_that_is_true(client, alice):
    with time_machine.travel("2023-01-31T10:00:20+09:00", tick=False) as clock:
        fail(client, 5)
        assert "10:06 이후에 다시" in sign_in(client).content.decode()
        clock.move_to("2023-01-31T10:06:00+09:00")
        assert sign_in(client).status_code == 302


@pytest.mark.parametrize("spelling", ["ALICE", "Ａｌｉｃｅ", " alice "])
def test_other_spellings_of_a_username_share_its_failures(client, alice, spelling):
    fail(client, 5, username=spelling)
    assert sign_in(client).status_code == 429


def test_an_address_may_fail_twenty_times_whatever_the_usernames(client, alice):
    for number in range(20):
        sign_in(client, username=f"user{number}", password="wrong")
    assert sign_in(client).status_code == 429
    assert sign_in(client, address="203.0.113.2").status_code == 302


@pytest.mark.parametrize(
    ("header", "kept"), [("198.51.100.7", "198.51.100.7"), ("evil, 198.51.100.7", "198.51.100.7"), ("evil", None)]
)
def test_behind_a_proxy_the_address_is_the_one_it_adds(client, alice, settings, header, kept):
    settings.TRUSTED_PROXIES = 1
    assert sign_in(client, headers={"X-Forwarded-For": header}).status_code == 302
    assert SignInAttempt.objects.get().address == kept


@pytest.mark.django_db(transaction=True)
def test_twenty_attempts_at_once_do_not_get_more_than_five_looked_at(alice):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(attempt_in_a_thread, range(20)))
    assert answers.count(422) <= 5
    assert answers.count(422) + answers.count(429) == 20


def attempt_in_a_thread(number: int) -> int:
    try:
        return sign_in(Client(), password="wrong", address=f"203.0.113.{number}").status_code
    finally:
        connection.close()


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("value", ["", "   ", "a\0b", "x" * 10_000, "🙂"])
def test_nonsense_is_refused_beside_the_field(client, alice, field, value):
    assert sign_in(client, **{field: value}).status_code == 422


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/my/claims/", "/my/claims/"),
        ("https://evil.example/", HOME),
        ("//evil.example/", HOME),
        ("javascript:alert(1)", HOME),
    ],
)
def test_after_signing_in_one_stays_on_this_site(client, alice, target, leads_to):
    assert sign_in(client, next=target).headers["Location"] == leads_to


def test_signing_out_is_a_post(client, alice):
    client.force_login(alice)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert SESSION_KEY not in client.session


def test_a_page_that_polls_after_its_session_ended_loads_anew(client):
    assert client.get("/staff/sign-in/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("roles", "leads_to"),
    [([], "/my/claims/"), ([Role.MERCHANT], "/my/claims/"), ([Role.OFFICER], "/programmes/1015/")],
)
def test_home_leads_to_ones_own_work(client, programme, roles, leads_to):
    client.force_login(person("bob", programme, *roles))
    assert client.get(HOME).headers["Location"] == leads_to


def test_home_asks_for_a_sign_in(client):
    assert client.get(HOME).headers["Location"] == f"/sign-in/?next={HOME}"


def test_the_language_is_switched_by_a_post_and_kept(client, english_texts):
    client.post("/i18n/setlang/", {"language": "en", "next": "/staff/sign-in/"})
    assert "Password" in client.get("/staff/sign-in/").content.decode()
