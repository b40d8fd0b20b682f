"""Taking evidence in, taking it back, handing it over; and that files and rows never part."""

import pytest
from django.db import InternalError, transaction

from claims.models import Evidence, EvidencePage
from claims.selectors.evidence import missing_documents_of
from claims.services.evidence import hand_over_evidence, receive_evidence, remove_evidence
from claims.services.evidence_files import store
from claims.services.evidence_files.refusals import EvidenceRefused
from claims.services.evidence_work import remove_orphans, shards_at
from compensation import limits
from compensation.programmes.selectors import current_policy
from tests.cast import NOW, one_claim
from tests.claims.evidence_cast import KIND, arrived, draft_of, files_in, receive
from tests.claims.evidence_samples import pdf, picture
from users.services.people import system_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(programme):
    return one_claim(programme=programme, lost_sales_won=900_000)


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(EvidenceRefused) as refused:
        call(*args, **kwargs)
    return refused.value.code


def test_a_file_is_kept_with_its_receipt_and_waits_for_the_scan(draft, kept, tmp_path, shopkeeper):
    evidence = receive(draft, tmp_path, pdf(pages=2), actor=shopkeeper, name="../매출.pdf")
    assert (evidence.file_name, evidence.page_count, evidence.scan_state) == ("매출.pdf", 2, "waiting")
    assert (evidence.due_at, evidence.uploaded_by, evidence.draft) == (NOW, shopkeeper, draft)
    assert evidence.receipt == f"{evidence.sha256[:8]}…{evidence.sha256[-4:]}"
    assert files_in(kept) == {evidence.storage_key}
    assert (kept / evidence.storage_key).read_bytes() == pdf(pages=2)


def test_files_are_the_owners_only_on_the_disk_too(draft, kept, tmp_path, shopkeeper):
    evidence = receive(draft, tmp_path, actor=shopkeeper)
    assert (kept / evidence.storage_key).stat().st_mode & 0o777 == 0o600
    assert (kept / evidence.storage_key).parent.stat().st_mode & 0o077 == 0


def test_the_same_file_twice_is_there_once_whatever_its_name_and_kind(draft, kept, tmp_path, shopkeeper):
    first = receive(draft, tmp_path, actor=shopkeeper)
    again = arrived(tmp_path, picture(), "another name.jpg")
    call = {"owner": draft, "kind": "business_use_proof", "upload": again, "actor": shopkeeper, "at": NOW}
    assert refusal(receive_evidence, **call) == "file_already_there"
    assert files_in(kept) == {first.storage_key}


def test_the_same_file_goes_into_two_drafts(draft, kept, tmp_path, shopkeeper, programme):
    receive(draft, tmp_path, actor=shopkeeper)
    receive(draft_of(shopkeeper, programme), tmp_path, actor=shopkeeper)
    assert len(files_in(kept)) == 2


def test_an_unknown_kind_is_refused_before_anything_is_kept(draft, kept, tmp_path, shopkeeper):
    call = {"owner": draft, "upload": arrived(tmp_path, picture()), "actor": shopkeeper, "at": NOW}
    assert refusal(receive_evidence, kind="tax return", **call) == "kind_unknown"
    assert files_in(kept) == set()


@pytest.mark.parametrize(("bound", "room"), [("EVIDENCE_FILES_MAX", 1), ("EVIDENCE_CLAIM_BYTES_MAX", len(picture()))])
def test_a_draft_takes_so_much_and_no_more(draft, kept, tmp_path, shopkeeper, monkeypatch, bound, room):
    monkeypatch.setattr(limits, bound, room)
    first = receive(draft, tmp_path, actor=shopkeeper)
    assert refusal(receive, draft, tmp_path, pdf(), actor=shopkeeper) == "claim_full"
    assert files_in(kept) == {first.storage_key}


def test_a_file_taken_back_is_gone_and_taking_it_back_again_is_no_error(
    draft, kept, tmp_path, shopkeeper, django_capture_on_commit_callbacks
):
    evidence = receive(draft, tmp_path, actor=shopkeeper)
    key = store.keep_bytes(content=b"page")
    EvidencePage.objects.create(evidence=evidence, number=1, storage_key=key, width=1, height=1)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            remove_evidence(draft=draft, reference=evidence.reference, actor=shopkeeper)
    assert not Evidence.objects.exists()
    assert files_in(kept) == set()


