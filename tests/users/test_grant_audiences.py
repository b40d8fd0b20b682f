"""Who a job is for: filters, lists, those left out; and lists that are not as they should be."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.db import InternalError, transaction
from openpyxl import Workbook

from compensation import limits
from compensation.policy.audiences import Audience, JoinDatesReversed
from compensation.values.refused import ValueRefused
from tests.users.grant_cast import NOON, approved, mina, planned_job, running_job, started, work_off
from users.models import AudienceMember, Grant, GrantJob, Member, MemberStatus, Region
from users.selectors import grant_proof
from users.selectors.grant_proof import EXCLUDED, GRANTED, members_of, prove
from users.selectors.grants import job_progress
from users.services import audiences, grant_jobs, grant_running
from users.services.audience_files import read_rows
from users.services.members import make_members

pytestmark = pytest.mark.django_db

ACTIVE = MemberStatus.ACTIVE


@pytest.fixture
def thousand() -> None:
    make_members(count=1_000)


def load(job: GrantJob, *numbers: object, out: bool = False, reason: str = "", skip_faulty: bool = False):
    rows = [(row, number, reason) for row, number in enumerate(numbers, start=1)]
    return audiences.load_list(job=job, rows=rows, out=out, actor=mina(), at=NOON, skip_faulty=skip_faulty)


@pytest.mark.parametrize(
    ("audience", "condition"),
    [
        (Audience(joined_from=date(2015, 1, 1), joined_until=date(2016, 6, 30)),
         {"joined_on__range": (date(2015, 1, 1), date(2016, 6, 30))}),
        (Audience(regions=(Region.SEOUL, Region.JEJU)), {"region__in": [11, 50]}),
        (Audience(statuses=(ACTIVE,)), {"status": ACTIVE}),
        (Audience(statuses=(ACTIVE, MemberStatus.SUSPENDED), regions=(Region.BUSAN,)),
         {"status__in": [1, 2], "region": 26}),
    ],
)  # fmt: skip
def test_a_filter_grants_to_those_who_meet_it_and_to_nobody_else(thousand, audience, condition):
    job = work_off(started(planned_job(audience=audience)))
    assert set(granted()) == set(Member.objects.filter(**condition).filter(status=ACTIVE).values_list("pk", flat=True))
    assert job.rehearsal["expected"] == Member.objects.filter(**condition).count() == job_progress(job=job).expected
    assert job.rehearsal["to_grant"] == len(granted()) > 0
    assert prove(job=job).holds


def granted() -> list[int]:
    return sorted(Grant.objects.values_list("member_id", flat=True))


def test_a_list_grants_to_its_members_and_chunks_have_as_many_of_them(thousand):
    job, wanted = planned_job(chunk_size=3), active(7)
    load(job, *reversed(wanted))
    job = work_off(started(job))
    assert granted() == wanted
    assert [chunk.expected for chunk in job.chunks.order_by("number")] == [3, 3, 1]
    assert prove(job=job).holds


def active(count: int) -> list[int]:
    return list(Member.objects.filter(status=ACTIVE).order_by("pk").values_list("pk", flat=True)[10:][:count])


def test_who_is_left_out_is_named_with_the_reason(thousand):
    job, [unlucky, *others] = planned_job(), active(3)
    load(job, unlucky, *others)
    load(job, unlucky, out=True, reason="complaint 12\\3\x00")
    job = work_off(started(job))
    assert granted() == others
    assert job.rehearsal["excluded"]["listed"] == job_progress(job=job).excluded["listed"] == 1
    assert job.rehearsal["left_out"] == {"complaint 12/3": 1}
    [named] = members_of(job=job, outcome=EXCLUDED)
    assert (named.member_id, named.reason) == (unlucky, "listed: complaint 12/3")


def test_every_member_is_named_once_among_granted_and_excluded(monkeypatch):
    job = work_off(running_job())
    names = {outcome: list(members_of(job=job, outcome=outcome)) for outcome in (GRANTED, EXCLUDED)}
    monkeypatch.setattr(grant_proof, "NAMED_AT_ONCE", 7)
    assert all(list(members_of(job=job, outcome=outcome)) == names[outcome] for outcome in names)
    assert sorted(name.member_id for both in names.values() for name in both) == list(range(1, 1_001))
    assert [name.member_id for name in names[GRANTED]] == granted()
    assert {name.reason for name in names[EXCLUDED]} == {"withdrawn", "suspended"}
    again = work_off(running_job())
    assert "already_granted" in {name.reason for name in members_of(job=again, outcome=EXCLUDED)}


def test_faulty_rows_are_named_and_nothing_is_taken(thousand):
    job = planned_job()
    with pytest.raises(audiences.ListHasFaults) as refused:
        load(job, 5, "x12", 6, 5, 999_999, "", "-3", 7.0)
    faults = [(fault.row, fault.code) for fault in refused.value.loaded.faults]
    assert faults == [
        (2, "member_number_malformed"),
        (4, "member_doubled"),
        (5, "member_unknown"),
        (6, "member_number_malformed"),
        (7, "member_number_malformed"),
    ]
    assert refused.value.loaded.taken == 3
    job.refresh_from_db()
    assert job.audience == {}


def test_the_rows_without_fault_count_if_that_is_chosen(thousand):
    job, [one] = planned_job(), active(1)
    loaded = load(job, one, "nobody", 999_999, one, skip_faulty=True)
    assert (loaded.rows, loaded.taken, loaded.faulty) == (4, 1, 3)
    work_off(started(job))
    assert granted() == [one]


def test_a_list_without_anybody_is_not_approved(thousand):
    job = planned_job()
    load(job, 999_999, skip_faulty=True)
    with pytest.raises(grant_jobs.AudienceEmpty):
        approved(job)


@pytest.mark.parametrize("out", [False, True])
def test_a_list_with_no_row_is_refused_and_the_one_before_stays(thousand, out):
    job = planned_job()
    load(job, 5, out=out)
    with pytest.raises(ValueRefused, match="no member number"):
        load(job, out=out)
    assert AudienceMember.objects.filter(job=job, out=out).count() == 1


def test_an_approved_job_keeps_its_audience(thousand):
    job = approved(planned_job())
    with pytest.raises(grant_jobs.GrantJobMovedOn):
        load(job, 1)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        GrantJob.objects.filter(pk=job.pk).update(audience={"regions": [11]})


def test_a_rehearsal_before_the_list_was_changed_is_not_approved(thousand):
    job = grant_jobs.rehearse(job=planned_job(), actor=mina(), at=NOON)
    load(job, 1)
    assert job.state == "draft"


def test_dates_the_wrong_way_round_are_refused():
    with pytest.raises(JoinDatesReversed):
        Audience(joined_from=date(2020, 1, 2), joined_until=date(2020, 1, 1))


def test_the_sample_names_members_who_would_be_granted_to(thousand):
    job = grant_jobs.rehearse(job=planned_job(), actor=mina(), at=NOON)
    sample = job.rehearsal["sample"]
    assert len(sample) == 10
    assert Member.objects.filter(pk__in=sample, status=ACTIVE).count() == 10
    assert job.rehearsal["seconds"] == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_a_csv_file_is_read_row_by_row(tmp_path: Path, encoding):
    path = tmp_path / "list"
    path.write_text('회원번호,사유\n12,"민원, 접수"\n\n13,,,\n', encoding=encoding)
    assert list(read_rows(path)) == [(2, "12", "민원, 접수"), (4, "13", "")]


def test_a_spreadsheet_is_read_row_by_row(tmp_path: Path):
    book, path = Workbook(), tmp_path / "list"
    for row in (["회원번호", "사유", "메모"], [12, "민원", "x"], [None], [13.0]):
        book.active.append(row)
    book.save(path)
    assert list(read_rows(path)) == [(2, 12, "민원"), (4, 13, None)]


def test_a_listed_job_that_is_given_a_speed_later_has_as_many_of_the_list_in_each_chunk():
    make_members(count=2_000)
    job = planned_job(chunk_size=1_000, audience=Audience(by_list=True))
    load(job, *range(1, 2_001, 2))
    job = started(job)
    grant_running.change_speed(job=job, actor=mina(), members_per_second=200, workers=1)
    listed = AudienceMember.objects.filter(job=job)
    ranges = job.chunks.order_by("number").values_list("lower_id", "upper_id")
    assert [listed.filter(member_id__gte=lower, member_id__lt=upper).count() for lower, upper in ranges] == [500, 500]
    grant_running.change_speed(job=job, actor=mina(), members_per_second=None, workers=1)
    assert prove(job=work_off(job)).holds


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04broken off", b"PK\x05\x06" + bytes(18), b"\xff\xfe\x00\x81", b'"12\n' + b"x" * 200_000]
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(tmp_path: Path, content):
    path = tmp_path / "list"
    path.write_bytes(content)
    with pytest.raises(ValueRefused) as refused:
        list(read_rows(path))
    assert refused.value.code == "audience_unreadable"


SHEET = b"xl/worksheets/sheet1.xml"
NOTED_AT = -46  # the archive's directory: where the entry of a part begins, before its name


@pytest.mark.parametrize(
    ("part", "nth", "offset", "put"),
    [
        ("content", 0, len(SHEET), b"\xff" * 20),
        ("directory", 1, NOTED_AT, b"PK\x00\x00"),
        ("password", 1, NOTED_AT + 8, b"\x01\x00"),
        ("compression", 1, NOTED_AT + 10, b"\x63\x00"),
    ],
)
def test_a_damaged_spreadsheet_is_refused_with_a_sentence(tmp_path: Path, part, nth, offset, put):
    book, path = Workbook(), tmp_path / part
    book.active.append([12])
    book.save(path)
    content = path.read_bytes()
    at = [found.start() for found in re.finditer(SHEET, content)][nth] + offset
    path.write_bytes(content[:at] + put + content[at + len(put) :])
    with pytest.raises(ValueRefused):
        list(read_rows(path))


def test_a_list_without_end_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(limits, "AUDIENCE_ROWS_MAX", 2)
    path = tmp_path / "list"
    path.write_text("1\n2\n3\n")
    with pytest.raises(ValueRefused, match="2 rows at most"):
        list(read_rows(path))
