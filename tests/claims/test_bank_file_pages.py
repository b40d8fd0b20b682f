"""The pages of bank files and bank profiles: who gets in, what they say, and that nothing typed is lost."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from claims.models import BankFileDownload, BankProfile, ResultFile
from claims.services.bank_files.profiles import ensure_profiles
from compensation.audit.models import AccessRecord
from compensation.policy.bank_profile_text import as_toml
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.bank_cast import answers, bank_folder, content_of, layout, profile_named, releasing, with_bank
from tests.claims.bank_standin import result_file
from tests.claims.payout_cast import determined, states

__all__ = ["bank_folder"]


@pytest.fixture
def batch(programme, ops, bank_folder):
    determined(programme, count=2)
    return with_bank(programme, ops)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The day of the cast, for what asks the clock."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def address(name, batch, *more):
    return reverse(name, args=[batch.programme.code, batch.reference, *more])


def upload(client, batch, content, name="결과.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(address("bank-result-upload", batch), {"file": file}, follow=True)


def test_a_file_is_had_with_a_reason_and_nowhere_kept(batch, ops, client):
    client.force_login(ops)
    page = client.post(address("bank-file", batch), {"number": "1", "reason": "은행에 올림"})
    file = batch.files.get()
    assert b"".join(page.streaming_content) == content_of(file)
    assert "no-store" in page["Cache-Control"]
    assert page["Content-Length"] == str(file.size_bytes)
    assert BankFileDownload.objects.get().reason == "은행에 올림"
    record = AccessRecord.objects.get(task="bank_file_downloaded")
    assert (record.user, record.subject) == (ops, f"payout batch {batch.reference}")


def test_without_a_reason_the_page_says_so_beside_the_field(batch, ops, client):
    client.force_login(ops)
    page = client.post(address("bank-file", batch), {"number": "1", "reason": "가" * 201})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.content.decode()
    assert "가" * 201 in page.content.decode()  # nothing typed is lost
    assert not BankFileDownload.objects.exists()


def test_a_result_is_read_and_its_figures_shown(batch, ops, client):
    client.force_login(ops)
    page = upload(client, batch, result_file(answers(batch), layout(batch).result))
    assert "결과 파일을 읽었습니다." in page.content.decode()
    assert states() == ["paid", "paid"]
    assert "결과.csv" in client.get(address("bank-files", batch)).content.decode()


def test_a_refused_result_shows_its_faults_and_gives_them_as_a_file(batch, ops, client):
    client.force_login(ops)
    lines = answers(batch)
    lines[1]["amount_won"] = "31,000"
    page = upload(client, batch, result_file(lines, layout(batch).result)).content.decode()
    assert "금액이 다릅니다: 파일은 31,000원, 지급 금액은 30,000원입니다." in page
    faults = client.get(address("bank-result-faults", batch, 1)).content.decode("utf-8-sig")
    assert faults.splitlines()[1].startswith('3,"금액이 다릅니다')
    assert states() == ["released", "released"]


def test_what_is_far_too_large_is_said_to_be_and_not_kept(batch, ops, client, monkeypatch):
    monkeypatch.setattr("claims.services.bank_files.result_uploads.ResultUploadHandler.file_bytes_max", 10)
    client.force_login(ops)
    page = upload(client, batch, b"x" * 11)
    assert page.status_code == 422
    assert "50 MB를 넘습니다" in page.content.decode()
    assert not ResultFile.objects.exists()


def test_no_file_is_a_sentence(batch, ops, client):
    client.force_login(ops)
    page = client.post(address("bank-result-upload", batch), {"file": "text"})
    assert (page.status_code, "골라 주세요" in page.content.decode()) == (422, True)


def test_an_upload_needs_the_token(batch, ops):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(ops)
    assert client.post(address("bank-result-upload", batch), {"file": SimpleUploadedFile("a", b"x")}).status_code == 403


PAGES = (
    ("get", "bank-files", ()),
    ("get", "bank-files-live", ()),
    ("post", "bank-file", ()),
    ("post", "bank-result-upload", ()),
    ("get", "bank-result", (1,)),
    ("get", "bank-result-faults", (1,)),
)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, None])
def test_who_does_not_work_with_payouts_finds_nothing_and_the_auditor_only_reads(programme, batch, ops, client, role):
    client.force_login(ops)
    upload(client, batch, b"nothing")
    client.force_login(person("visitor", programme, *([role] if role else [])))
    found = {
        name for method, name, more in PAGES if getattr(client, method)(address(name, batch, *more)).status_code != 404
    }
    reading = {"bank-files", "bank-files-live", "bank-result", "bank-result-faults"}
    assert found == (reading if role == Role.AUDITOR else set())
    profiles = client.get(reverse("bank-profiles", args=[programme.code])).status_code
    assert profiles == (200 if role == Role.AUDITOR else 404)


def test_a_result_number_that_is_none_is_not_there(batch, ops, client):
    client.force_login(ops)
    for number in (0, 2, 99_999_999_999):
        assert client.get(address("bank-result", batch, number)).status_code == 404


# --- profiles


def test_the_list_marks_what_has_to_be_checked(programme, ops, client):
    client.force_login(ops)
    assert client.get(reverse("bank-profiles", args=["1015"])).status_code == 200  # none yet
    page = client.post(reverse("bank-profiles", args=["1015"]), follow=True).content.decode()
    assert page.count("은행 견본과 대조 필요") == 3


def test_a_profile_is_tried_then_kept_and_checked_by_somebody_else(programme, ops, second_ops, client):
    text = as_toml(profile_named(programme, "csv-bulk").layout).replace("50000", "777")
    edit = reverse("bank-profile-edit", args=["1015", "csv-bulk"])
    client.force_login(ops)
    assert "50000" in client.get(edit).content.decode()
    assert "(주)한결식당" in client.post(edit, {"text": text, "does": "try"}).content.decode()
    sample = client.post(edit, {"text": text, "does": "download"})
    assert sample.content.decode("cp949").splitlines()[0].startswith("KB국민은행,11012345678901,김소상,30000,")
    assert BankProfile.objects.filter(code="csv-bulk").count() == 1  # tried is not kept
    page = client.post(edit, {"text": text, "does": "save"}, follow=True).content.decode()
    assert "2판" in page
    check = reverse("bank-profile-check", args=["1015", "csv-bulk"])
    assert client.post(check, {"version": "2"}).status_code == 422
    client.force_login(second_ops)
    client.post(check, {"version": "1"})  # of a page that is out of date
    assert BankProfile.objects.get(version=2).checked_by is None
    client.post(check, {"version": "2"})
    assert BankProfile.objects.get(version=2).checked_by == second_ops


def test_faults_of_a_profile_stand_with_their_path_and_the_text_stays(programme, ops, client):
    client.force_login(ops)
    text = as_toml(profile_named(programme, "csv-bulk").layout).replace('"cp949"', '"latin-1"', 1)
    page = client.post(reverse("bank-profile-edit", args=["1015", "csv-bulk"]), {"text": text, "does": "save"})
    assert page.status_code == 422
    assert "file.encoding" in page.content.decode()
    assert "latin-1" in page.content.decode()
    assert BankProfile.objects.count() == 3


@pytest.mark.parametrize("name", ["bank-profile", "bank-profile-edit", "bank-profile-sample"])
def test_a_profile_of_another_programme_is_not_there(programme, ops, client, name):
    ensure_profiles(programme, NOW)
    client.force_login(ops)
    assert client.get(reverse(name, args=["1015", "excel-bulk"])).status_code == 200
    assert client.get(reverse(name, args=["1015", "unheard-of"])).status_code == 404
    assert client.get(reverse(name, args=["other", "excel-bulk"])).status_code == 404


# --- by command


def command(*arguments):
    out = io.StringIO()
    call_command("bank_files", "1015", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_by_command_too(batch, ops, tmp_path):
    assert len(command("profiles")["profiles"]) == 3
    assert command("write", "--batch", batch.reference)["files"][0]["rows"] == 2
    assert command("losses", "--batch", batch.reference) == {"losses": []}
    (tmp_path / "result.csv").write_bytes(result_file(answers(batch), layout(batch).result))
    read = command("read", "--batch", batch.reference, "--file", str(tmp_path / "result.csv"), "--by", "ops")
    assert (read["is_accepted"], read["paid_count"]) == (True, 2)
    assert command("show", "--batch", batch.reference)["state"] == "closed"


def test_the_command_shows_how_far_the_files_are_beside_a_clean_answer(programme, ops, bank_folder, capsys):
    determined(programme, count=2)
    batch = releasing(programme, ops)
    call_command("bank_files", "1015", "write", "--batch", batch.reference, "--json")
    said = capsys.readouterr()
    assert json.loads(said.out)["files"][0]["rows"] == 2
    assert "bank files:" in said.err
    assert "/2.00 [" in said.err


def test_a_refused_result_ends_the_command_with_an_error(batch, ops, tmp_path):
    (tmp_path / "result.csv").write_bytes(b"nothing")
    with pytest.raises(CommandError, match="refused"):
        command("read", "--batch", batch.reference, "--file", str(tmp_path / "result.csv"))
    with pytest.raises(CommandError, match="no such batch"):
        command("show", "--batch", "K7M4-9QXR-T2V5")
