"""The whole job on a small sample, with real workers: files in, claims decided, members granted, sums that add up."""

import json
import os
import signal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from claims.models import Assessment, Claim, ProgrammeRun
from claims.services.assessment import send_workers
from claims.services.association_samples.files import make_association_files
from claims.services.programme_run import RunNotPossible, advance, start_run
from claims.tasks import sweep_assessment
from compensation.ledger.models import Transfer
from tests.cast import NOW, make_claims
from tests.concurrency.waiting import wait_until
from users.models import Grant
from users.services.members import make_members

pytestmark = pytest.mark.django_db(transaction=True)
QUEUES = ["files", "assessment", "grants", "default"]
ROWS, MEMBERS = 120, 3_000


@pytest.fixture
def files(programme, ops, second_ops, tmp_path):
    made = make_association_files(programme=programme, rows=ROWS, faulty=0.1, seed=7, folder=tmp_path)
    make_members(count=MEMBERS)
    return [made.xlsx, made.csv]


def run_and_report(files, capsys):
    call_command("run_programme", "1015", "--json", "--files", *map(str, files))
    return json.loads(capsys.readouterr().out)


def test_the_whole_programme_runs_and_a_second_run_changes_nothing(files, celery_worker_process, capsys):
    celery_worker_process(queues=QUEUES, concurrency=2)
    first = run_and_report(files, capsys)
    assert first["checks_hold"]
    assert (first["claims"]["received"], first["claims"]["refused_rows"]) == (ROWS, ROWS // 10)
    assert first["claims"]["waiting_for_assessment"] == 0
    assert first["members"][0]["expected"] == MEMBERS
    assert first["this_run"]["members_won"] == first["members"][0]["granted"] * 11_000
    second = run_and_report(files, capsys)
    assert {**first, "as_of": ""} == {**second, "as_of": ""}


def test_a_worker_killed_while_it_assesses_leaves_every_claim_with_one_end(programme, ops, celery_worker_process):
    make_claims(programme=programme, count=15_000)
    victim = celery_worker_process(queues=QUEUES, concurrency=2)
    send_workers(programme=programme)
    wait_until(lambda: Assessment.objects.exists(), "the first batch is assessed")
    os.killpg(victim, signal.SIGKILL)
    assert Claim.objects.filter(state="received").exists()
    celery_worker_process(queues=QUEUES, concurrency=2)
    sweep_assessment()
    wait_until(lambda: not Claim.objects.filter(state="received").exists(), "all claims are assessed")
    assert Assessment.objects.count() == Claim.objects.count() == 15_000
    due = Transfer.objects.filter(kind="determination")
    assert due.count() == Claim.objects.filter(determination__amount_won__gt=0).count()


def test_a_run_needs_two_people(programme, ops):
    package = programme.benefit_packages.get()
    with pytest.raises(RunNotPossible):
        start_run(programme=programme, files=[], package=package, maker=ops, approver=ops, at=NOW)


def test_two_starts_are_one_run_and_a_step_delivered_twice_is_done_once(files, programme, ops, second_ops):
    package = programme.benefit_packages.get()
    people = {"maker": ops, "approver": second_ops}
    runs = [start_run(programme=programme, files=files, package=package, at=timezone.now(), **people) for _ in range(2)]
    assert runs[0] == runs[1]
    for _ in range(6):
        advance(run_id=runs[0].pk, at=timezone.now())
    assert Claim.objects.count() == ROWS
    assert Grant.objects.count() == 0  # the claims are not assessed yet: the run waits for the workers


def test_a_file_that_cannot_be_read_stops_the_run_and_says_so(files, celery_worker_process, tmp_path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"%PDF-1.7")
    celery_worker_process(queues=QUEUES)
    with pytest.raises(CommandError, match=r"broken\.xlsx"):
        call_command("run_programme", "1015", "--files", str(broken))
    assert ProgrammeRun.objects.latest().fault
    assert not Claim.objects.exists()
