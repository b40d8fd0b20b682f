"""A person's account: what it shows, and connecting a business by its number."""

import pytest
from django.urls import reverse

from compensation.values.contacts import parse_contact
from merchants.models import Representative
from merchants.services.registration import MerchantDetails, register_merchants
from tests.cast import NOW
from users.models import User
from users.services.sign_up import add_contact

pytestmark = pytest.mark.django_db
NUMBER, PHONE = "1234567891", "+821012345678"


@pytest.fixture
def hong(client) -> User:
    """Signed in, with a proven phone for which the association has a business on record."""
    details = MerchantDetails(NUMBER, trade_name="한빛분식", representative_name="홍길동", phone=PHONE)
    register_merchants(details=[details], at=NOW)
    user = User.objects.create(username="hong", name="홍길동")
    add_contact(user=user, contact=parse_contact(PHONE), at=NOW)
    client.force_login(user)
    return user


def connect(client, number):
    return client.post("/account/businesses/add/", {"business_number": number}, follow=True)


def page(answer):
    return answer.content.decode()


@pytest.mark.parametrize("number", [NUMBER, "123-45-67891", "１２３－４５－６７８９１", " 123 45 67891 "])
def test_a_business_is_connected_by_its_number(client, hong, number):
    assert "한빛분식 사업자를 연결했습니다" in page(connect(client, number))
    assert Representative.objects.get().user == hong
    assert "123-45-67891" in page(client.get("/account/"))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "사업자등록번호를 적어 주세요"),
        ("1234567890", "잘못 적힌 숫자가 있습니다"),
        ("abc", "숫자 10자리로 적어 주세요"),
        ("1" * 9999, "숫자 10자리로 적어 주세요"),
        ("\0", "숫자 10자리로 적어 주세요"),
        ("🙂", "숫자 10자리로 적어 주세요"),
        ("2208162517", "찾지 못했습니다"),
    ],
)
def test_what_is_no_business_of_theirs_is_told_beside_the_field(client, hong, number, words):
    answer = connect(client, number)
    assert answer.status_code == 422
    assert words in page(answer)


def test_somebody_elses_business_looks_as_one_that_is_not_there(client, hong):
    details = MerchantDetails("2208162517", trade_name="남의 가게", representative_name="김", phone="+821099999999")
    register_merchants(details=[details], at=NOW)
    theirs, nobodys = (lines_of(connect(client, number)) for number in ("2208162517", "1208147521"))
    assert theirs == nobodys
    assert not Representative.objects.exists()


def lines_of(answer) -> list[str]:
    """The page without what differs by nature: its token, and the number that was typed."""
    return [line for line in page(answer).splitlines() if "value=" not in line]


def test_without_a_proven_phone_that_comes_first(client, db):
    client.force_login(User.objects.create(username="new"))
    assert "/account/contact/?next=/account/businesses/add/" in page(client.get("/account/businesses/add/"))


def test_contacts_are_shown_masked(client, hong):
    shown = page(client.get("/account/"))
    assert "010-****-5678" in shown
    assert "1234-5678" not in shown


@pytest.mark.parametrize("path", ["/account/", "/account/businesses/add/", "/account/contact/"])
def test_an_account_is_for_who_is_signed_in(client, db, path):
    assert client.get(path).headers["Location"] == f"{reverse('sign-in')}?next={path}"
