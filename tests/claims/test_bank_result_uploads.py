"""Results that a worker reads: kept before they are read, seen while they are, read once whatever happens."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from claims.models import ResultFile, ResultUpload
from claims.services.bank_files import store
from claims.services.bank_files.reading import ResultGivenUp, progress_key, read_result, read_upload
from claims.services.bank_files.result_faults import ResultRefused
from claims.services.bank_files.result_uploads import take_result
from claims.services.retention import destroy_expired
from claims.tasks import read_bank_result
from compensation import limits
from compensation.programmes.models import Role
from compensation.runtime.progress import Reporter
from tests.api.cast import fields_of, on_the_site, problem_of
from tests.cast import NOW, person
from tests.claims.bank_cast import answers, bank_folder, layout, with_bank
from tests.claims.bank_standin import result_file
from tests.claims.payout_cast import determined, states

__all__ = ["bank_folder"]


@pytest.fixture
def batch(programme, ops, bank_folder):
    determined(programme, count=2)
    return with_bank(programme, ops)


@pytest.fixture
def result(batch, tmp_path):
    path = tmp_path / "result.csv"
    path.write_bytes(result_file(answers(batch), layout(batch).result))
    return path


def taken(batch, path, ops):
    return take_result(batch=batch, upload=path, name="결과.csv", actor=ops, at=NOW)


def pages_of(upload):
    names = ("bank-result-upload-page", "bank-result-upload-live")
    return [reverse(name, args=["1015", upload.batch.reference, upload.reference]) for name in names]


def test_a_large_result_is_left_to_a_worker_and_its_page_leads_to_what_came_of_it(
    batch, result, ops, client, monkeypatch
):
    monkeypatch.setattr(limits, "RESULT_AT_ONCE_BYTES_MAX", 10)
    client.force_login(ops)
    file = SimpleUploadedFile("결과.csv", result.read_bytes())
    address = reverse("bank-result-upload", args=["1015", batch.reference])
    page = client.post(address, {"file": file}, follow=True)
    upload = ResultUpload.objects.get()
    page_address, live = pages_of(upload)
    assert page.redirect_chain == [(page_address, 302)]
    assert "곧 읽기 시작합니다" in page.content.decode()
    Reporter(progress_key(upload), total=2).advance(2)
    for shown in (live, reverse("bank-files", args=["1015", batch.reference])):
        assert "2 / 2건" in " ".join(client.get(shown).content.decode().split()), shown
    read_bank_result(upload.pk)
    assert client.get(live).headers["HX-Refresh"] == "true"
    assert "반영" in client.get(page_address, follow=True).content.decode()
    assert states() == ["paid", "paid"]


def test_who_does_not_work_with_payouts_finds_no_upload(programme, batch, result, ops, client):
    upload = taken(batch, result, ops)
    for role, status in ((Role.AUDITOR, 200), (Role.OFFICER, 404)):
        client.force_login(person(role.name.lower(), programme, role))
        assert [client.get(address).status_code for address in pages_of(upload)] == [status] * 2
        unknown = client.get(pages_of(upload)[0].replace(upload.reference, "K7M4-9QXR-T2V5"))
        assert unknown.status_code == 404


def test_the_file_is_kept_encrypted_and_a_message_that_comes_twice_reads_it_once(batch, result, ops, bank_folder):
    upload = taken(batch, result, ops)
    stored = (bank_folder / upload.storage_name).read_bytes()
    assert batch.payouts.first().reference.encode() not in stored
    assert b"".join(store.plain_pieces(upload.storage_name)) == result.read_bytes()
    for _ in range(2):
        assert read_upload(upload_id=upload.pk, at=NOW).result.is_accepted
    assert ResultFile.objects.get().read_by == ops
    assert states() == ["paid", "paid"]


def test_a_file_over_which_workers_die_is_given_up_and_says_so(batch, result, ops, client):
    upload = taken(batch, result, ops)
    ResultUpload.objects.update(tries=limits.RESULT_TRIES_MAX)
    read_bank_result(upload.pk)
    client.force_login(ops)
    page = client.get(pages_of(upload)[0]).content.decode()
    assert "이 파일을 읽지 못했습니다" in page
    assert (ResultFile.objects.count(), states()) == (0, ["released", "released"])


def test_what_cannot_be_read_is_told_to_who_waits_for_it(batch, result, ops, monkeypatch):
    monkeypatch.setattr(limits, "RESULT_TRIES_MAX", 0)
    with pytest.raises(ResultGivenUp):
        read_result(batch=batch, upload=result, name="결과.csv", actor=ops, at=NOW)


def test_a_disk_that_is_full_keeps_nothing_and_its_row_goes_after_an_hour(batch, result, ops, bank_folder, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("compensation.runtime.storage.os.fsync", full)
        with pytest.raises(ResultRefused, match="no room"):
            taken(batch, result, ops)
    upload = ResultUpload.objects.get()
    assert not list(bank_folder.rglob("result-*"))
    assert read_upload(upload_id=upload.pk, at=NOW) is None
    for later, left in ((3_599, 1), (3_600, 0)):
        destroy_expired(actor=ops, at=NOW + timedelta(seconds=later))
        assert ResultUpload.objects.count() == left


def test_by_the_api_a_result_is_accepted_and_then_looked_at(batch, result, ops, programme):
    maker, address = on_the_site(ops), f"/programmes/1015/payouts/batches/{batch.reference}/results"
    with result.open("rb") as file:
        answer = maker.upload(address, file=file)
    assert (answer.status_code, answer.json()["state"], answer.json()["result"]) == (202, "waiting", None)
    look_at = answer.json()["look_at"].removeprefix("/api/v1")
    read_upload(upload_id=ResultUpload.objects.get().pk, at=timezone.now())
    shown = maker.get(look_at).json()
    assert (shown["state"], shown["lines_read"], shown["result"]["paid_count"]) == ("read", 2, 2)
    assert [row["reference"] for row in maker.get(address).json()["results"]] == [shown["reference"]]
    assert fields_of(maker.upload(address)) == {"file": "result_missing"}
    officer = on_the_site(person("officer", programme, Role.OFFICER))
    problem_of(officer.get(look_at), 404)
    problem_of(officer.upload(address), 404)
