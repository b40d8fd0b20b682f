"""Grant jobs by the API: the same road as on the pages."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.users.grant_cast import NOON, aram, mina, package, planned_job, running_job, started, work_off
from users.models import Grant, GrantJob, User
from users.services.members import make_members
from users.services.people import give_role, system_user
from users.services.recalls import plan_recall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_texts")]
JOBS = "/programmes/1015/grant-jobs"
USUAL = {"package": "members-all", "audience": "everyone"}


def staff(user: User, role: str = Role.OPS) -> Program:
    give_role(user=user, programme=package().programme, role=role, actor=system_user())
    return on_the_site(user)


@pytest.fixture
def maker() -> Program:
    return staff(mina())


@pytest.fixture
def approver() -> Program:
    return staff(aram())


def done(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_two_people_bring_a_job_from_plan_to_proof(maker, approver):
    make_members(count=300)
    planned = done(maker.post(JOBS, USUAL | {"workers": 2, "chunk_size": "200명"}))
    assert planned["job"]["chunk_size"] == 200
    job = f"{JOBS}/{planned['job']['reference']}"
    rehearsal = done(maker.post(f"{job}/rehearsal"))["job"]["rehearsal"]
    seen = {"counted_at": rehearsal["counted_at"]}
    assert (rehearsal["expected"], rehearsal["sample"][0][0]) == (300, "*")
    assert problem_of(maker.post(f"{job}/approval", seen), 409)["code"] == "maker_may_not_approve"
    assert problem_of(approver.post(f"{job}/approval", {"counted_at": "x"}), 409)["code"] == "grant_job_moved_on"
    done(approver.post(f"{job}/approval", seen))
    assert done(approver.post(f"{job}/start"))["job"]["run_state"] == "running"
    work_off(GrantJob.objects.get())
    told = approver.get(job).json()
    assert (told["progress"]["counted"], told["left"], told["job"]["run_state"]) == (300, 0, "finished")
    assert approver.get(f"{job}/proof").json()["holds"]
    course = approver.get(f"{job}/course").json()
    assert (course["pace"][-1]["members"], course["chunks"][0]["state"], course["faults"]) == (300, "done", [])
    assert {event["reason"] for event in course["events"]} >= {"grant_job_planned", "grant_job_approved"}
    again = done(maker.post(f"{job}/continuation", {"note": "late"}))
    assert (again["job"]["state"], again["job"]["note"]) == ("draft", "late")
    recall = done(maker.post(f"{job}/recall", {"scope": "whole", "note": "by mistake"}))
    assert (recall["job"]["kind"], recall["job"]["recalls"]) == ("recall", planned["job"]["reference"])
    assert len(maker.get(JOBS, limit=2).json()["results"]) == 2


def test_a_job_is_paused_made_slower_and_cancelled(maker):
    job = f"{JOBS}/{running_job(members=300).reference}"
    assert done(maker.post(f"{job}/pause"))["job"]["run_state"] == "paused"
    assert problem_of(maker.post(f"{job}/pause"), 409)["code"] == "grant_job_moved_on"
    assert done(maker.post(f"{job}/resumption"))["job"]["run_state"] == "running"
    assert problem_of(maker.post(f"{job}/retry"), 409)["code"] == "nothing_failed"
    assert problem_of(maker.post(f"{job}/hour", {"starts_at": "2023-01-06"}), 409)
    slower = done(maker.post(f"{job}/speed", {"members_per_second": "500명", "workers": 1}))["job"]
    assert (slower["members_per_second"], slower["workers"]) == (500, 1)
    assert done(maker.post(f"{job}/cancellation"))["job"]["state"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, {"package": "required", "audience": "required"}),
        ({"package": [], "audience": {}}, {"package": "required", "audience": "required"}),
        ({"package": "x", "audience": "list"}, {"package": "invalid_choice"}),
        (USUAL | {"audience": "filter"}, {"audience": "refused"}),
        (USUAL | {"joined_until": "2022-10-15"}, {"audience": "refused"}),
        (USUAL | {"starts_at": "2022-12-31"}, {"starts_at": "grants_not_open_yet"}),
        (USUAL | {"members_per_second": 0}, {"members_per_second": "speed_out_of_bounds"}),
        (USUAL | {"regions": 5}, {"regions": "invalid_list"}),
        (USUAL | {"chunk_size": 0}, {"chunk_size": "chunk_size_out_of_bounds"}),
        (USUAL | {"chunk_size": "1,000,001"}, {"chunk_size": "chunk_size_out_of_bounds"}),
        (USUAL | {"priority": True}, {"priority": "invalid_choice"}),
    ],
)
def test_what_cannot_be_is_told_by_field_in_two_languages(maker, body, problems):
    assert fields_of(maker.post(JOBS, body)) == problems
    assert not GrantJob.objects.exists()


def test_a_list_is_taken_or_its_rows_are_named(maker):
    make_members(count=10)
    address = f"{JOBS}/{planned_job().reference}/lists"
    rows = b"3\nabc\n3\n"
    file = SimpleUploadedFile("list.csv", rows)
    problem = problem_of(maker.upload(f"{address}/in", file=file), 422)
    assert [(row["field"], row["code"]) for row in problem["fields"]] == [
        ("file[2]", "member_number_malformed"),
        ("file[3]", "member_doubled"),
    ]
    told = done(maker.upload(f"{address}/in", file=SimpleUploadedFile("list.csv", rows), skip_faulty="true"))
    assert (told["rows"], told["taken"], told["faulty"]) == (3, 1, 2)
    assert fields_of(maker.upload(f"{address}/out")) == {"file": "refused"}
    problem_of(maker.upload(f"{address}/round", file=SimpleUploadedFile("list.csv", rows)), 404)


def test_members_are_read_page_by_page_and_that_is_written_down(maker):
    job = running_job(members=300)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE users_grant ADD CONSTRAINT refused CHECK (member_id <> 1)")
    work_off(job)
    address, numbers, cursor = f"{JOBS}/{job.reference}/members", [], {}
    while True:
        page = maker.get(address, outcome="failed", limit=45, **cursor).json()
        numbers += [row["member"] for row in page["results"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert numbers == list(range(1, 101))
    assert AccessRecord.objects.filter(task="grant_members_failed").count() == 3
    assert fields_of(maker.get(address, outcome="kept")) == {"outcome": "choice_unknown"}
    assert fields_of(maker.get(address, cursor="x")) == {"cursor": "cursor_unknown"}
    assert fields_of(maker.get(address, limit="0")) == {"limit": "limit_out_of_range"}


def test_whoever_was_granted_or_recalled_is_sent_as_a_file_and_that_is_written_down(maker):
    job = work_off(running_job(members=300))
    granted = list(Grant.objects.order_by("member_id").values_list("member_id", flat=True))
    recalled = work_off(started(plan_recall(of=job, maker=mina(), at=NOON, note="by mistake", by_list=False)))
    for one, outcome in ((job, "granted"), (recalled, "recalled")):
        answer = maker.get(f"{JOBS}/{one.reference}/members.csv", outcome=outcome)
        rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert [int(row["member_number"]) for row in rows] == granted
        assert {row["reason"] for row in rows} == {""}
    tasks = set(AccessRecord.objects.values_list("task", "detail"))
    assert tasks == {("grant_members_granted", "api"), ("grant_members_recalled", "api")}
    unknown = maker.get(f"{JOBS}/{recalled.reference}/members.csv", outcome="granted")
    assert fields_of(unknown) == {"outcome": "choice_unknown"}


def test_auditors_read_jobs_and_run_none_and_others_find_nothing():
    job = f"{JOBS}/{planned_job().reference}"
    auditor, officer = staff(aram(), Role.AUDITOR), staff(mina(), Role.OFFICER)
    assert auditor.get(job).status_code == 200
    problem_of(auditor.post(f"{job}/rehearsal"), 404)
    problem_of(auditor.get(f"{job}/members"), 404)
    problem_of(auditor.get(f"{job}/members.csv"), 404)
    problem_of(officer.get(JOBS), 404)
    problem_of(auditor.get(f"{JOBS}/x"), 404)
