"""Evidence over HTTP: sending, taking back, looking, downloading; and who gets in."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Evidence, EvidencePage
from claims.services.assessment import assess_next_batch
from claims.services.drafts import start_draft
from claims.services.evidence_files import store
from compensation import limits
from compensation.audit.models import AccessRecord
from compensation.programmes.models import ProgrammeRole, Role
from merchants.models import Representative
from tests.cast import NOW, one_claim, person
from tests.claims.evidence_cast import KIND, draft_of, files_in, receive
from tests.claims.evidence_samples import pdf, picture
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]


@pytest.fixture
def list_address(draft):
    return f"/my/drafts/{draft.reference}/evidence/"


@pytest.fixture
def merchant(client, shopkeeper):
    """A browser in which the shopkeeper is signed in."""
    client.force_login(shopkeeper)
    return client


def send(client, address, *files, kind=KIND, htmx=False, **fields):
    headers = {"HX-Request": "true"} if htmx else {}
    uploads = [file if isinstance(file, str) else SimpleUploadedFile(*file) for file in files]
    return client.post(address, {"kind": kind, "files": uploads} | fields, headers=headers)


def test_several_files_at_once_are_taken_and_the_page_comes_back(merchant, list_address, draft):
    answer = send(merchant, list_address, ("a.jpg", picture()), ("b.pdf", pdf()))
    assert (answer.status_code, answer.headers["Location"]) == (302, list_address)
    page = merchant.get(list_address).content.decode()
    for evidence in draft.evidence.all():
        assert evidence.file_name in page
        assert evidence.receipt in page
        assert f'title="{evidence.sha256}"' in page


def test_the_receipt_is_the_hash_of_what_was_sent(merchant, list_address):
    send(merchant, list_address, ("a.pdf", pdf(pages=500)))
    assert Evidence.objects.get().sha256 == hashlib.sha256(pdf(pages=500)).hexdigest()


def test_with_htmx_only_the_list_comes_back(merchant, list_address):
    answer = send(merchant, list_address, ("a.jpg", picture()), htmx=True)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert "a.jpg" in answer.content.decode()


@pytest.mark.parametrize(("address", "goes_to"), [("/my/claims/", "/my/claims/"), ("https://evil.example/", None)])
def test_after_sending_one_is_back_where_one_was_on_this_site(merchant, list_address, address, goes_to):
    answer = send(merchant, list_address, ("a.jpg", picture()), next=address)
    assert answer.headers["Location"] == (goes_to or list_address)


@pytest.mark.parametrize("htmx", [True, False])
def test_what_is_not_taken_is_said_next_to_its_field_and_the_rest_is_taken(merchant, list_address, draft, htmx):
    answer = send(merchant, list_address, ("good.jpg", picture()), ("<b>.svg", b"<svg/>"), htmx=htmx)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert "&lt;b&gt;.svg" in page
    assert "PDF로 저장하거나" in page
    assert draft.evidence.get().file_name == "good.jpg"


@pytest.mark.parametrize(
    ("files", "kind"),
    [([], KIND), (["no file"], KIND), ([("a.jpg", picture())], ""), ([("a.jpg", picture())], "a\0b")],
)
def test_a_form_without_a_file_or_kind_is_answered_with_a_sentence(merchant, list_address, files, kind):
    answer = send(merchant, list_address, *files, kind=kind)
    assert answer.status_code == 422
    assert "골라 주세요." in answer.content.decode()
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "name", ["가" * 300 + ".jpg", "a." + "b" * 300, "../../x.jpg", "a\nb.jpg", "😀.jpg", "=1+1.jpg"]
)
def test_any_name_is_taken_and_shown_as_text(merchant, list_address, kept, name):
    assert send(merchant, list_address, (name, picture())).status_code == 302
    evidence = Evidence.objects.get()
    assert len(evidence.file_name) <= limits.FILE_NAME_LENGTH_MAX
    assert evidence.file_name.endswith(".jpg")
    assert files_in(kept) == {evidence.storage_key}
    assert merchant.get(list_address).status_code == 200


@pytest.mark.parametrize(("over", "status"), [(0, 302), (1, 422)])
def test_a_file_of_twenty_megabytes_is_taken_and_one_byte_more_is_not(merchant, list_address, kept, over, status):
    content = picture() + bytes(limits.EVIDENCE_FILE_BYTES_MAX - len(picture()) + over)
    answer = send(merchant, list_address, ("a.jpg", content))
    assert answer.status_code == status
    assert len(files_in(kept)) == (status == 302)


def test_files_over_the_bound_of_a_claim_are_counted_and_not_kept(merchant, list_address, monkeypatch):
    monkeypatch.setattr(limits, "EVIDENCE_CLAIM_BYTES_MAX", len(pdf()) + 10)
    answer = send(merchant, list_address, ("a.pdf", pdf()), ("b.jpg", picture()))
    assert answer.status_code == 422
    assert [evidence.file_name for evidence in Evidence.objects.all()] == ["a.pdf"]


def test_a_request_beyond_all_measure_is_refused_before_it_is_read(merchant, list_address, monkeypatch):
    monkeypatch.setattr(limits, "UPLOAD_REQUEST_BYTES_MAX", 1_000)
    assert send(merchant, list_address, ("a.jpg", picture())).status_code == 400


def test_the_same_file_again_is_said_to_be_there(merchant, list_address):
    send(merchant, list_address, ("a.jpg", picture()))
    answer = send(merchant, list_address, ("b.jpg", picture()))
    assert "같은 파일을 이미 올리셨습니다: a.jpg" in answer.content.decode()


def test_taking_a_file_back_twice_shows_the_list_without_it(merchant, list_address, draft, shopkeeper, tmp_path):
    evidence = receive(draft, tmp_path, actor=shopkeeper)
    for _ in range(2):
        answer = merchant.post(f"{list_address}{evidence.reference}/remove/", headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert evidence.file_name not in answer.content.decode()


def test_the_list_takes_as_many_queries_for_ten_files_as_for_one(merchant, list_address, draft, shopkeeper, tmp_path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            merchant.get(list_address)
        return len(captured)

    receive(draft, tmp_path, actor=shopkeeper)
    queries()  # the first request of a session writes it
    before = queries()
    for width in range(1, 10):
        receive(draft, tmp_path, picture(size=(width, 1)), actor=shopkeeper)
    assert queries() == before


def with_page(evidence, *, state="clean"):
    """The evidence as it is once it was scanned and drawn."""
    Evidence.objects.filter(pk=evidence.pk).exclude(scan_state=state).update(scan_state=state)
    key = store.keep_bytes(content=b"a page")
    EvidencePage.objects.create(evidence=evidence, number=1, storage_key=key, width=1, height=1)
    return evidence


@pytest.fixture
def papers(programme, draft, shopkeeper, tmp_path):
    """One document of the draft, of a claim in a tier and of a claim for the council."""
    claims = [one_claim(programme=programme, lost_sales_won=won) for won in (100_000, 900_000)]
    while assess_next_batch(programme=programme, actor=system_user(), at=NOW):
        pass
    owners = dict(zip(("draft", "tier", "council"), (draft, *claims), strict=True))
    return {name: with_page(receive(owner, tmp_path, actor=shopkeeper)) for name, owner in owners.items()}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.OFFICER, {"tier", "council"}),
        (Role.AUDITOR, {"tier", "council"}),
        (Role.COUNCIL, set()),  # only of cases on the agendas of the own sessions: test_council_pages
        (Role.OPS, set()),
        (Role.AGENT, set()),
        (Role.MERCHANT, set()),
        (None, set()),
    ],
)
def test_staff_see_the_papers_of_the_claims_they_work_on(client, programme, papers, role, seen):
    client.force_login(person("someone", programme, *([role] if role else [])))
    for name, evidence in papers.items():
        expected = 200 if name in seen else 404
        assert client.get(f"/programmes/1015/evidence/{evidence.reference}/pages/1/").status_code == expected
        file = client.post(f"/programmes/1015/evidence/{evidence.reference}/file/", {"reason": "심사"})
        assert file.status_code == expected
        assert client.get(f"/my/evidence/{evidence.reference}/pages/1/").status_code == 404
    assert AccessRecord.objects.filter(task="evidence_viewed").count() == len(seen)


def test_nobody_sees_the_papers_of_another_programme(client, programme, papers, officer):
    client.force_login(officer)
    for address in ("/programmes/other/evidence/{}/pages/1/", "/programmes/1015/evidence/{}x/pages/1/"):
        assert client.get(address.format(papers["tier"].reference)).status_code == 404


def test_who_is_not_signed_in_is_asked_to_sign_in(client, papers, list_address):
    reference = papers["tier"].reference
    for address in (
        list_address,
        f"/my/evidence/{reference}/pages/1/",
        f"/programmes/1015/evidence/{reference}/pages/1/",
    ):
        assert client.get(address).status_code == 302


def test_a_merchant_sees_own_drafts_and_the_claims_of_the_own_businesses(merchant, papers, shopkeeper):
    claim = papers["tier"].claim
    Representative.objects.create(merchant=claim.merchant, user=shopkeeper, since=NOW)
    seen = {
        name: merchant.get(f"/my/evidence/{evidence.reference}/pages/1/").status_code
        for name, evidence in papers.items()
    }
    assert seen == {"draft": 200, "tier": 200, "council": 404}
    assert not AccessRecord.objects.exists()


def test_the_draft_of_somebody_else_is_not_there(client, draft, programme, papers, list_address):
    client.force_login(person("stranger", programme))
    reference = papers["draft"].reference
    assert client.get(list_address).status_code == 404
    assert send(client, list_address, ("a.jpg", picture())).status_code == 404
    assert client.post(f"{list_address}{reference}/remove/").status_code == 404
    assert client.get(f"/my/evidence/{reference}/pages/1/").status_code == 404
    assert draft.evidence.count() == 1


def test_an_agents_papers_are_there_while_they_are_an_agent_and_looking_is_recorded(client, programme, tmp_path):
    agent = person("agent", programme, Role.AGENT)
    draft = start_draft(programme=programme, owner=agent, at=NOW, by_agent=True, reason="대표자 본인 통화")
    evidence = with_page(receive(draft, tmp_path, actor=agent), state="unscanned")
    client.force_login(agent)
    addresses = (f"/my/drafts/{draft.reference}/evidence/", f"/my/evidence/{evidence.reference}/pages/1/")
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    assert AccessRecord.objects.filter(user=agent, subject=f"draft {draft.reference}").count() == 2
    ProgrammeRole.objects.all().delete()
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert client.post(f"{addresses[0]}{evidence.reference}/remove/").status_code == 404
    assert draft.evidence.count() == 1


def test_only_representatives_add_papers_to_a_claim(merchant, papers, shopkeeper, programme):
    claim = papers["tier"].claim
    address = f"/my/claims/{claim.reference}/evidence/"
    assert send(merchant, address, ("a.pdf", pdf())).status_code == 404
    Representative.objects.create(merchant=claim.merchant, user=shopkeeper, since=NOW)
    assert send(merchant, address, ("a.pdf", pdf())).status_code == 302
    assert claim.evidence.count() == 2
    assert "remove" not in merchant.get(address).content.decode()


@pytest.mark.parametrize(
    ("state", "page", "file"), [("waiting", 404, 404), ("unscanned", 200, 404), ("clean", 200, 200)]
)
def test_a_file_that_was_not_scanned_is_shown_as_pictures_only(client, officer, papers, state, page, file):
    evidence = receive_again(papers["tier"], state)
    client.force_login(officer)
    base = f"/programmes/1015/evidence/{evidence.reference}/"
    assert client.get(f"{base}pages/1/").status_code == page
    assert client.post(f"{base}file/", {"reason": "심사"}).status_code == file


def receive_again(evidence, state):
    """Another document of the same claim, in a state of the scan."""
    fields = {"kind": KIND, "file_name": "b.pdf", "size_bytes": 1, "sha256": "1" * 64, "received_at": NOW}
    other = Evidence.objects.create(claim=evidence.claim, storage_key=store.keep_bytes(content=b"b"), **fields)
    return with_page(other, state=state)


def test_a_picture_can_do_nothing_but_be_looked_at(client, officer, papers):
    client.force_login(officer)
    answer = client.get(f"/programmes/1015/evidence/{papers['tier'].reference}/pages/1/")
    assert b"".join(answer) == b"a page"
    headers = {name: answer.headers[name] for name in ("Content-Type", "X-Content-Type-Options", "Cache-Control")}
    assert headers == {
        "Content-Type": "image/webp",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")


def test_a_file_is_handed_out_to_be_saved_and_the_reason_is_recorded(client, officer, papers):
    client.force_login(officer)
    evidence = papers["tier"]
    answer = client.post(
        f"/programmes/1015/evidence/{evidence.reference}/file/", {"reason": " 매출 확인 "}, REMOTE_ADDR="203.0.113.9"
    )
    assert b"".join(answer) == picture()
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    record = AccessRecord.objects.get()
    assert (record.task, record.subject) == ("evidence_downloaded", f"claim {evidence.claim.reference}")
    assert (record.detail, record.address) == (f"{evidence.reference} 매출 확인", "203.0.113.9")


@pytest.mark.parametrize("reason", ["", "  ", "a" * 161, "a\0b"])
def test_without_a_reason_nothing_is_handed_out(client, officer, papers, reason):
    client.force_login(officer)
    answer = client.post(f"/programmes/1015/evidence/{papers['tier'].reference}/file/", {"reason": reason})
    assert answer.status_code == 422
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
def test_a_page_that_is_not_there_is_not_found(merchant, papers, number):
    assert merchant.get(f"/my/evidence/{papers['draft'].reference}/pages/{number}/").status_code == 404


def test_a_picture_whose_file_was_lost_is_not_found(merchant, papers):
    store.drop(keys=[papers["draft"].pages.get().storage_key])
    assert merchant.get(f"/my/evidence/{papers['draft'].reference}/pages/1/").status_code == 404


def test_sending_to_a_draft_that_was_submitted_is_answered_with_a_sentence(merchant, list_address, draft, papers):
    type(draft).objects.filter(pk=draft.pk).update(claim=papers["tier"].claim)
    answer = send(merchant, list_address, ("a.pdf", pdf()))
    assert answer.status_code == 422
    assert "증빙 자료를 바꿀 수 없습니다." in answer.content.decode()


def test_two_drafts_of_one_person_are_kept_apart(merchant, shopkeeper, programme, draft, list_address, tmp_path):
    other = receive(draft_of(shopkeeper, programme), tmp_path, actor=shopkeeper, name="other.jpg")
    assert other.file_name not in merchant.get(list_address).content.decode()
