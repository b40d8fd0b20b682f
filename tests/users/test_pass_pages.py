"""The pass in the browser and by the API: members, the waiting room, the quota page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from redis.exceptions import RedisError

from compensation.programmes.models import Programme, Role
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.users.pass_cast import OPENS_AT, SEOUL, active_members, apply, aram, line, mina, storage_pass
from users.models import MemberAccount, PassActivation, StoragePass, User
from users.selectors import storage_pass as selectors
from users.services import pass_batcher, waiting_room
from users.services import storage_pass as passes
from users.services.people import give_role, system_user
from users.services.waiting_room import Guest

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, API = "/my/pass/1015/", "/api/v1/programmes/1015/pass"
OPENS_TOMORROW = timezone.now().replace(microsecond=0) + timedelta(days=1)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    selectors._public_figures.cache_clear()
    yield
    pass_batcher.batcher.stop()


@pytest.fixture
def one() -> StoragePass:
    found = storage_pass(quota=1)
    Programme.objects.update(status="open")
    return found


def signed_in(member_id: int) -> Client:
    user = User.objects.create(username=f"member-{member_id}")
    MemberAccount.objects.create(user=user, member_id=member_id, linked_at=timezone.now())
    return client_of(user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ops(user: User, one: StoragePass, role: str = Role.OPS) -> Client:
    give_role(user=user, programme=one.programme, role=role, actor=system_user())
    return client_of(user)


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_member_applies_is_told_the_place_and_starts_the_month(one):
    first, second = (signed_in(member) for member in active_members(2))
    for client in (first, second):
        assert "신청하기" in text(client.get(PAGE))
        client.post(PAGE)
    assert "순번 1번" in text(first.get(PAGE))
    assert "순번은 2번, 대기 순서로는 1번째" in text(second.get(PAGE))
    assert "이용 중입니다" in text(first.post(f"{PAGE}start/", follow=True))
    assert "아직 받은 이용권이 없습니다" in text(second.post(f"{PAGE}start/", follow=True))
    assert PassActivation.objects.count() == 1


def test_the_month_ends_with_its_last_day_and_says_so(one):
    (member,) = active_members(1)
    apply(one, member)
    client = signed_in(member)
    ends_at = datetime(2023, 2, 6, tzinfo=SEOUL)
    activated = PassActivation(storage_pass=one, member_id=member, activated_at=OPENS_AT, ends_at=ends_at)
    activated.save(force_insert=True)

    def page(at: datetime) -> str:
        with time_machine.travel(at, tick=False):
            client.force_login(User.objects.get(username=f"member-{member}"))
            return text(client.get(PAGE))

    assert "2023년 2월 5일까지 쓸 수 있습니다(31일 남음)" in page(OPENS_AT)
    assert "오늘까지 쓸 수 있습니다" in page(ends_at - timedelta(seconds=1))
    assert "2023년 2월 5일에 끝났습니다" in page(ends_at)


def test_before_the_opening_there_is_no_button_and_a_sent_form_is_refused(one):
    (member,) = active_members(1)
    client = signed_in(member)
    client.get(PAGE)  # lets in
    StoragePass.objects.update(opens_at=timezone.now() + timedelta(minutes=1))
    assert "신청하기" not in text(client.get(PAGE))
    assert "신청하러 가기" not in text(client.get("/my/benefits/"))
    assert "아직 신청을 받지 않습니다. 신청이 시작된 뒤" in text(client.post(PAGE, follow=True))
    assert line(one) == []


def test_before_the_opening_nobody_is_let_in_beforehand(one):
    (member,) = active_members(1)
    client = signed_in(member)
    StoragePass.objects.update(opens_at=OPENS_TOMORROW)
    assert client.get(f"{PAGE}room/").status_code == 404
    assert "pass-ticket" not in client.cookies
    refused = client.post(f"{API}/application")
    assert (refused.status_code, refused.json()["code"]) == (409, "pass_not_open")
    assert "Pass-Ticket" not in refused
    assert timezone.localtime(OPENS_TOMORROW).isoformat() in refused.json()["message_ko"]


def test_whoever_was_not_let_in_cannot_apply_by_sending_the_form(one):
    (member,) = active_members(1)
    client = signed_in(member)
    assert "아직 신청되지 않았습니다" in text(client.post(PAGE, follow=True))
    assert line(one) == []
    client.post(PAGE)  # the page has let in
    assert "아직 신청되지 않았습니다" not in text(client.get(PAGE))
    assert line(one) == [member]


def test_the_waiting_room_keeps_the_place_and_lets_in_at_its_rate(one, settings):
    settings.PASS_ADMISSIONS_PER_SECOND = 0.001
    clients = [signed_in(member) for member in active_members(3)]
    pages = [text(client.get(PAGE)) for client in clients]
    assert [page[page.index("앞에") :][:5] for page in pages] == ["앞에 1명", "앞에 2명", "앞에 3명"]
    assert "앞에 2명" in text(clients[1].get(PAGE))
    assert "앞에 2명" in text(clients[1].get(f"{PAGE}room/"))
    settings.PASS_ADMISSIONS_PER_SECOND = 1_000_000
    turn = text(clients[2].get(f"{PAGE}room/", headers={"HX-Request": "true"}))
    assert "<title>신청할 차례입니다" in turn  # who looks at another tab sees it there
    assert "10분 안에 ‘신청하기’를 눌러 주세요" in turn


def test_whoever_waits_asks_again_when_it_is_their_turn_and_looks_nothing_up(one, settings, django_assert_num_queries):
    settings.PASS_ADMISSIONS_PER_SECOND = 0.1
    clients = [signed_in(member) for member in active_members(9)]
    pages = [client.get(PAGE).content.decode() for client in clients]
    assert ["every 10s" in page for page in pages[:2]] == [True, False]
    assert "every 60s" in pages[-1]
    with django_assert_num_queries(0):
        assert "every 10s" in clients[0].get(f"{PAGE}room/").content.decode()


def test_a_member_who_waits_has_one_number_also_without_the_cookie(one, settings):
    settings.PASS_ADMISSIONS_PER_SECOND = 0.001
    first, second = active_members(2)
    mine, other = signed_in(first), signed_in(second)
    for _again in range(3):
        assert "앞에 1명" in text(mine.get(PAGE))
        del mine.cookies["pass-ticket"]
    assert "앞에 2명" in text(other.get(PAGE))


def test_a_ticket_shows_the_room_to_its_own_session_only(one, settings):
    settings.PASS_ADMISSIONS_PER_SECOND = 0.001
    mine, other = [signed_in(member) for member in active_members(2)]
    mine.get(PAGE)
    stranger = Client()
    stranger.cookies["pass-ticket"] = other.cookies["pass-ticket"] = mine.cookies["pass-ticket"].value
    assert stranger.get(f"{PAGE}room/")["Location"].startswith("/sign-in")
    assert "앞에 2명" in text(other.get(f"{PAGE}room/"))


def test_a_ticket_is_for_one_member_pass_and_session_and_cannot_be_made_up(one):
    guest = Guest("1015", one.pk, member_id=1, session_key="mine")
    ticket = waiting_room.enter(guest=guest, ticket="").ticket
    let_in = [
        waiting_room.let_in(programme_code=code, session_key=session, ticket=shown)
        for code, session, shown in [
            ("1015", "mine", ticket),
            ("other", "mine", ticket),
            ("1015", "another's", ticket),
            ("1015", "", ticket),
            ("1015", "mine", ticket.replace(".1.", ".2.", 1)),
            ("1015", "mine", "1015.1.1.x.1.1:a:b"),
            ("1015", "mine", ""),
        ]
    ]
    assert let_in == [(one.pk, 1), *[None] * 6]
    program = waiting_room.enter(guest=replace(guest, session_key=""), ticket="").ticket
    assert waiting_room.let_in(programme_code="1015", session_key="", ticket=program) is None


def test_a_number_is_kept_through_another_sign_in_but_admission_is_not(one, settings):
    guest = Guest("1015", one.pk, member_id=1, session_key="before")
    ticket = waiting_room.enter(guest=guest, ticket="").ticket
    settings.PASS_ADMISSIONS_PER_SECOND = 0.001
    waiting_room.enter(guest=replace(guest, member_id=2), ticket="")
    again = waiting_room.enter(guest=replace(guest, session_key="after"), ticket=ticket)
    assert again.is_admitted
    assert again.ticket != ticket
    other = waiting_room.enter(guest=replace(guest, member_id=3), ticket=ticket)  # not theirs: a number of their own
    assert not other.is_admitted


def test_a_ticket_outlives_neither_signing_out_nor_its_ten_minutes(one, monkeypatch):
    (member,) = active_members(1)
    client = signed_in(member)
    client.get(PAGE)
    monkeypatch.setattr(waiting_room, "ADMITTED_SECONDS", -1)
    assert client.post(PAGE).status_code == 302
    monkeypatch.undo()
    client.get(PAGE)
    ticket = client.cookies["pass-ticket"].value
    client.logout()
    client.cookies["pass-ticket"] = ticket
    assert "카카오" in text(client.post(PAGE))
    assert line(one) == []


def test_applying_looks_nothing_up(one, django_assert_num_queries):
    (member,) = active_members(1)
    client = signed_in(member)
    client.get(PAGE)
    with django_assert_num_queries(0):  # of this thread: the place in line is the batcher's
        client.post(PAGE)
    assert line(one) == [member]


def test_without_redis_nobody_is_let_in_and_everybody_is_asked_to_try_again(one, monkeypatch):
    def gone(*_args: Any, **_named: Any) -> None:
        raise RedisError

    monkeypatch.setattr(waiting_room, "_enter", gone)
    (member,) = active_members(1)
    client = signed_in(member)
    assert (answer := client.get(PAGE)).status_code == 503
    assert "잠시 후 다시 시도해 주세요" in text(answer)
    client.post(PAGE)
    assert line(one) == []


def test_an_application_that_the_database_does_not_answer_is_asked_to_try_again(one, monkeypatch):
    (member,) = active_members(1)
    client = signed_in(member)
    client.get(PAGE)
    monkeypatch.setattr(pass_batcher, "ANSWER_SECONDS", 0)
    monkeypatch.setattr(pass_batcher, "_put_in_line", lambda _batch: None)
    with connection.execute_wrapper(_no_answer):  # and nothing else of this request does without one
        answer = client.post(PAGE)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "이미 접수되었다면 순번은 그대로입니다" in text(answer)


def _no_answer(*_args: Any, **_named: Any) -> None:
    raise OperationalError


def test_who_is_no_member_comes_back_here_and_what_is_not_announced_is_not_there(one, settings):
    settings.KAKAO_CLIENT_ID = "stand-in"
    stranger = client_of(mina())
    page = text(stranger.get(PAGE))
    assert "신청하기" not in page
    assert f'<input type="hidden" name="next" value="{PAGE}">' in page
    assert stranger.post(f"{PAGE}start/").status_code == 404
    Programme.objects.create(code="other", incident=one.programme.incident)
    assert stranger.get("/my/pass/other/").status_code == stranger.get("/my/pass/nowhere/").status_code == 404


def test_the_api_says_what_is_left_takes_applications_and_keeps_places(one, settings):
    members = active_members(2)
    apply(one, members[0])
    first, second = (signed_in(member) for member in members)
    assert second.get(f"{API}/application").status_code == 404
    assert second.post(f"{API}/application").json() == {"place": 2, "is_served": False, "next_in_line": 1}
    assert first.get(f"{API}/application").json() == {"place": 1, "is_served": True, "next_in_line": 0}
    figures = Client().get(API).json()
    assert (figures["quota"], figures["issued"], figures["remaining"], figures["waiting"]) == (1, 1, 0, 1)
    settings.PASS_ADMISSIONS_PER_SECOND = 0.001
    refused = [first.post(f"{API}/application") for _ in range(2)][-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "waiting_room")
    assert refused["Pass-Ticket"]


def test_two_people_of_operations_raise_the_quota(one):
    apply(one, *active_members(5))
    maker, approver = ops(mina(), one), ops(aram(), one)
    maker.post("/programmes/1015/pass/", {"quota": "4명", "note": "수요"})
    assert "다른 담당자가 승인해야" in text(maker.get("/programmes/1015/pass/"))
    maker.post("/programmes/1015/pass/approve/", {"quota": "4"})
    assert StoragePass.objects.get().quota == 1
    approved = approver.post("/programmes/1015/pass/approve/", {"quota": "4"}, follow=True)
    assert "기다리던 3명에게" in text(approved)
    assert StoragePass.objects.get().quota == 4
    assert "순번이 하나도 틀리지 않습니다" in text(maker.get("/programmes/1015/pass/proof/"))


def test_the_quota_is_changed_by_two_people_by_the_api(one, english_texts):
    apply(one, *active_members(5))
    changes = f"{API}/quota-changes"[len("/api/v1") :]
    maker, approver = (program(user, one) for user in (mina(), aram()))
    assert fields_of(maker.post(changes, {"quota": "0", "note": "less"})) == {"quota": "quota_below_issued"}
    assert fields_of(maker.post(changes, {"quota": "-5", "note": ""})).keys() == {"quota", "note"}
    assert maker.post(changes, {"quota": "4명", "note": "demand"}).json()["state"] == "proposed"
    assert problem_of(maker.post(f"{changes}/approval", {"quota": 4}), 409)["code"] == "maker_may_not_approve_quota"
    assert problem_of(approver.post(f"{changes}/approval", {"quota": 3}), 409)["code"] == "quota_change_moved_on"
    approved = approver.post(f"{changes}/approval", {"quota": 4}).json()
    assert (approved["served_after"], approved["served_until"]) == (1, 4)
    problem_of(approver.post(f"{changes}/withdrawal", {"quota": 4}), 409)
    assert [row["state"] for row in maker.get(changes).json()["results"]] == ["approved"]
    line = maker.get(f"{API}/line"[len("/api/v1") :]).json()
    assert (len(line["points"]), line["proof"]["holds"]) == (5, True)


def program(user: User, one: StoragePass) -> Program:
    ops(user, one)
    return on_the_site(user)


def test_a_quota_that_serves_nobody_new_says_so(one):
    apply(one, *active_members(1))
    ops(mina(), one).post("/programmes/1015/pass/", {"quota": "9", "note": "수요"})
    answer = ops(aram(), one).post("/programmes/1015/pass/approve/", {"quota": "9"}, follow=True)
    assert "새로 차례가 된 이용자는 없습니다" in text(answer)


@pytest.mark.parametrize(
    ("quota", "sentence"),
    [
        ("0", "이미 1명에게"),
        ("-5", "인원은 3000000"),
        ("300만", "인원은 3000000"),
        ("", "새 한도를 적어"),
        ("9000000000", "100,000,000명 사이"),
        ("1", "지금 한도가 1명"),
    ],
)
def test_a_quota_that_cannot_be_is_told_beside_the_field_and_stays_as_typed(one, quota, sentence):
    apply(one, *active_members(2))
    answer = ops(mina(), one).post("/programmes/1015/pass/", {"quota": quota, "note": "수요"})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not quota or f'value="{quota}"' in text(answer)


def test_only_operations_and_auditors_see_the_quota_page(one):
    assert client_of(mina()).get("/programmes/1015/pass/").status_code == 404
    auditor = ops(aram(), one, Role.AUDITOR)
    assert "한도 바꾸기" not in text(auditor.get("/programmes/1015/pass/"))
    assert auditor.post("/programmes/1015/pass/", {"quota": "9", "note": "x"}).status_code == 404
    assert auditor.get("/programmes/1015/pass/proof/").status_code == 200
    assert client_of(mina()).get("/programmes/1015/pass/proof/").status_code == 404
    assert (
        client_of(mina()).get(f"{API}/line").status_code
        == client_of(mina()).get(f"{API}/quota-changes").status_code
        == 404
    )
    assert passes.StoragePass.objects.get().quota == 1
