"""The bank's files: what is in them, that they are the same however often they are made, and who had them."""

import errno
import hashlib
import io

import pytest
from openpyxl import load_workbook

from claims.models import BankFile, BankFileDownload, BankProfile, Payout, PayoutBatch
from claims.selectors.bank_files import current_profiles, layout_of, shipped_profiles
from claims.services.bank_files import store
from claims.services.bank_files.downloads import DownloadRefused, download
from claims.services.bank_files.losses import losses
from claims.services.bank_files.profiles import ProfileRefused, ensure_profiles, mark_checked, save_profile
from claims.services.bank_files.writing import write_next_file
from compensation.policy.bank_profile_text import as_toml
from compensation.policy.bank_profiles import ProfileFaults
from compensation.runtime.encryption import DecryptionFailed
from merchants.models import BankAccount
from tests.cast import NOW
from tests.claims.bank_cast import bank_folder, content_of, layout, profile_named, references, releasing, with_bank
from tests.claims.bank_standin import orders_of
from tests.claims.payout_cast import batch_of, determined

__all__ = ["bank_folder"]
CODES = ("csv-bulk", "excel-bulk", "fixed-width")


@pytest.mark.parametrize("code", CODES)
def test_a_file_has_every_payout_of_the_batch_as_its_profile_says(programme, ops, bank_folder, code):
    determined(programme)
    batch = with_bank(programme, ops, code)
    file = batch.files.get()
    orders = orders_of(content_of(file), layout(batch))
    assert [order["reference"] for order in orders] == references(batch)
    assert {int(order["amount_won"]) for order in orders} == {30_000}
    payouts = Payout.objects.order_by("id").select_related("account")
    assert [order["account_number"] for order in orders] == [payout.account.number for payout in payouts]
    assert (file.rows, file.total_won, file.sha256) == (3, 90_000, hashlib.sha256(content_of(file)).hexdigest())


def test_a_spreadsheet_keeps_accounts_as_text_and_the_amount_as_a_number(programme, ops, bank_folder):
    determined(programme, count=1)
    BankAccount.objects.update(number="001234567890", holder="=cmd()")
    file = with_bank(programme, ops, "excel-bulk").files.get()
    header, row = load_workbook(io.BytesIO(content_of(file))).active.iter_rows()
    assert [cell.value for cell in header][:4] == ["입금은행", "입금계좌번호", "이체금액", "예상예금주"]
    assert [cell.value for cell in row][:4] == ["004", "001234567890", 30_000, "cmd()"]
    assert (row[1].number_format, row[1].data_type, row[3].data_type) == ("@", "s", "s")


def few_rows(programme, ops, rows=2):
    """The CSV profile with that many rows in a file."""
    document = profile_named(programme, "csv-bulk").layout
    document["file"]["rows_per_file"] = rows
    return save_profile(programme=programme, text=as_toml(document), actor=ops, at=NOW)


def test_a_batch_with_more_rows_than_a_file_has_several_files(programme, ops, bank_folder):
    determined(programme, count=5)
    few_rows(programme, ops)
    batch, told = releasing(programme, ops), []
    assert [write_next_file(batch.pk, NOW, told.append) for _ in range(4)] == [True, True, False, False]
    assert sum(told) == 5
    files = list(batch.files.all())
    assert [(file.number, file.rows, file.total_won) for file in files] == [
        (1, 2, 60_000),
        (2, 2, 60_000),
        (3, 1, 30_000),
    ]
    orders = [order["reference"] for file in files for order in orders_of(content_of(file), layout(batch))]
    assert orders == references(batch)


def test_a_full_disk_leaves_no_file_and_no_row_and_a_repetition_finishes(programme, ops, bank_folder, monkeypatch):
    determined(programme, count=5)
    few_rows(programme, ops)
    batch = releasing(programme, ops)
    write_next_file(batch.pk, NOW)
    with monkeypatch.context() as full:
        full.setattr("compensation.runtime.storage.os.fsync", fails)
        with pytest.raises(OSError, match="No space left"):
            write_next_file(batch.pk, NOW)
    assert (batch.files.count(), kept_files(bank_folder)) == (1, 1)
    while write_next_file(batch.pk, NOW):
        pass
    assert (batch.files.count(), kept_files(bank_folder)) == (3, 3)


def fails(_handle):
    raise OSError(errno.ENOSPC, "No space left on device")


def kept_files(folder):
    return len([path for path in folder.rglob("*") if path.is_file()])


def test_what_a_dead_worker_left_is_replaced_by_the_same_bytes(programme, ops, bank_folder):
    determined(programme)
    batch = releasing(programme, ops)
    left = bank_folder / batch.reference[:2]
    left.mkdir(parents=True)
    for name in (f"{batch.reference}-1", f"{batch.reference}-1.part"):
        (left / name).write_bytes(b"half a file")
    write_next_file(batch.pk, NOW)
    file = batch.files.get()
    assert hashlib.sha256(content_of(file)).hexdigest() == file.sha256
    assert kept_files(bank_folder) == 1


