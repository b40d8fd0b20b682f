"""The console of grant jobs: its pages, who sees them, and what they do."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook

from compensation.audit.models import AccessRecord
from compensation.policy.audiences import Audience
from compensation.programmes.models import Programme, Role
from tests.users.grant_cast import NOON, approved, aram, mina, package, planned_job, running_job, started, work_off
from users.models import AudienceMember, Grant, GrantJob, Member, User
from users.selectors import grant_console
from users.services import grant_jobs, grant_running
from users.services.grant_chunks import grant_next_chunk
from users.services.members import make_members
from users.services.people import give_role, system_user

pytestmark = pytest.mark.django_db
JOBS = "/programmes/1015/grants/"
USUAL = {"package": "members-all", "audience": "everyone", "workers": "2", "priority": "3"}


def staff(user: User, role: str = Role.OPS) -> Client:
    give_role(user=user, programme=package().programme, role=role, actor=system_user())
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def maker() -> Client:
    return staff(mina())


@pytest.fixture
def approver() -> Client:
    return staff(aram())


def page_of(job: GrantJob) -> str:
    return f"{JOBS}{job.reference}/"


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def failing_job() -> GrantJob:
    """Its first chunk failed."""
    job = running_job(members=300)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE users_grant ADD CONSTRAINT refused CHECK (member_id <> 1)")
    return work_off(job)


def do(client: Client, job: GrantJob, step: str, **sent: Any) -> Any:
    return client.post(f"{page_of(job)}{step}/", sent, follow=True)


@pytest.mark.parametrize("role", list(Role))
def test_operations_run_jobs_auditors_see_them_and_nobody_else_does(role):
    job, client = planned_job(), staff(aram(), role)
    sees, runs = role in (Role.OPS, Role.AUDITOR), role == Role.OPS
    found = [client.get(JOBS).status_code, client.get(page_of(job)).status_code]
    assert found == [200 if sees else 404] * 2
    assert client.get(f"{JOBS}new/").status_code == (200 if runs else 404)
    assert client.post(f"{page_of(job)}rehearse/").status_code == (302 if runs else 404)
    assert not sees or ("다시 점검하기" in text(client.get(page_of(job)))) == runs


def test_a_job_of_another_programme_is_not_there(maker):
    other = Programme.objects.create(code="other", incident=package().programme.incident)
    job = planned_job()
    give_role(user=mina(), programme=other, role=Role.OPS, actor=system_user())
    assert maker.get(f"/programmes/other/grants/{job.reference}/").status_code == 404
    assert maker.get(f"{JOBS}00000000-0000-0000-0000-000000000000/").status_code == 404
    assert maker.get(f"{JOBS}------------------------------------/").status_code == 404


def test_two_people_bring_a_job_from_the_form_to_its_proof(maker, approver):
    make_members(count=300)
    maker.post(f"{JOBS}new/", USUAL | {"chunk_size": "200"})
    job = GrantJob.objects.get()
    assert job.chunk_size == 200
    assert "예(회원번호)" in text(do(maker, job, "rehearse"))
    job.refresh_from_db()
    seen = job.rehearsal["counted_at"]
    assert "만든 사람은 승인할 수 없습니다" in text(do(maker, job, "approve", rehearsed=seen))
    assert "작업의 상태가 바뀌어" in text(do(approver, job, "approve", rehearsed="something else"))
    assert "승인했습니다" in text(do(approver, job, "approve", rehearsed=seen))
    assert "진행하고 있습니다" in text(do(approver, job, "start"))
    shown = text(approver.get(page_of(work_off(GrantJob.objects.get()))))
    assert "처리한 <b>300</b>명" in shown
    assert shown.count("맞음") == 1
    assert "한 명도 틀리지 않습니다" in text(approver.get(f"{page_of(job)}proof/"))


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"package": "nope"}, "package", ""),
        ({"audience": "filter"}, "audience", "조건을 하나 이상"),
        ({"audience": "everyone", "regions": ["11"]}, "audience", "조건을 적었습니다"),
        ({"audience": "filter", "joined_from": "2022-02-30"}, "joined_from", "달력에 없는"),
        ({"audience": "list", "joined_from": "2022-02-02", "joined_until": "2021-01-01"}, "joined_until", "앞섭니다"),
        ({"audience": "filter", "statuses": ["9"]}, "statuses", ""),
        ({"starts_at": "2023-01-01 09:00"}, "starts_at", "아직 지급을 시작하는 날이"),
        ({"starts_at": "내일"}, "starts_at", "날짜는 2022-10-15"),
        ({"members_per_second": "0"}, "members_per_second", "속도는 1초에"),
        ({"members_per_second": "-5"}, "members_per_second", "인원은 3000000"),
        ({"priority": "0"}, "priority", ""),
        ({"chunk_size": "0"}, "chunk_size", "1명에서 1,000,000명 사이"),
        ({"workers": "99"}, "workers", ""),
        ({"note": "가" * 201}, "note", "200자 이하"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_stays_as_typed(maker, typed, field, sentence):
    answer = maker.post(f"{JOBS}new/", USUAL | {"note": "메모"} | typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert sentence in text(answer)
    assert typed.get("note", "메모") in text(answer)
    assert not GrantJob.objects.exists()


def upload(client: Client, job: GrantJob, content: bytes, kind: str = "in", **more: Any) -> Any:
    file = SimpleUploadedFile("list.csv", content)
    return client.post(f"{page_of(job)}lists/{kind}/", {f"{kind}-file": file, **more}, follow=True)


def test_a_list_with_faults_is_named_by_row_and_taken_without_them_on_wish(maker):
    make_members(count=10)
    job = planned_job()
    content = "회원번호\n3\nabc\n3\n999999\n7\n".encode()
    refused = upload(maker, job, content)
    assert refused.status_code == 422
    assert "5행 가운데 3행에 고칠 곳이" in text(refused)
    assert [fault.row for fault in refused.context["loaded"].faults] == [3, 4, 5]
    assert not AudienceMember.objects.exists()
    assert "2명을 올렸고" in text(upload(maker, job, content, **{"in-skip_faulty": "on"}))
    assert "명단에 회원번호가 없습니다" in text(upload(maker, job, b""))
    assert "제외 명단에 1명" in text(upload(maker, job, b"3,VIP\n", "out") and do(maker, job, "rehearse"))
    job.refresh_from_db()
    assert (job.rehearsal["expected"], job.rehearsal["left_out"]) == (2, {"VIP": 1})


def test_every_list_is_in_the_log(maker):
    make_members(count=10)
    job = planned_job(audience=Audience(by_list=True))
    for kind in ("in", "out", "in"):
        upload(maker, job, b"3\n", kind)
    shown = text(maker.get(page_of(job)))
    assert (shown.count("대상 명단을 올렸습니다"), shown.count("제외 명단을 올렸습니다")) == (2, 1)


def test_a_job_for_a_list_asks_for_the_list_and_one_for_nobody_is_not_approved(maker, approver):
    make_members(count=10)
    job = planned_job(audience=Audience(by_list=True))
    assert "먼저 아래에서 대상 명단을" in text(maker.get(page_of(job)))
    upload(maker, job, b"999999\n", **{"in-skip_faulty": "on"})
    nobody = planned_job(audience=Audience(joined_until=date(1900, 1, 1)))
    shown = text(do(maker, nobody, "rehearse") and approver.get(page_of(nobody)))
    assert "대상자가 한 명도 없어" in shown
    assert "승인하기" not in shown
    assert "대상자가 한 명도 없습니다" in text(do(approver, nobody, "approve", rehearsed=rehearsed_at(nobody)))


def rehearsed_at(job: GrantJob) -> str:
    return GrantJob.objects.get(pk=job.pk).rehearsal["counted_at"]


def test_whoever_approves_is_told_what_is_given_and_when_it_starts(maker, approver):
    make_members(count=10)
    later, due = planned_job(starts_at=timezone.now() + timedelta(days=1)), planned_job(starts_at=NOON)
    for job, sentence in ((later, "에 자동으로 시작합니다"), (due, "승인하면 곧바로 시작합니다")):
        do(maker, job, "rehearse")
        shown = text(approver.get(page_of(job)))
        assert sentence in shown
        assert "이모티콘" in shown


def test_a_spreadsheet_is_taken_and_what_is_no_list_is_refused(maker):
    make_members(count=10)
    job, book, file = planned_job(), Workbook(), io.BytesIO()
    book.active.append([5])
    book.save(file)
    assert "1명을 올렸습니다" in text(upload(maker, job, file.getvalue()))
    assert "명단을 읽을 수 없습니다" in text(upload(maker, job, b"PK\x03\x04\xff\xfe"))
    assert "명단 파일을 골라 주세요" in text(maker.post(f"{page_of(job)}lists/in/"))
    approved(job)
    assert "작업의 상태가 바뀌어" in text(upload(maker, job, b"6\n"))


def test_pausing_going_on_another_speed_and_cancelling(maker):
    job = running_job(members=300)
    assert "멈추어 있습니다" in text(do(maker, job, "pause"))
    assert "작업의 상태가 바뀌어" in text(do(maker, job, "pause"))
    assert "이어서 진행합니다" in text(do(maker, job, "resume"))
    assert "1초에 500명까지" in text(do(maker, job, "speed", members_per_second="500명", workers="1"))
    assert "속도는 1초에" in text(do(maker, job, "speed", members_per_second="99999999", workers="1"))
    assert "그때까지 지급한 것은" in text(do(maker, job, "cancel"))
    assert "작업의 상태가 바뀌어" in text(do(maker, job, "speed", members_per_second="5", workers="1"))
    assert maker.post(f"{page_of(job)}explode/").status_code == 404


def test_the_hour_at_which_a_job_starts_can_be_changed_until_it_has_started(maker):
    make_members(count=10)
    job = approved(planned_job())
    assert "정한 시각이 되어" in text(do(maker, job, "hour", starts_at="2023.1.6 9:00"))
    assert "아직 지급을 시작하는 날이" in text(do(maker, job, "hour", starts_at="2022-12-31"))
    assert "시작하면 지급이" in text(do(maker, job, "hour", starts_at=""))
    grant_running.start(job=job, at=NOON)
    assert "작업의 상태가 바뀌어" in text(do(maker, job, "hour", starts_at="2023-01-06"))


def test_failures_are_shown_and_the_job_is_continued_by_another_one(maker):
    job = failing_job()
    shown = text(maker.get(page_of(job)))
    assert "끝났지만 100명은 실패했습니다" in shown
    assert "refused" in shown
    do(maker, job, "again")
    again = GrantJob.objects.latest("pk")
    assert (again.state, again.audience, again.maker) == ("draft", job.audience, mina())


def test_failed_chunks_of_a_running_job_are_tried_again(maker):
    job = running_job(members=300)
    assert "실패한 작업 구간이 없습니다" in text(do(maker, job, "retry"))
    job.chunks.filter(number=1).update(state="failed", expected=100, failed=100, finished_at=timezone.now())
    assert "실패한 작업 구간을 다시 넣었습니다" in text(do(maker, job, "retry"))
    assert grant_console.chunks_with_faults(job=job) == []
    grant_running.finish_if_done(job=GrantJob.objects.get(), at=timezone.now())
    assert GrantJob.objects.get().run_state == "running"
    work_off(GrantJob.objects.get())
    assert "작업의 상태가 바뀌어" in text(do(maker, job, "retry"))


def test_whoever_looked_before_failed_chunks_were_put_back_does_not_finish_the_job(maker):
    job = running_job(members=10)
    before = GrantJob.objects.get()
    job.chunks.update(state="failed", expected=10, failed=10)
    do(maker, job, "retry")
    grant_next_chunk(job=job, at=timezone.now())
    assert not grant_running.finish_if_done(job=before, at=timezone.now())
    assert grant_running.finish_if_done(job=GrantJob.objects.get(), at=timezone.now())


def test_a_recall_is_a_job_of_its_own(maker):
    job = work_off(running_job(members=300))
    assert "회수하는 이유를 적어" in text(do(maker, job, "recall", **{"recall-scope": "list"}))
    shown = do(maker, job, "recall", **{"recall-scope": "list", "recall-note": "잘못 지급"})
    assert "대상 명단" in text(shown)
    recall = GrantJob.objects.get(kind="recall")
    assert recall.who.by_list
    upload(maker, recall, f"{Member.objects.filter(status=1)[0].pk}\n".encode())
    assert "돌아오는 금액" in text(do(maker, recall, "rehearse"))
    assert work_off(started(recall)).run_state == "finished"
    assert "이 작업의 회수" in text(maker.get(page_of(job)))
    assert "끝난 지급 작업만" in text(do(maker, recall, "recall", **{"recall-scope": "whole", "recall-note": "x"}))


def test_members_are_downloaded_with_a_reason_which_is_written_down(maker):
    job = failing_job()
    assert do(maker, job, "members/failed").status_code == 422
    assert do(maker, job, "members/recalled", **{"download-reason": "x"}).status_code == 404
    assert not AccessRecord.objects.exists()
    failed, excluded, granted = (
        do(maker, job, f"members/{outcome}", **{"download-reason": "확인"}).getvalue().decode()
        for outcome in ("failed", "excluded", "granted")
    )
    assert len(granted.splitlines()) == Grant.objects.count() + 1
    assert len(failed.split()) > 100
    assert failed.splitlines()[1].startswith("1,1,")
    assert {line.split(",")[2] for line in excluded.splitlines()[1:]} <= {"탈퇴한 이용자", "이용이 정지된 이용자"}
    assert [(row.task, row.detail) for row in AccessRecord.objects.order_by("pk")] == [
        ("grant_members_failed", "확인"),
        ("grant_members_excluded", "확인"),
        ("grant_members_granted", "확인"),
    ]


def test_the_live_part_follows_the_job_and_asks_for_a_new_page_when_it_has_moved_on(maker):
    job = running_job(members=300)
    live = f"{page_of(job)}live/"
    assert "진행 상황" in text(maker.get(live, {"seen": "approved-running"}))
    assert maker.get(live, {"seen": "approved-idle"})["HX-Refresh"] == "true"
    grant_running.pause(job=job, actor=aram())
    assert maker.get(live, {"seen": "approved-paused"}).status_code == 200  # somebody else may go on with it
    grant_jobs.cancel(job=job, actor=aram(), at=NOON)
    assert maker.get(live, {"seen": "cancelled-finished"}).status_code == 286


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_pages_ask_as_often_however_many_jobs_and_chunks_there_are(maker):
    make_members(count=300)
    few, many = started(planned_job()), started(planned_job(chunk_size=5))
    addresses = [page_of(few), f"{page_of(few)}live/?seen=approved-running"]
    maker.get(JOBS)  # what a process reads once is read
    asked = [queries_of(maker, JOBS), *(queries_of(maker, address) for address in addresses)]
    grant_next_chunk(job=many, at=timezone.now())
    for _ in range(5):
        planned_job()
    more = [queries_of(maker, JOBS), *(queries_of(maker, address.replace(*names(few, many))) for address in addresses)]
    assert more == asked
    assert max(asked) <= 25


def names(few: GrantJob, many: GrantJob) -> tuple[str, str]:
    return str(few.reference), str(many.reference)


def test_the_list_goes_on_where_a_page_ended(maker, monkeypatch):
    monkeypatch.setattr(grant_console, "JOBS_SHOWN", 2)
    jobs = [planned_job() for _ in range(3)]
    assert [line.job for line in maker.get(JOBS).context["lines"]] == jobs[:0:-1]
    assert [line.job for line in maker.get(JOBS, {"before": jobs[1].reference}).context["lines"]] == jobs[:1]
    assert maker.get(JOBS, {"before": "x"}).status_code == 404
