"""Bank files by two workers, and results by two people, at the same moment; and a worker that is killed half-way."""

import pytest

from claims.models import BankFile, Payout, PayoutBatch, ResultFile
from claims.services.bank_files.reading import read_result, read_upload
from claims.services.bank_files.result_uploads import take_result
from claims.services.bank_files.writing import write_next_file
from compensation.ledger.models import Transfer
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.bank_cast import answers, bank_folder, layout, releasing, with_bank
from tests.claims.bank_standin import NO_ACCOUNT, result_file
from tests.claims.payout_cast import determined, states
from tests.concurrency.dying import die_at
from tests.concurrency.waiting import at_once

__all__ = ["bank_folder"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ops(programme):
    return person("ops", programme, Role.OPS)


def test_two_workers_make_a_file_once(programme, ops, bank_folder):
    determined(programme)
    batch = releasing(programme, ops)
    assert at_once(*[lambda: write_next_file(batch.pk, NOW)] * 2) == [False, False]
    assert BankFile.objects.get().rows == 3
    assert len([path for path in bank_folder.rglob("*") if path.is_file()]) == 1


def test_the_same_result_by_two_people_at_once_is_read_once(programme, ops, bank_folder, tmp_path):
    determined(programme)
    batch = with_bank(programme, ops)
    path = tmp_path / "result"
    path.write_bytes(result_file(answers(batch), layout(batch).result))
    first, second = at_once(*[lambda: read_result(batch=batch, upload=path, name="a", actor=ops, at=NOW)] * 2)
    assert first == second == ResultFile.objects.get()
    assert (Transfer.objects.filter(kind="payout_paid").count(), states()) == (3, ["paid"] * 3)


def test_two_results_that_contradict_each_other_come_one_after_the_other(programme, ops, bank_folder, tmp_path):
    determined(programme)
    batch = with_bank(programme, ops)
    reference = Payout.objects.order_by("id").first().reference
    for name, returned in (("paid", {}), ("returned", {reference: NO_ACCOUNT})):
        (tmp_path / name).write_bytes(result_file(answers(batch, returned=returned), layout(batch).result))
    results = at_once(
        *[
            lambda name=name: read_result(batch=batch, upload=tmp_path / name, name=name, actor=ops, at=NOW)
            for name in ("paid", "returned")
        ]
    )
    assert sorted(result.is_accepted for result in results) == [False, True]
    assert Transfer.objects.filter(kind__in=("payout_paid", "payout_returned")).count() == 3
    assert PayoutBatch.objects.get().state == "closed"


@pytest.mark.parametrize(
    "step",
    [
        "compensation.runtime.storage.os.replace",
        "claims.services.bank_files.writing.BankFile.objects.create",
        "claims.services.bank_files.writing._refuse_wrong_sums",
    ],
)
def test_a_worker_killed_while_it_writes_leaves_nothing_that_counts(programme, ops, bank_folder, monkeypatch, step):
    monkeypatch.setenv("MEDIA_ROOT", str(bank_folder.parent))
    determined(programme)
    batch = releasing(programme, ops)
    die_at(step, "claims.services.bank_files.writing.write_next_file", batch_id=batch.pk)
    assert not BankFile.objects.exists()
    write_next_file(batch.pk, NOW)
    assert BankFile.objects.get().rows == 3
    assert len([path for path in bank_folder.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    "step",
    [
        "claims.services.bank_files.reading.plain_file",
        "claims.services.bank_files.result_tables.apply",
        "claims.services.bank_files.reading.close_if_settled",
        "django.db.connection._commit",
    ],
)
def test_a_reader_killed_half_way_has_read_nothing_and_the_next_finishes(
    programme, ops, bank_folder, tmp_path, monkeypatch, step
):
    monkeypatch.setenv("MEDIA_ROOT", str(bank_folder.parent))
    determined(programme)
    batch = with_bank(programme, ops)
    upload = sent_in(batch, tmp_path, ops)
    die_at(step, "claims.services.bank_files.reading.read_upload", upload_id=upload.pk)
    assert (ResultFile.objects.count(), states()) == (0, ["released"] * 3)
    read_upload(upload_id=upload.pk, at=NOW)
    assert (Transfer.objects.filter(kind="payout_paid").count(), states()) == (3, ["paid"] * 3)


def test_two_workers_with_the_same_message_read_it_once(programme, ops, bank_folder, tmp_path):
    determined(programme)
    upload = sent_in(with_bank(programme, ops), tmp_path, ops)
    at_once(*[lambda: read_upload(upload_id=upload.pk, at=NOW)] * 2)
    assert read_upload(upload_id=upload.pk, at=NOW).result == ResultFile.objects.get()
    assert (Transfer.objects.filter(kind="payout_paid").count(), states()) == (3, ["paid"] * 3)


def sent_in(batch, folder, ops):
    """What the bank says of the batch, kept for a worker."""
    path = folder / "result"
    path.write_bytes(result_file(answers(batch), layout(batch).result))
    return take_result(batch=batch, upload=path, name="a", actor=ops, at=NOW)