@pytest.mark.parametrize("code", CODES)
def test_the_same_list_is_the_same_file_to_the_last_byte(programme, ops, bank_folder, code):
    from claims.services.bank_files.formats import file_pieces
    from claims.services.bank_files.writing import transfers_of

    determined(programme)
    batch = with_bank(programme, ops, code)
    again = b"".join(file_pieces(layout=layout(batch), transfers=transfers_of(batch, first=0, size=3)))
    assert hashlib.sha256(again).hexdigest() == batch.files.get().sha256


def test_on_the_disk_nobody_reads_a_name_and_nobody_swaps_a_file(programme, ops, bank_folder):
    determined(programme)
    batch = with_bank(programme, ops)
    (stored,) = [path for path in bank_folder.rglob("*") if path.is_file()]
    sealed = stored.read_bytes()
    assert "김소상".encode("cp949") not in sealed
    for damaged in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b"nothing of ours"):
        stored.write_bytes(damaged)
        with pytest.raises(DecryptionFailed):
            content_of(batch.files.get())


def test_what_the_file_cannot_say_is_known_before_the_release(programme, ops):
    determined(programme)
    profile = profile_named(programme, "csv-bulk")
    batch = batch_of(programme, ops)
    assert losses(profile, batch) == []
    first = Payout.objects.order_by("id").first()
    account = first.account
    account.holder = "Café Zoë"
    account.save()
    (loss,) = losses(profile, batch)
    assert (loss.reference, loss.field, loss.code, loss.is_fatal) == (first.reference, "holder", "encoding", False)
    assert "물음표" in loss.message_ko
    assert losses(profile_named(programme, "excel-bulk"), batch) == []


def test_a_printed_text_that_is_cut_is_said_once_for_all_rows(programme, ops):
    determined(programme)
    batch, document = batch_of(programme, ops), profile_named(programme, "csv-bulk").layout
    document["printed_text_length"] = 6
    (loss,) = losses(save_profile(programme=programme, text=as_toml(document), actor=ops, at=NOW), batch)
    assert (loss.reference, loss.code) == ("", "cut")
    assert "「1015지」까지" in loss.message_ko


# --- downloads


def test_a_download_needs_a_reason_and_is_noted_before_the_first_byte(programme, ops, bank_folder):
    determined(programme)
    file = with_bank(programme, ops).files.get()
    with pytest.raises(DownloadRefused, match="say in at most"):
        download(file=file, reason=" \n", actor=ops, at=NOW)
    pieces = download(file=file, reason="은행에 올림", actor=ops, at=NOW)
    noted = BankFileDownload.objects.get()
    assert (noted.actor, noted.reason) == (ops, "은행에 올림")
    assert hashlib.sha256(b"".join(pieces)).hexdigest() == file.sha256


def test_half_a_batch_is_not_given_out(programme, ops, bank_folder):
    determined(programme, count=3)
    few_rows(programme, ops)
    batch = releasing(programme, ops)
    write_next_file(batch.pk, NOW)
    with pytest.raises(DownloadRefused, match="not all made"):
        download(file=batch.files.get(), reason="은행에 올림", actor=ops, at=NOW)
    assert not BankFileDownload.objects.exists()


def test_a_file_that_is_gone_is_not_noted_as_had(programme, ops, bank_folder):
    determined(programme)
    file = with_bank(programme, ops).files.get()
    store.bank_file_storage().delete(file.storage_name)
    with pytest.raises(FileNotFoundError):
        download(file=file, reason="은행에 올림", actor=ops, at=NOW)
    assert not BankFileDownload.objects.exists()


# --- profiles


def test_the_shipped_profiles_come_once_and_leave_what_people_changed(programme, ops):
    assert len(ensure_profiles(programme, NOW)) == len(shipped_profiles()) == 3
    changed = few_rows(programme, ops)
    assert ensure_profiles(programme, NOW) == []
    assert [(row.code, row.version) for row in current_profiles(programme)] == [
        ("csv-bulk", 2),
        ("excel-bulk", 1),
        ("fixed-width", 1),
    ]
    assert layout_of(changed).file.rows_per_file == 2


def test_the_same_profile_saved_again_is_the_same_version(programme, ops):
    assert few_rows(programme, ops) == few_rows(programme, ops)
    assert BankProfile.objects.filter(code="csv-bulk").count() == 2


NONSENSE = ["", "code = ", "[[[", "code = 7", "code = 2022-10-15", "\x00", "a" * 20_001, "a = " + "[" * 9_000]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_no_profile(programme, ops, text):
    with pytest.raises(ProfileFaults):
        save_profile(programme=programme, text=text, actor=ops, at=NOW)
    assert not BankProfile.objects.exists()


def test_a_profile_is_checked_by_somebody_else_than_who_saved_it(programme, ops, second_ops):
    profile = few_rows(programme, ops)
    with pytest.raises(ProfileRefused):
        mark_checked(profile=profile, actor=ops, at=NOW)
    assert mark_checked(profile=profile, actor=second_ops, at=NOW).checked_by == second_ops
    assert mark_checked(profile=profile, actor=ops, at=NOW).checked_by == second_ops  # done is done


def test_a_batch_that_is_not_being_released_gets_no_file(programme, ops, bank_folder):
    determined(programme)
    batch = batch_of(programme, ops)
    assert write_next_file(batch.pk, NOW) is False
    assert not BankFile.objects.exists()
    assert PayoutBatch.objects.get().state == "draft"
