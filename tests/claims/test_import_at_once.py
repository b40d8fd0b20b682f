"""Imports beside each other, and one that is killed half-way."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import transaction

from claims.models import AssociationFile, Claim, ClaimTransition
from claims.services.association_samples.businesses import business_number
from compensation import limits
from compensation.programmes.models import Programme
from merchants.models import Merchant
from tests.cast import NOW
from tests.claims.association_cast import good, good_rows, take_in, write_csv
from tests.concurrency.waiting import at_once, somebody_waits_for_us, wait_until
from tests.services import urls_for_other_processes

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parent.parent.parent


def test_two_imports_of_one_file_at_once_take_it_in_once(programme: Programme, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", good_rows(4))
    results = at_once(*[lambda: take_in(programme, path)] * 2)
    assert sorted(result.status for result in results) == ["already_imported", "imported"]
    assert [result.accepted for result in results] == [4, 4]
    assert (Claim.objects.count(), AssociationFile.objects.count()) == (4, 1)


def test_two_files_with_the_same_businesses_at_once_take_each_claim_in_once(
    programme: Programme, tmp_path: Path
) -> None:
    files = [write_csv(tmp_path / f"{mark}.csv", relabelled(mark)) for mark in "AB"]
    results = at_once(*[lambda path=path: take_in(programme, path) for path in files])
    assert sorted((result.accepted, result.refused) for result in results) == [(0, 4), (4, 0)]
    assert (Claim.objects.count(), Merchant.objects.count()) == (4, 4)


def relabelled(mark: str) -> Iterator[dict[str, str]]:
    rows = good_rows(4) if mark == "A" else good_rows(4)[::-1]
    return (row | {"접수번호": f"{mark}-{i}"} for i, row in enumerate(rows))


def many_rows(count: int) -> Iterator[dict[str, str]]:
    return (good(접수번호=f"A-{i}", 사업자등록번호=business_number(i)) for i in range(count))


def test_a_process_killed_half_way_leaves_nothing_and_the_next_takes_all(programme: Programme, tmp_path: Path) -> None:
    count = limits.IMPORT_BATCH_ROWS + 100
    path = write_csv(tmp_path / "a.csv", many_rows(count))
    with transaction.atomic():  # a merchant of the second batch that we do not commit holds the import up half-way
        Merchant.objects.create(business_number=business_number(count - 1), created_at=NOW)
        process = import_in_another_process(path)
        wait_until(somebody_waits_for_us, "the import meets our merchant")
        process.send_signal(signal.SIGKILL)
        process.wait()
        transaction.set_rollback(True)
    assert not AssociationFile.objects.exists()
    assert not Claim.objects.exists()
    assert not Merchant.objects.exists()
    assert take_in(programme, path).accepted == Claim.objects.count() == ClaimTransition.objects.count() == count


def import_in_another_process(path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_claims", str(path), "--programme", "1015", "-v", "0"],
        cwd=ROOT,
        env=os.environ | urls_for_other_processes(),
    )


def test_a_claim_filed_elsewhere_while_an_import_runs_is_a_duplicate_row(programme: Programme, tmp_path: Path) -> None:
    """The import looks for claims on record before the other one is committed, and meets it at the unique key."""
    take_in(programme, write_csv(tmp_path / "a.csv", good_rows(1)))
    claim = Claim.objects.get()
    Claim.objects.filter(pk=claim.pk).update(state="withdrawn")
    path = write_csv(tmp_path / "b.csv", [row | {"접수번호": f"B{row['접수번호']}"} for row in good_rows(2)])
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        claim.pk, claim.reference, claim.external_reference = None, "OTHER", ""
        claim.save(force_insert=True)
        second = pool.submit(at_once, lambda: take_in(programme, path))
        wait_until(somebody_waits_for_us, "the import meets the other claim")
    [result] = second.result()
    assert (result.accepted, result.refused_by_code) == (1, {"duplicate": 1})
