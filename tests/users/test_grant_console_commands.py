"""Grant jobs and the pass by manage.py."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.users.grant_cast import aram, mina, package, running_job, work_off
from tests.users.pass_cast import active_members, apply, storage_pass
from users.models import GrantJob, User
from users.services.members import make_members
from users.services.people import give_role, system_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_korean():
    """Whatever language the page of an earlier test has left behind."""
    for person in (mina(), aram()):
        give_role(user=person, programme=package().programme, role=Role.OPS, actor=system_user())
    with translation.override("ko"):
        yield


def said(command: str, *arguments: Any) -> str:
    out = StringIO()
    call_command(command, "1015", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def told(*arguments: Any, by: str = "mina", command: str = "grants") -> dict[str, Any]:
    return json.loads(said(command, *arguments, "--by", by, "--json"))


def planned(*arguments: Any) -> str:
    return told("plan", "--package", "members-all", *arguments)["reference"]


def test_a_job_goes_its_whole_road_by_command(tmp_path):
    make_members(count=300)
    job = planned("--chunk-size", 100, "--note", "first")
    assert told("rehearse", "--job", job)["job"]["rehearsal"]["expected"] == 300
    with pytest.raises(CommandError, match="만든 사람은 승인할 수 없습니다"):
        told("approve", "--job", job)
    assert told("approve", "--job", job, by="aram")["job"]["state"] == "approved"
    assert told("hour", "--job", job, "--starts-at", "2023-02-01 09:00")["job"]["starts_at"].startswith("2023-02-01T09")
    assert told("start", "--job", job)["job"]["run_state"] == "running"
    assert told("pause", "--job", job)["job"]["run_state"] == "paused"
    assert told("watch", "--job", job)["progress"]["counted"] == 0
    assert told("resume", "--job", job)["job"]["run_state"] == "running"
    assert told("speed", "--job", job, "--members-per-second", 10**7, "--workers", 1)["job"]["workers"] == 1
    work_off(GrantJob.objects.get())
    course = told("course", "--job", job)
    assert [cell["state"] for cell in course["chunks"]] == ["done"] * 3
    assert [event["reason"] for event in course["events"]][-1] == "grant_job_planned"
    assert told("proof", "--job", job)["holds"]
    assert told("list")["jobs"][0]["counted"] == 300
    assert told("list", "--before", job) == {"has_older": False, "jobs": []}
    excluded = told("members", "--job", job, "--outcome", "excluded")["members"]
    written = told("members", "--job", job, "--outcome", "excluded", "--file", tmp_path / "members")["written"]
    assert written == len(excluded) == len((tmp_path / "members").read_text().splitlines())
    assert set(AccessRecord.objects.values_list("user__username", "task")) == {("mina", "grant_members_excluded")}
    assert told("recall", "--job", job, "--note", "by mistake")["job"]["kind"] == "recall"
    again = told("again", "--job", job)["job"]["reference"]
    assert told("cancel", "--job", again)["job"]["state"] == "cancelled"
    assert "granted" in said("grants", "show", "--job", job)


def test_a_list_is_loaded_by_command(tmp_path: Path):
    make_members(count=10)
    job, file = planned("--by-list"), tmp_path / "list.csv"
    file.write_text("3\nabc\n")
    with pytest.raises(CommandError, match="2: 회원번호는"):
        told("load", "--job", job, "--file", file)
    assert told("load", "--job", job, "--file", file, "--skip-faulty")["taken"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show"], "--job is needed"),
        (["show", "--job", "x"], "no such job"),
        (["plan"], "--package is needed"),
        (["plan", "--package", "x"], "does not exist"),
        (["plan", "--package", "members-all", "--joined-from", "x"], "날짜는"),
        (["plan", "--package", "members-all", "--joined-from", "2022-2-2", "--joined-until", "2021-1-1"], "before"),
        (["plan", "--package", "members-all", "--priority", "0"], "우선순위는"),
        (["plan", "--package", "members-all", "--note", "x" * 201], "200자 이하"),
        (["plan", "--package", "members-all", "--region", "99"], "invalid choice"),
        (["list", "--before", "x"], "no such job"),
        (["list", "--by", "nobody"], "no such user"),
    ],
)
def test_what_cannot_be_is_told(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        said("grants", *arguments)


def test_the_second_person_is_one_of_operations_and_no_machine():
    make_members(count=10)
    job = planned()
    told("rehearse", "--job", job)
    with pytest.raises(CommandError, match="--by is needed"):
        said("grants", "approve", "--job", job)
    User.objects.create(username="guest")
    with pytest.raises(CommandError, match="guest does not have the right"):
        told("approve", "--job", job, by="guest")
    assert GrantJob.objects.get().state == "rehearsed"


def test_a_recall_says_why():
    job = work_off(running_job(members=10))
    with pytest.raises(CommandError, match="--note is needed"):
        told("recall", "--job", job.reference)


def test_who_is_behind_a_figure_that_the_job_does_not_have_is_not_asked():
    job = work_off(running_job(members=10))
    with pytest.raises(CommandError, match="granted, excluded, failed"):
        told("members", "--job", job.reference, "--outcome", "kept")


def test_two_people_change_the_quota_of_the_pass_by_command():
    one = storage_pass(quota=1)
    apply(one, *active_members(2))

    def passed(*arguments: Any, by: str = "mina") -> dict[str, Any]:
        return told(*arguments, by=by, command="storage_pass")

    assert (passed("open")["remaining"], passed()["waiting"]) == (0, 1)
    with pytest.raises(CommandError, match="이미 1명에게"):
        passed("propose", "--quota", "0", "--note", "less")
    with pytest.raises(CommandError, match="--note is needed"):
        passed("propose", "--quota", "5")
    assert passed("propose", "--quota", "5명", "--note", "demand")["state"] == "proposed"
    with pytest.raises(CommandError, match="올린 사람은 승인할 수 없습니다"):
        passed("approve")
    with pytest.raises(CommandError, match="--by is needed"):
        said("storage_pass", "approve")
    assert passed("approve", by="aram")["served_until"] == 2
    with pytest.raises(CommandError, match="상태가 바뀌어"):
        passed("withdraw")
    assert passed("proof")["holds"]


def test_without_a_pass_the_command_says_so():
    with pytest.raises(CommandError, match="찾는 이용권이 없습니다"):
        said("storage_pass")
