"""Grant jobs and the pass by manage.py."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tests.users.grant_cast import aram, mina, package, work_off
from tests.users.pass_cast import active_members, apply, storage_pass
from users.models import GrantJob
from users.services.members import make_members

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_korean():
    """Whatever language the page of an earlier test has left behind."""
    mina(), aram(), package()
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
    assert told("proof", "--job", job)["holds"]
    assert told("list")["jobs"][0]["counted"] == 300
    excluded = told("members", "--job", job, "--outcome", "excluded")["members"]
    written = told("members", "--job", job, "--outcome", "excluded", "--file", tmp_path / "members")["written"]
    assert written == len(excluded) == len((tmp_path / "members").read_text().splitlines())
    assert told("recall", "--job", job)["job"]["kind"] == "recall"
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
        (["list", "--by", "nobody"], "no such user"),
    ],
)
def test_what_cannot_be_is_told(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        said("grants", *arguments)


def test_two_people_change_the_quota_of_the_pass_by_command():
    one = storage_pass(quota=1)
    apply(one, *active_members(2))

    def passed(*arguments: Any, by: str = "mina") -> dict[str, Any]:
        return told(*arguments, by=by, command="storage_pass")

    assert (passed("open")["remaining"], passed()["waiting"]) == (0, 1)
    with pytest.raises(CommandError, match="이미 1명에게"):
        passed("propose", "--quota", "0")
    assert passed("propose", "--quota", "5명", "--note", "demand")["state"] == "proposed"
    with pytest.raises(CommandError, match="올린 사람은 승인할 수 없습니다"):
        passed("approve")
    assert passed("approve", by="aram")["served_until"] == 2
    with pytest.raises(CommandError, match="상태가 바뀌어"):
        passed("withdraw")
    assert passed("proof")["holds"]


def test_without_a_pass_the_command_says_so():
    with pytest.raises(CommandError, match="찾는 이용권이 없습니다"):
        said("storage_pass")