def test_nobody_takes_back_a_file_of_another_draft(draft, kept, tmp_path, shopkeeper, programme):
    evidence = receive(draft, tmp_path, actor=shopkeeper)
    other = draft_of(shopkeeper, programme)
    remove_evidence(draft=other, reference=evidence.reference, actor=shopkeeper)
    assert Evidence.objects.get() == evidence


def test_what_was_submitted_stays(draft, kept, tmp_path, shopkeeper, claim):
    evidence = receive(draft, tmp_path, actor=shopkeeper)
    assert hand_over_evidence(draft=draft, claim=claim, actor=shopkeeper) == 1
    type(draft).objects.filter(pk=draft.pk).update(claim=claim)
    assert list(claim.evidence.all()) == [evidence]
    assert refusal(remove_evidence, draft=draft, reference=evidence.reference, actor=shopkeeper) == "evidence_not_open"
    assert refusal(receive, draft, tmp_path, pdf(), actor=shopkeeper) == "evidence_not_open"
    with pytest.raises(InternalError, match="evidence_of_a_claim_stays"), transaction.atomic():
        claim.evidence.all().delete()


def test_a_claim_takes_more_evidence_until_it_is_withdrawn(kept, tmp_path, shopkeeper, claim):
    receive(claim, tmp_path, actor=shopkeeper)
    claim.state = "withdrawn"
    claim.save()
    assert refusal(receive, claim, tmp_path, pdf(), actor=shopkeeper) == "evidence_not_open"


def test_evidence_that_was_received_is_not_edited(draft, kept, tmp_path, shopkeeper):
    receive(draft, tmp_path, actor=shopkeeper)
    with pytest.raises(InternalError, match="evidence_is_not_edited"), transaction.atomic():
        Evidence.objects.update(sha256="0" * 64)


@pytest.mark.parametrize(("state", "counts"), [("waiting", True), ("clean", True), ("infected", False)])
def test_an_infected_document_is_still_missing(kept, tmp_path, shopkeeper, claim, programme, state, counts):
    evidence = receive(claim, tmp_path, actor=shopkeeper)
    Evidence.objects.filter(pk=evidence.pk).exclude(scan_state=state).update(scan_state=state)
    missing = missing_documents_of(claim=claim, policy=current_policy(programme=programme).policy)
    assert (KIND not in {kind.code for kind in missing}) == counts


def test_a_transaction_that_fails_leaves_a_file_that_nobody_finds_and_the_sweeper_removes(
    draft, kept, tmp_path, shopkeeper, now_and_later
):
    first = receive(draft, tmp_path, pdf(), actor=shopkeeper)
    with transaction.atomic():
        receive(draft, tmp_path, actor=shopkeeper)
        transaction.set_rollback(True)
    assert Evidence.objects.get() == first
    assert len(files_in(kept)) == 2
    assert remove_orphans(shards=store.SHARDS, at=now_and_later[0]) == 0
    assert remove_orphans(shards=store.SHARDS, at=now_and_later[1]) == 1
    assert files_in(kept) == {first.storage_key}


def test_a_file_left_half_written_is_swept_too_and_pages_with_a_row_are_not(
    draft, kept, tmp_path, shopkeeper, now_and_later
):
    evidence = receive(draft, tmp_path, actor=shopkeeper)
    key = store.keep_bytes(content=b"page")
    EvidencePage.objects.create(evidence=evidence, number=1, storage_key=key, width=1, height=1)
    (kept / f"{evidence.storage_key}.part").write_bytes(b"half")
    assert remove_orphans(shards=store.SHARDS, at=now_and_later[1]) == 1
    assert files_in(kept) == {evidence.storage_key, key}


def test_every_shard_has_its_turn():
    minutes = [NOW.replace(minute=minute) for minute in range(60)]
    assert {shard for at in minutes for shard in shards_at(at=at)} == set(store.SHARDS)


def test_the_history_says_who_sent_and_who_took_back(draft, kept, tmp_path, shopkeeper):
    evidence = receive(draft, tmp_path, actor=shopkeeper)
    remove_evidence(draft=draft, reference=evidence.reference, actor=shopkeeper)
    events = Evidence.pgh_event_models["insert"].objects.filter(pgh_obj_id=evidence.pk).order_by("pgh_id")
    assert events.first().pgh_context.metadata["actor"] == shopkeeper.pk
    assert shopkeeper != system_user()
