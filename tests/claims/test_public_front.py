"""The front page: what it says of the programme, and where the intake stands by the server's clock."""

from datetime import datetime, timedelta

import pytest
import time_machine

from claims.views.public import programmes
from compensation.programmes.models import Incident, PolicyVersion, Programme
from compensation.programmes.services.policy_versions import digest_of
from compensation.runtime.kept import Kept
from tests.cast import NOW, SEOUL

pytestmark = pytest.mark.django_db

OPENS, CLOSES = datetime(2023, 1, 30, tzinfo=SEOUL), datetime(2023, 2, 13, tzinfo=SEOUL)
MOMENT = timedelta(microseconds=1)
BEFORE, OPEN, CLOSED = "아직 접수 기간이 아닙니다", "지금 접수하고 있습니다", "접수 기간이 끝났습니다"
QUERIES = 7  # open programmes, policy, windows, services, packages, their items, items to apply for


def page_of(client, path: str = "/", at: datetime = NOW) -> str:
    with time_machine.travel(at, tick=False):
        answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def change_policy(change) -> None:
    """Changes the policy's document as a new version of the file would."""
    version = PolicyVersion.objects.get()
    change(version.document)
    version.digest = digest_of(version.document)
    version.save()


def another_programme(code: str, status: str) -> Programme:
    end = NOW + timedelta(hours=1)
    incident = Incident.objects.create(
        code=code, name_ko="다른 장애", name_en="Other outage", began_at=NOW, ended_at=end
    )
    return Programme.objects.create(code=code, name_ko=f"{code} 지원", name_en=code, incident=incident, status=status)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (OPENS - timedelta(days=5), BEFORE),
        (OPENS - MOMENT, BEFORE),
        (OPENS, OPEN),
        (CLOSES - MOMENT, OPEN),
        (CLOSES, CLOSED),
        (CLOSES + timedelta(days=900), CLOSED),
    ],
)
@pytest.mark.parametrize("path", ["/", "/p/1015/", "/p/1015/intake/"])
def test_the_intake_is_told_by_the_servers_clock(client, programme, path, at, said):
    assert [words for words in (BEFORE, OPEN, CLOSED) if words in page_of(client, path, at)] == [said]


@pytest.mark.parametrize(
    ("remaining", "said"),
    [
        (timedelta(days=12, hours=13, minutes=9), "12일 13시간"),
        (timedelta(hours=48), "2일 0시간"),
        (timedelta(hours=47, minutes=59), "47시간 59분"),
        (timedelta(minutes=1), "1분"),
        (timedelta(seconds=59), "1분 미만"),
    ],
)
def test_what_is_left_is_told_the_finer_the_less_it_is(client, programme, remaining, said):
    assert f">{said}<" in page_of(client, at=CLOSES - remaining)


def test_midnight_belongs_to_the_day_that_ends(client, programme):
    assert "2023년 2월 12일 24:00" in page_of(client)


def test_the_page_asks_again_only_while_something_can_change(client, programme):
    assert 'hx-trigger="every 60s"' in page_of(client)
    assert "hx-trigger" not in page_of(client, at=CLOSES)


def test_a_programme_without_a_window_for_the_browser_says_so(client, programme):
    programme.intake_windows.update(channels=["association"])
    assert "접수 기간이 아직 정해지지 않았습니다" in page_of(client)


def test_the_amounts_are_the_policys(client, programme):
    page = page_of(client)
    assert [amount in page for amount in ("30,000원", "50,000원", "500,000원")] == [True] * 3
    change_policy(lambda policy: policy["tiers"][1].update(payout_won=41_000))
    page = page_of(client)
    assert "41,000원" in page
    assert "30,000원" not in page


def test_a_policy_without_a_council_promises_none(client, programme):
    def without_council(policy):
        policy["tiers"].pop()
        policy["tiers"][-1].pop("up_to_won")

    change_policy(without_council)
    assert "협의체" not in page_of(client).partition('id="way"')[0]


def test_the_days_of_the_digits_are_shown_where_the_policy_has_them(client, programme):
    days = [{"day": "2023-01-30", "digits": [1, 3, 5, 7, 9]}, {"day": "2023-01-31", "digits": [0, 2, 4, 6, 8]}]
    change_policy(lambda policy: policy.update(filing_days=days))
    assert "1월 30일: 끝자리 1, 3, 5, 7, 9" in page_of(client)
    assert "끝자리" not in page_of(client, at=CLOSES)


def test_members_see_what_was_announced_for_them(client, programme):
    page = page_of(client)
    for item in programme.benefit_items.all():
        assert item.name_ko in page
    assert "90일 동안" in page


def test_several_open_programmes_are_listed_and_a_draft_is_not(client, programme):
    another_programme("games", "open")
    another_programme("secret", "draft")
    page = page_of(client)
    assert 'href="/p/1015/"' in page
    assert 'href="/p/games/"' in page
    assert "secret" not in page


@pytest.mark.parametrize("path", ["/p/{}/", "/p/{}/intake/", "/p/{}/estimate/"])
@pytest.mark.parametrize("code", ["secret", "nowhere"])
def test_a_draft_is_not_there_like_one_that_does_not_exist(client, programme, path, code):
    another_programme("secret", "draft")
    assert client.get(path.format(code)).status_code == 404


def test_a_closed_programme_keeps_its_page_but_not_the_front(client, programme):
    programme.status = "closed"
    programme.save()
    assert "지금 진행하는 지원 프로그램이 없습니다" in page_of(client)
    assert "누가 얼마를 받나요" in page_of(client, "/p/1015/")


@pytest.mark.usefixtures("warm_process")
def test_the_front_page_takes_few_queries_and_no_session(client, programme, django_assert_num_queries):
    with django_assert_num_queries(QUERIES):
        page_of(client)
    assert "sessionid" not in client.cookies


def test_public_pages_that_only_show_take_no_post(client, programme):
    assert {client.post(path).status_code for path in ("/", "/p/1015/", "/p/1015/intake/")} == {405}


@pytest.mark.usefixtures("english_texts", "warm_process")
def test_what_is_kept_for_seconds_is_right_to_the_microsecond_and_in_the_language(
    client, programme, settings, monkeypatch, django_assert_num_queries
):
    settings.KEPT_SECONDS = 60
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(programmes, "_open", Kept())
    assert OPEN in page_of(client, at=CLOSES - MOMENT)
    with django_assert_num_queries(0):
        page = page_of(client, at=CLOSES)
    assert CLOSED in page
    assert "누가 얼마를 받나요" in page
    client.cookies["django_language"] = "en"
    assert "누가 얼마를 받나요" not in page_of(client, at=CLOSES)
