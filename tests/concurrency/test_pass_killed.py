"""Processes that die in the middle of the stampede: who was told a place has it, and asking again finds it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from compensation.messaging.models import Message
from compensation.supervisor.processes import die_with_parent
from tests.concurrency.waiting import wait_until
from tests.services import urls_for_other_processes
from tests.users.pass_cast import NOON, active_members, apply, aram, mina, storage_pass
from users.models import Contact, MemberAccount, PassActivation, PassApplication, PassQuotaChange, User
from users.selectors.storage_pass import prove_line
from users.services import pass_notices
from users.services import storage_pass as passes

pytestmark = pytest.mark.django_db(transaction=True)

# Sixteen clients of one process; what they were told is written down at once, as a browser would have it.
STAMPEDE = """
import sys, django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.utils import timezone
from users.services.pass_batcher import ApplicationsUnavailable, apply
from users.services.storage_pass import MemberMayNotApply
def click(member):
    try:
        place = apply(storage_pass_id=int(sys.argv[1]), member_id=member, at=timezone.now()).place
        print(f"{member} {place}\\n", end="", flush=True)  # in one piece
    except ApplicationsUnavailable:
        click(member)
    except MemberMayNotApply:
        pass
with ThreadPoolExecutor(16) as pool:
    list(pool.map(click, range(int(sys.argv[2]), int(sys.argv[3]))))
"""


@contextmanager
def stampede(one: object, members: list[int]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", STAMPEDE, str(one.pk), str(members[0]), str(members[-1] + 1)],
        env=os.environ | urls_for_other_processes() | {"DJANGO_SETTINGS_MODULE": "compensation.settings"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def kill_database_sessions() -> None:
    """What a crash of the server does to those who are connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_web_process_killed_in_the_middle_leaves_no_told_place_without_its_row():
    one, members = storage_pass(quota=2_000), active_members(4_000)
    with stampede(one, members) as process:
        wait_until(lambda: PassApplication.objects.count() > 300, "the stampede runs")
        os.killpg(process.pid, signal.SIGKILL)
        told = [tuple(map(int, line.split())) for line in process.stdout.read().splitlines() if line.count(" ") == 1]
    assert told
    assert set(told) <= set(PassApplication.objects.values_list("member_id", "place"))
    assert prove_line(storage_pass=one).holds
    again = apply(one, *(member for member, _ in told))
    assert [standing.place for standing in again] == [place for _, place in told]


def test_sessions_cut_in_the_middle_cost_nobody_a_place():
    one, members = storage_pass(quota=100), active_members(4_000)
    with stampede(one, members) as process:
        for seen in (100, 400, 800):
            wait_until(lambda seen=seen: PassApplication.objects.count() > seen, "the stampede runs")
            kill_database_sessions()
        told = {tuple(map(int, line.split())) for line in process.stdout.read().splitlines()}
    assert told == set(PassApplication.objects.values_list("member_id", "place"))
    assert prove_line(storage_pass=one).holds


def reachable(member_id: int) -> None:
    user = User.objects.create(username=f"member-{member_id}")
    MemberAccount.objects.create(user=user, member_id=member_id, linked_at=NOON)
    phone = f"+8210{member_id:08d}"
    Contact.objects.create(user=user, kind="phone", value=phone, value_index=str(member_id), verified_at=NOON)


def raised_quota(monkeypatch: pytest.MonkeyPatch) -> PassQuotaChange:
    """Places 2 to 5 are served by it; two of the four members can be told; two places are one batch."""
    monkeypatch.setattr(pass_notices, "BATCH_PLACES", 2)
    one, members = storage_pass(quota=1), active_members(6)
    apply(one, *members)
    for member in members[1], members[4], members[5]:
        reachable(member)
    change = passes.propose_quota(storage_pass=one, quota=5, note="", maker=mina(), at=NOON)
    return passes.approve_quota(change=change, approver=aram(), at=NOON)


def test_whoever_a_raised_quota_serves_is_told_once_however_often_it_is_tried(monkeypatch):
    change = raised_quota(monkeypatch)
    assert [pass_notices.tell_served(change=change, at=NOON) for _ in range(4)] == [2, 2, 0, 0]
    PassQuotaChange.objects.update(told_until=1)  # as if it had been rolled back
    pass_notices.tell_served(change=change, at=NOON)
    assert Message.objects.filter(template="pass_served").count() == 2


def test_a_worker_killed_while_it_tells_leaves_the_rest_to_the_next(monkeypatch):
    change = raised_quota(monkeypatch)

    def die(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pass_notices, "tell_member", die)
        with pytest.raises(KeyboardInterrupt):
            pass_notices.tell_served(change=change, at=NOON)
    change.refresh_from_db()
    assert change.told_until == 1
    while pass_notices.tell_served(change=change, at=NOON):
        pass
    assert Message.objects.filter(template="pass_served").count() == 2


def test_members_are_reminded_once_before_their_month_ends():
    one, members = storage_pass(quota=2), active_members(2)
    apply(one, *members)
    reachable(members[0])
    activation = passes.activate(storage_pass=one, member=MemberAccount.objects.get().member, at=NOON)
    just_before = activation.ends_at - passes.REMIND_BEFORE
    reminded = [pass_notices.remind_of_end(storage_pass=one, at=at) for at in (NOON, just_before, just_before)]
    assert reminded == [0, 1, 0]
    assert Message.objects.get(template="pass_ending").due_at == just_before
    assert PassActivation.objects.get().ends_at - just_before == timedelta(days=3)
