"""What a person sees of who gets into their account, and ends: tokens of programs, devices."""

import re

import pytest
from django.test import Client

from compensation import limits
from compensation.programmes.models import Role
from tests.cast import person
from tests.users.sign_in_cast import come_in
from users.models import ApiToken, Device, User
from users.services.api_tokens import TokenRefused, user_of_token
from users.services.devices import device_name

pytestmark = pytest.mark.django_db

NEW, SIGN_OUT = "/account/tokens/new/", "/account/devices/sign-out/"
PHONE_BROWSER = "Mozilla/5.0 (Linux; Android 14; SM-S918N) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


@pytest.fixture
def hong(client) -> User:
    """Has come in by a code."""
    client.defaults["HTTP_USER_AGENT"] = PHONE_BROWSER
    come_in(client)
    return User.objects.get(contacts__kind="phone")


def page(client: Client, path: str = "/account/") -> str:
    return client.get(path, follow=True).content.decode()


def make_token(client: Client, label: str = "우리집 계산대"):
    reference = re.search(r'name="reference" value="([^"]+)"', page(client, NEW))[1]
    return client.post(NEW, {"label": label, "reference": reference}, follow=True)


def token_in(answer) -> str:
    return re.search(r"ct_[A-Za-z0-9_-]+", answer.content.decode())[0]


def test_a_token_is_shown_once_and_lets_a_program_in(client, hong, django_user_model):
    made = make_token(client)
    assert made.status_code == 201
    assert user_of_token(token=token_in(made), at=ApiToken.objects.get().created_at) == hong
    shown = page(client)
    assert "우리집 계산대" in shown
    assert "ct_" not in shown


def test_the_form_sent_twice_makes_one_token(client, hong):
    reference = re.search(r'name="reference" value="([^"]+)"', page(client, NEW))[1]
    first, second = (client.post(NEW, {"label": "x", "reference": reference}, follow=True) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert "이미 만든 토큰입니다" in second.content.decode()
    assert ApiToken.objects.count() == 1


def test_one_tap_ends_a_token(client, hong):
    token = token_in(make_token(client))
    row = ApiToken.objects.get()
    for _ in range(2):
        assert "토큰을 지웠습니다" in client.post(f"/account/tokens/{row.reference}/end/", follow=True).content.decode()
    with pytest.raises(TokenRefused):
        user_of_token(token=token, at=row.created_at)
    assert "우리집 계산대" not in page(client)


@pytest.mark.parametrize("label", ["", " ", "\0", "🙂", "a\u202eb", "가" * 61, "x" * 9999])
def test_a_label_that_cannot_be_read_is_told_beside_the_field(client, hong, label):
    answer = make_token(client, label)
    assert answer.status_code == 422
    assert answer.context["form"].errors["label"]


def test_a_token_of_somebody_else_is_not_there(client, hong):
    stranger = Client()
    come_in(stranger, "010-8765-4321", address="203.0.113.7")
    make_token(client)
    path = f"/account/tokens/{ApiToken.objects.get().reference}/end/"
    assert stranger.post(path).status_code == 404
    assert client.post("/account/tokens/a%00b/end/").status_code == 404


def test_signing_out_everywhere_ends_the_other_sessions_and_keeps_this_one(client, hong):
    other = Client()
    other.force_login(hong)  # a session that no device is known of
    assert "Android · Chrome" in page(client)
    assert "이 기기를 뺀 모든 기기에서 로그아웃했습니다" in client.post(SIGN_OUT, follow=True).content.decode()
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    device = Device.objects.get()
    assert device.session_key == client.session.session_key


def test_a_device_that_signed_out_is_not_listed(client, hong):
    second = Client()
    come_in(second, "hong@example.kr", address="203.0.113.7")
    Device.objects.update(user=hong)
    assert page(client).count(" 로그인</span>") == 2
    second.post("/sign-out/")
    assert page(client).count(" 로그인</span>") == 1


@pytest.mark.parametrize("path", [NEW, SIGN_OUT])
def test_staff_have_neither(client, programme, path):
    client.force_login(person("officer", programme, Role.OFFICER))
    assert client.post(path).status_code == 404


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (PHONE_BROWSER, "Android · Chrome"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) AppleWebKit Version/17.5 Mobile Safari/604.1", "iPhone · Safari"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Mobile KAKAOTALK 10.8.5", "iPhone · KakaoTalk"),
        (
            "Mozilla/5.0 (Linux; Android 14) SamsungBrowser/25.0 Chrome/121.0 Safari/537.36",
            "Android · Samsung Internet",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Windows · Edge"),
        ("Mozilla/5.0 (Macintosh) Gecko/20100101 Firefox/127.0", "Mac · Firefox"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("x" * 9999, ""),
    ],
)
def test_a_device_is_called_by_system_and_browser(user_agent, name):
    assert device_name(user_agent) == name
    assert len(name) <= limits.DEVICE_NAME_LENGTH_MAX
