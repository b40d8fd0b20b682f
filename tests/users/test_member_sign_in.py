"""Members come in by the identity provider, and are who it says they are."""

from datetime import date

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.users.sign_in_cast import kakao_stand_in
from tests.users.test_sign_in_by_kakao import FIRST_TIME, by_kakao
from users.models import Member, MemberAccount, MemberStatus, User
from users.services.member_sign_in import MemberTaken, NotAMember, arrive_as_member, know_member

pytestmark = pytest.mark.django_db
PAGE = "/my/benefits/"


@pytest.fixture
def kakao(settings):
    """Kakao's stand-in, which the settings name."""
    with kakao_stand_in(settings) as provider:
        yield provider


def member(number: int = 1, **more) -> Member:
    return Member.objects.create(pk=number, joined_on=date(2015, 1, 1), **more)


def test_a_member_who_comes_for_benefits_is_asked_for_nothing_else(client, kakao):
    member()
    assert by_kakao(client, "1", next=PAGE).headers["Location"] == PAGE
    again = Client()
    by_kakao(again, "1")
    assert again.session[SESSION_KEY] == client.session[SESSION_KEY]
    assert MemberAccount.objects.get().member_id == 1


@pytest.mark.parametrize(("uid", "next_page"), [("1", ""), ("haneul", PAGE), ("2", PAGE), ("3", PAGE)])
def test_everybody_else_says_first_which_account_it_is(client, kakao, uid, next_page):
    member(1)
    member(3, status=MemberStatus.WITHDRAWN)
    assert by_kakao(client, uid, next=next_page).headers["Location"] == FIRST_TIME
    assert not User.objects.exists()


def test_who_is_signed_in_becomes_the_member_and_stays_the_same_person(client, kakao):
    member()
    merchant = User.objects.create(username="merchant")
    client.force_login(merchant)
    assert by_kakao(client, "1", next=PAGE).headers["Location"] == PAGE
    assert MemberAccount.objects.get().user == merchant


def test_staff_do_not_become_members_by_kakao(client, kakao, programme):
    member()
    client.force_login(person("officer", programme, Role.OFFICER))
    by_kakao(client, "1", next=PAGE)
    assert not MemberAccount.objects.exists()


def test_one_member_is_one_account_and_one_account_one_member():
    member(1)
    member(2)
    first, second = (User.objects.create(username=name) for name in ("first", "second"))
    for _twice in range(2):
        know_member(user=first, uid="1", at=NOW)
    for user, uid in ((second, "1"), (first, "2")):
        with pytest.raises(MemberTaken):
            know_member(user=user, uid=uid, at=NOW)
    assert MemberAccount.objects.count() == 1


@pytest.mark.parametrize("uid", ["", "haneul", "-1", "01", "1.0", "٣", "9" * 16, "2"])
def test_who_is_no_member_gets_no_account(uid):
    member(1)
    with pytest.raises(NotAMember):
        arrive_as_member(uid=uid, at=NOW)
    assert not User.objects.exists()


def test_arriving_twice_is_one_account():
    member(1)
    arrivals = [arrive_as_member(uid="1", at=NOW) for _twice in range(2)]
    assert [arrival.is_new for arrival in arrivals] == [True, False]
    assert User.objects.count() == 1
