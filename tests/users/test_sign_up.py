"""Coming in by a code: the account, the session, and what is told to whom."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from compensation.messaging.models import Message
from compensation.programmes.models import Role
from compensation.values.contacts import parse_contact
from tests.cast import NOW, person
from tests.users.sign_in_cast import EMAIL, PHONE, ask, come_in, enter, last_code, other_than
from users.models import Contact, SignInAttempt, User
from users.services.sign_up import ContactTaken, add_contact, arrive_by_contact

pytestmark = pytest.mark.django_db
CODE_PAGE = "/sign-in/code/"
TEN = "2023-01-31T10:00:00+09:00"


def page(answer):
    return answer.content.decode()


@pytest.mark.parametrize("contact", [PHONE, EMAIL, "０１０ １２３４ ５６７８", "+82 10-1234-5678"])
def test_the_first_proven_contact_makes_an_account(client, contact):
    assert ask(client, contact).headers["Location"] == CODE_PAGE
    assert enter(client).headers["Location"] == "/account/"
    user = User.objects.get()
    assert client.session[SESSION_KEY] == str(user.pk)
    assert user.contacts.get().value == parse_contact(contact).value
    assert not user.has_usable_password()
    assert "가입되었습니다" in page(client.get("/account/"))


@pytest.mark.parametrize(("first", "second"), [(PHONE, "01012345678"), (EMAIL, "Hong@EXAMPLE.kr")])
def test_the_next_time_it_is_the_same_account(client, first, second):
    with time_machine.travel(TEN) as clock:
        come_in(client, first)
        clock.shift(60)
        assert come_in(Client(), second).headers["Location"] == reverse("home")
    assert User.objects.count() == Contact.objects.count() == 1


def test_an_account_is_no_role_in_a_programme(client, programme):
    come_in(client)
    assert not User.objects.get(contacts__isnull=False).programme_roles.exists()


def test_the_session_gets_a_new_key(client):
    ask(client)
    before = client.session.session_key
    enter(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_sessions_table_does_not_show_who_wants_in(client):
    ask(client)
    assert "1234" not in str(client.session.items())


def test_nothing_tells_whether_there_is_an_account(client):
    with time_machine.travel(TEN, tick=False) as clock:
        come_in(Client(), "hong@example.kr")
        clock.shift(60)
        seen = []
        for contact in ("hong@example.kr", "hang@example.kr"):
            client.logout()
            assert ask(client, contact).headers["Location"] == CODE_PAGE
            seen.append(strip_tokens(page(client.get(CODE_PAGE)).replace(contact, "")))
    assert seen[0] == seen[1]


def strip_tokens(text):
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_wrong_code_is_told_beside_the_field_and_nothing_else(client):
    ask(client)
    answer = enter(client, other_than(last_code()))
    assert answer.status_code == 422
    assert "인증번호가 맞지 않거나 시간이 지났습니다" in page(answer)
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("code", ["", "12", "abcdef", "1" * 9999, "\0\0\0\0\0\0", "١٢٣٤٥٦", "🙂", "<b>1</b>"])
def test_what_is_no_code_is_told_and_costs_no_try(client, code):
    ask(client)
    for _ in range(7):
        assert client.post(CODE_PAGE, {"code": code}).status_code == 422
    assert enter(client).status_code == 302


@pytest.mark.parametrize(
    "contact", ["", "  ", "02-123-4567", "hong", "a\0b", "🙂", "x" * 9999, "<script>", "=1+1", "\u202e010", "-5"]
)
def test_what_is_no_contact_is_told_and_kept_in_the_field(client, contact):
    answer = ask(client, contact)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page(answer)
    assert not Message.objects.exists()
    if contact.strip() and contact.isalpha():
        assert f'value="{contact}"' in page(answer)


def test_a_double_click_leads_to_the_one_code(client):
    assert ask(client).headers["Location"] == CODE_PAGE
    assert ask(Client()).headers["Location"] == CODE_PAGE
    assert Message.objects.count() == 1
    assert enter(client).status_code == 302


def test_another_code_can_be_had_after_half_a_minute(client):
    with time_machine.travel(TEN, tick=False) as clock:
        ask(client)
        assert "10:00:30부터 다시 받을 수 있습니다" in page(client.get(CODE_PAGE))
        client.post("/sign-in/code/again/")
        assert Message.objects.count() == 1
        clock.shift(30)
        assert "부터 다시 받을" not in page(client.get("/sign-in/code/waiting/"))
        assert "새로 보냈습니다" in page(client.post("/sign-in/code/again/", follow=True))
        assert enter(client).status_code == 302


def test_whoever_asks_too_often_is_told_until_when(client):
    with time_machine.travel(TEN, tick=False) as clock:
        for _ in range(5):
            ask(client)
            clock.shift(60)
        answer = ask(client)
    assert answer.status_code == 429
    assert "11:00:01 이후에 다시" in page(answer)


def test_after_five_wrong_codes_one_has_to_wait_and_the_page_says_how_long(client):
    with time_machine.travel(TEN, tick=False):
        ask(client)
        for _ in range(5):
            enter(client, other_than(last_code()))
        answer = enter(client)
    assert answer.status_code == 429
    assert "10:05 이후에 다시" in page(answer)


def test_a_code_that_is_too_old_is_told_before_it_is_typed(client):
    with time_machine.travel(TEN, tick=False) as clock:
        ask(client)
        clock.shift(600)
        assert "시간이 지났습니다. 새로 받아 주세요" in page(client.get(CODE_PAGE))


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_code_on_its_way_one_begins_at_the_door(client, method):
    assert getattr(client, method)(CODE_PAGE).headers["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [("/my/claims/", "/my/claims/"), ("https://evil.example/", "/account/"), ("//e.x", "/account/")],
)
def test_one_goes_on_where_one_wanted_to_go_on_this_site(client, target, leads_to):
    assert come_in(client, next=target).headers["Location"] == leads_to


def test_whoever_is_in_already_does_not_see_the_door(client):
    come_in(client)
    assert client.get("/sign-in/").headers["Location"] == reverse("home")
    assert client.get(CODE_PAGE).headers["Location"] == reverse("home")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.COUNCIL, Role.OPS, Role.AGENT, Role.AUDITOR])
def test_who_works_on_a_programme_needs_the_password(client, programme, role):
    add_contact(user=person("bob", programme, role), contact=parse_contact(PHONE), at=NOW)
    answer = come_in(client)
    assert answer.status_code == 403
    assert reverse("staff-sign-in") in page(answer)
    assert SESSION_KEY not in client.session


def test_a_closed_account_stays_out(client, programme):
    add_contact(user=person("bob", programme), contact=parse_contact(PHONE), at=NOW)
    User.objects.update(is_active=False)
    assert come_in(client).status_code == 403
    assert SESSION_KEY not in client.session


def test_every_try_is_kept(client):
    ask(client)
    enter(client, other_than(last_code()))
    enter(client)
    assert list(SignInAttempt.objects.order_by("id").values_list("succeeded", flat=True)) == [False, True]


def test_a_second_contact_leads_to_the_same_account(client):
    come_in(client)
    client.post("/account/contact/", {"contact": EMAIL})
    assert enter(client).headers["Location"] == "/account/"
    assert "h***@example.kr" in page(client.get("/account/"))
    assert User.objects.get().contacts.count() == 2


def test_a_contact_of_somebody_else_is_not_taken_away(client):
    with time_machine.travel(TEN) as clock:
        come_in(Client(), EMAIL)
        come_in(client)
        clock.shift(60)
        client.post("/account/contact/", {"contact": EMAIL})
        assert "다른 계정에서 이미 확인한" in page(client.post(CODE_PAGE, {"code": last_code()}, follow=True))
    assert Contact.objects.values("user").distinct().count() == 2


def test_a_code_to_add_a_contact_signs_nobody_in(client):
    come_in(client)
    with time_machine.travel(TEN, tick=False) as clock:
        client.post("/account/contact/", {"contact": EMAIL})
        code, other = last_code(), Client()
        clock.shift(30)
        ask(other, EMAIL)
        assert code == last_code() or enter(other, code).status_code == 422
    assert SESSION_KEY not in other.session


def test_adding_a_contact_twice_is_harmless(programme):
    user, contact = person("bob", programme), parse_contact(EMAIL)
    for _ in range(2):
        add_contact(user=user, contact=contact, at=NOW)
    with pytest.raises(ContactTaken):
        add_contact(user=person("eve", programme), contact=contact, at=NOW)
    assert arrive_by_contact(contact=contact, at=NOW).user == user


@pytest.mark.django_db(transaction=True)
def test_one_person_by_two_codes_at_once_gets_one_account():
    def arrive(_number):
        try:
            return arrive_by_contact(contact=parse_contact(PHONE), at=NOW).user.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(arrive, range(8)))) == 1
    assert User.objects.count() == 1
