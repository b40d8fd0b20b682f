"""Loads that run at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from compensation.programmes.models import PolicyVersion, Programme
from compensation.programmes.services.loading import load_programme
from tests.cast import FILE_1015, NOW
from users.services.people import system_user

LOADS = 4

pytestmark = pytest.mark.django_db(transaction=True)


def load_at_once(path: Path) -> list[int]:
    """How many changes each of the loads made."""
    actor, start = system_user(), Barrier(LOADS)

    def load(_: int) -> int:
        try:
            start.wait()
            return len(load_programme(path=path, actor=actor, at=NOW).changes)
        finally:
            connection.close()

    with ThreadPoolExecutor(LOADS) as threads:
        return list(threads.map(load, range(LOADS)))


def test_first_loads_at_once_make_one_programme_and_one_version():
    assert sorted(load_at_once(FILE_1015))[:-1] == [0] * (LOADS - 1)
    assert Programme.objects.count() == PolicyVersion.objects.count() == 1


def test_loads_of_a_changed_policy_at_once_make_one_new_version(tmp_path: Path):
    load_programme(path=FILE_1015, actor=system_user(), at=NOW)
    changed = tmp_path / "changed.toml"
    changed.write_text(FILE_1015.read_text().replace("payout_won = 30_000", "payout_won = 40_000"))
    assert sorted(load_at_once(changed)) == [0] * (LOADS - 1) + [1]
    assert PolicyVersion.objects.count() == 2
