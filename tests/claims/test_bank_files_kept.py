"""Bank files and results on the disk: how long they are kept, and that a newer key reaches them too."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from claims.models import BankFile, ResultUpload
from claims.services.bank_files.downloads import DownloadRefused, download
from claims.services.retention import count_expired, destroy_expired
from compensation import limits
from compensation.runtime import file_rotation
from tests.cast import NOW
from tests.claims.bank_cast import answers, bank_folder, content_of, read, with_bank
from tests.claims.payout_cast import determined
from tests.compensation.test_key_rotation import newer_key

__all__ = ["bank_folder", "newer_key"]
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


@pytest.fixture
def batch(programme, ops, bank_folder, tmp_path):
    """Closed at NOW: one file for the bank, one result that was refused and one that was applied."""
    determined(programme, count=2)
    batch = with_bank(programme, ops)
    read(batch, tmp_path, b"nothing", actor=ops)
    read(batch, tmp_path, answers(batch), actor=ops)
    return batch


def kept(folder):
    return len([path for path in folder.rglob("*") if path.is_file()])


@pytest.mark.parametrize(
    ("time", "counts", "left"),
    [
        (limits.BANK_FILE_KEPT_DAYS * DAY - MOMENT, {}, 3),
        (limits.BANK_FILE_KEPT_DAYS * DAY, {"bank_files": 1, "bank_results": 1}, 1),
        (limits.RESULT_KEPT_DAYS * DAY - MOMENT, {"bank_files": 1, "bank_results": 1}, 1),
        (limits.RESULT_KEPT_DAYS * DAY, {"bank_files": 1, "bank_results": 2}, 0),
    ],
)
def test_files_go_at_their_time_and_what_they_were_stays(batch, ops, bank_folder, time, counts, left):
    hashes = [BankFile.objects.get().sha256, *ResultUpload.objects.values_list("sha256", flat=True)]
    found = count_expired(at=NOW + time)
    assert {code: found[code] for code in counts} == counts
    run = destroy_expired(actor=ops, at=NOW + time)
    assert {code: count for code, count in run.counts.items() if code.startswith("bank")} == counts
    assert kept(bank_folder) == left
    assert hashes == [BankFile.objects.get().sha256, *ResultUpload.objects.values_list("sha256", flat=True)]


def test_a_file_that_was_destroyed_says_so_instead_of_being_given_out(batch, ops):
    destroy_expired(actor=ops, at=NOW + limits.BANK_FILE_KEPT_DAYS * DAY)
    with pytest.raises(DownloadRefused, match="destroyed when its time was over"):
        download(file=batch.files.get(), reason="은행에 올림", actor=ops, at=NOW)


def test_a_batch_that_is_still_open_keeps_everything(programme, ops, bank_folder):
    determined(programme, count=1)
    with_bank(programme, ops)
    destroy_expired(actor=ops, at=NOW + 2 * limits.RESULT_KEPT_DAYS * DAY)
    assert kept(bank_folder) == 1


def rotated(capsys, *options):
    call_command("rotate_encryption", "--json", *options, verbosity=0)
    return json.loads(capsys.readouterr().out)["files"]


def test_a_newer_key_seals_kept_files_anew_and_they_read_the_same(batch, bank_folder, newer_key, capsys):
    before = content_of(batch.files.get())
    counts = {"claims_bankfile.storage_name": 1, "claims_resultupload.storage_name": 2}
    assert rotated(capsys, "--dry-run") == counts
    assert rotated(capsys) == counts
    assert rotated(capsys) == dict.fromkeys(counts, 0)
    assert content_of(batch.files.get()) == before
    assert all(path.read_bytes()[7:9] == b"\x012" for path in bank_folder.rglob("*") if path.is_file())
    assert kept(bank_folder) == 3


@pytest.mark.parametrize("step", ["_seal_anew", "_remove_earlier"])
def test_a_rotation_that_dies_half_way_is_finished(batch, bank_folder, newer_key, capsys, monkeypatch, step):
    """Before the row names the new file, and after: as a killed process leaves it, with a half-written file beside."""
    before, name = content_of(batch.files.get()), batch.files.get().storage_name
    (bank_folder / f"{name}.k2.part").write_bytes(b"half")

    def die(*_arguments):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(file_rotation, step, die)
        with pytest.raises(SystemExit):
            rotated(capsys)
    assert content_of(batch.files.get()) == before
    rotated(capsys)
    assert content_of(batch.files.get()) == before
    assert kept(bank_folder) == 3


def test_a_file_that_is_lost_is_named_and_the_others_are_done(batch, bank_folder, newer_key, capsys):
    (bank_folder / batch.files.get().storage_name).unlink()
    with pytest.raises(CommandError, match="cannot be read: 1"):
        call_command("rotate_encryption", "--json", verbosity=0)
    assert json.loads(capsys.readouterr().out)["files"]["claims_resultupload.storage_name"] == 2
