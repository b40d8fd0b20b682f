"""Evidence beside itself: the same file from two tabs, the last free room, two workers, one that is killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from claims.models import ClaimDraft, Evidence, EvidencePage
from claims.services import evidence as service
from claims.services.evidence_files.refusals import EvidenceRefused
from claims.services.evidence_work import sweep, work_on_next
from compensation import limits
from tests.cast import NOW
from tests.claims.evidence_cast import KIND, files_in, receive
from tests.claims.evidence_samples import pdf, picture
from tests.claims.malware_standin import Clamd, clamd
from tests.concurrency.waiting import at_once, wait_until
from users.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def codes(results: list) -> list[str]:
    return [result.code for result in results if isinstance(result, EvidenceRefused)]


def test_the_same_file_from_two_tabs_is_there_once(draft: ClaimDraft, kept: Path, tmp_path: Path, shopkeeper: User):
    results = at_once(*[lambda: receive(draft, tmp_path, actor=shopkeeper)] * 3)
    assert codes(results) == ["file_already_there"] * 2
    assert files_in(kept) == {Evidence.objects.get().storage_key}


@pytest.mark.parametrize(("is_locked", "files"), [(True, 1), (False, 2)])
def test_the_last_free_place_goes_to_one_of_two_as_long_as_the_draft_is_held(
    draft, kept, tmp_path, shopkeeper, monkeypatch, is_locked, files
):
    monkeypatch.setattr(limits, "EVIDENCE_FILES_MAX", 1)
    if not is_locked:  # the control: without the lock both see the free place
        both, refuse = Barrier(2), service._refuse_overfull
        monkeypatch.setattr(service, "_lock", lambda _: None)
        monkeypatch.setattr(service, "_refuse_overfull", lambda *room: (refuse(*room), both.wait()))
    contents = pdf(), picture()
    at_once(*[lambda content=content: receive(draft, tmp_path, content, actor=shopkeeper) for content in contents])
    assert Evidence.objects.count() == files


def test_two_workers_at_once_make_one_set_of_pages(draft, kept, tmp_path, shopkeeper):
    evidence = receive(draft, tmp_path, pdf(pages=2), actor=shopkeeper)
    assert sorted(at_once(*[lambda: work_on_next(at=NOW)] * 2)) == [False, True]
    assert files_in(kept) == {evidence.storage_key, *EvidencePage.objects.values_list("storage_key", flat=True)}
    assert EvidencePage.objects.count() == 2


def test_two_workers_with_the_same_file_leave_one_set_of_pages(draft, kept, tmp_path, shopkeeper, monkeypatch):
    monkeypatch.setattr(limits, "EVIDENCE_LEASE_SECONDS", 0)  # as if the first had taken longer than it may
    evidence = receive(draft, tmp_path, pdf(pages=2), actor=shopkeeper)
    at_once(*[lambda: work_on_next(at=NOW)] * 2)
    assert EvidencePage.objects.count() == 2
    assert files_in(kept) == {evidence.storage_key, *EvidencePage.objects.values_list("storage_key", flat=True)}


@pytest.fixture
def scanner(kept: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clamd]:
    """A scanner that says nothing yet, and workers that know it and this test's folder."""
    with clamd() as server:
        server.mood = "silent"
        settings.CLAMD_ADDRESS = server.address
        monkeypatch.setenv("CLAMD_ADDRESS", server.address)
        monkeypatch.setenv("MEDIA_ROOT", str(kept.parent))
        yield server


def test_a_file_sent_by_a_browser_survives_a_killed_worker(scanner, draft, shopkeeper, client, celery_worker_process):
    client.force_login(shopkeeper)
    first = celery_worker_process(queues=["files"])
    client.post(
        f"/my/drafts/{draft.reference}/evidence/", {"kind": KIND, "files": SimpleUploadedFile("매출.pdf", pdf(pages=3))}
    )
    wait_until(lambda: bool(scanner.read), "the worker has sent the file to the scanner")
    os.killpg(first, signal.SIGKILL)
    assert (Evidence.objects.get().scan_state, Evidence.objects.get().tries) == ("waiting", 1)
    scanner.mood = "well"
    celery_worker_process(queues=["files"])
    Evidence.objects.update(due_at=timezone.now())  # the minutes that a dead worker's file waits are over
    sweep(at=timezone.now())
    wait_until(lambda: Evidence.objects.get().previewed_at is not None, "the file was scanned and drawn")
    assert Evidence.objects.get().scan_state == "clean"
    assert EvidencePage.objects.count() == 3
