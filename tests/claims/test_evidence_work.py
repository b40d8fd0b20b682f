"""What workers make of a file: scanned, refused or drawn, once, whatever dies or runs twice."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import InternalError, transaction
from PIL import Image

from claims.models import Evidence
from claims.services import evidence_work
from claims.services.evidence import remove_evidence
from claims.services.evidence_work import sweep, work_on_next
from compensation import limits
from compensation.messaging.models import Message
from compensation.policy.transitions import EVIDENCE_SCAN
from tests.cast import NOW, one_claim
from tests.claims.evidence_cast import files_in, receive
from tests.claims.evidence_samples import heic, hwp, pdf, photo_with_place, picture, xlsx
from tests.claims.malware_standin import EICAR, Clamd, clamd

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def scanner(settings, kept):
    with clamd() as server:
        settings.CLAMD_ADDRESS = server.address
        yield server


@pytest.fixture
def evidence(draft, kept, tmp_path, shopkeeper) -> Evidence:
    """A PDF of two pages that was just received."""
    return receive(draft, tmp_path, pdf(pages=2), actor=shopkeeper)


def worked_on(evidence: Evidence, *, at=NOW) -> Evidence:
    assert work_on_next(at=at)
    evidence.refresh_from_db()
    return evidence


def pages_of(evidence: Evidence, kept) -> list[Image.Image]:
    return [Image.open(kept / page.storage_key) for page in evidence.pages.all()]


def test_a_pdf_becomes_a_picture_a_page(evidence, kept):
    pages = pages_of(worked_on(evidence), kept)
    assert [(page.format, page.size) for page in pages] == [("WEBP", (1_131, 1_600))] * 2
    assert (evidence.previewed_at, evidence.due_at, evidence.tries) == (NOW, None, 0)
    red, green, _ = pages[0].convert("RGB").getpixel((200, 1_500))
    assert red > 200 > 50 > green


def test_of_a_long_document_the_first_pages_are_drawn(draft, kept, tmp_path, shopkeeper, monkeypatch):
    monkeypatch.setattr(limits, "PREVIEW_PAGES_MAX", 3)
    evidence = worked_on(receive(draft, tmp_path, pdf(pages=5, size=(50, 50)), actor=shopkeeper))
    assert (evidence.page_count, [page.number for page in evidence.pages.all()]) == (5, [1, 2, 3])


def test_the_picture_of_a_photo_is_upright_and_says_nothing_of_where_it_was_taken(draft, kept, tmp_path, shopkeeper):
    evidence = receive(draft, tmp_path, photo_with_place(), actor=shopkeeper)
    [page] = pages_of(worked_on(evidence), kept)
    assert page.size == (240, 320)
    assert page.convert("RGB").getpixel((120, 10)) > (200, 0, 0)
    assert dict(page.getexif()) == {}
    assert {"exif", "xmp", "icc_profile", "comment"}.isdisjoint(page.info)
    content = (kept / evidence.pages.get().storage_key).read_bytes()
    assert not any(secret in content for secret in (b"maker", b"secret", b"EXIF", b"ICCP", b"XMP "))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIC", "CMYK", "with holes", "large"])
def test_every_kind_of_picture_becomes_one_page(draft, kept, tmp_path, shopkeeper, kind):
    content = {
        "HEIC": heic,
        "CMYK": lambda: picture("TIFF"),
        "with holes": lambda: picture("PNG"),
        "large": lambda: picture(size=(4_000, 100)),
    }.get(kind, lambda: picture(kind))()
    if kind == "CMYK":
        path = tmp_path / "cmyk.jpg"
        Image.new("CMYK", (320, 240)).save(path)
        content = path.read_bytes()
    if kind == "with holes":
        path = tmp_path / "holes.png"
        Image.new("RGBA", (320, 240), (0, 0, 0, 0)).save(path)
        content = path.read_bytes()
    [page] = pages_of(worked_on(receive(draft, tmp_path, content, actor=shopkeeper)), kept)
    assert page.size == ((1_600, 40) if kind == "large" else (320, 240))
    assert kind != "with holes" or page.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("make", [xlsx, hwp])
def test_sheets_and_hangul_documents_are_shown_by_name_only(draft, kept, tmp_path, shopkeeper, make):
    evidence = worked_on(receive(draft, tmp_path, make(), actor=shopkeeper))
    assert (evidence.previewed_at, evidence.due_at, list(evidence.pages.all())) == (NOW, None, [])


def test_without_a_scanner_a_file_is_not_called_clean(evidence):
    assert (worked_on(evidence).scan_state, evidence.scanned_at) == ("unscanned", None)


def test_a_clean_file_is_scanned_once_and_drawn(scanner: Clamd, evidence):
    assert (worked_on(evidence).scan_state, evidence.scanned_at) == ("clean", NOW)
    assert scanner.read == [pdf(pages=2)]
    assert evidence.pages.count() == 2
    assert not work_on_next(at=LATER)


def test_what_was_received_without_a_scanner_is_scanned_once_there_is_one(evidence, settings):
    worked_on(evidence)
    with clamd() as server:
        settings.CLAMD_ADDRESS = server.address
        sweep(at=LATER)
        assert worked_on(evidence, at=LATER).scan_state == "clean"
    assert (evidence.pages.count(), evidence.due_at) == (2, None)


@pytest.mark.parametrize("drawn_before", [False, True])
def test_an_infected_file_goes_and_its_row_says_why(
    settings, draft, kept, tmp_path, shopkeeper, django_capture_on_commit_callbacks, drawn_before
):
    evidence = receive(draft, tmp_path, pdf() + EICAR, actor=shopkeeper)
    if drawn_before:
        worked_on(evidence)
    with clamd() as server, django_capture_on_commit_callbacks(execute=True):
        settings.CLAMD_ADDRESS = server.address
        sweep(at=LATER)
        worked_on(evidence, at=LATER)
    assert (evidence.scan_state, evidence.scan_finding) == ("infected", "Eicar-Signature")
    assert (evidence.storage_key, evidence.due_at, evidence.pages.count()) == ("", None, 0)
    assert files_in(kept) == set()


def test_a_merchant_is_told_once_that_a_submitted_file_was_infected(scanner, tmp_path, shopkeeper, programme):
    claim = one_claim(programme=programme, lost_sales_won=900_000)
    claim.merchant.phone = "+821012345678"
    claim.merchant.save()
    evidence = receive(claim, tmp_path, pdf() + EICAR, actor=shopkeeper)
    worked_on(evidence)
    message = Message.objects.get()
    assert (message.template, message.recipient, message.subject) == (
        "evidence_refused",
        "+821012345678",
        f"claim {claim.reference}",
    )
    assert evidence.file_name in message.body


def test_an_infected_file_sent_again_is_refused_at_the_door(scanner, draft, tmp_path, shopkeeper):
    worked_on(receive(draft, tmp_path, pdf() + EICAR, actor=shopkeeper))
    with pytest.raises(ValueError, match="Malware"):
        receive(draft, tmp_path, pdf() + EICAR, actor=shopkeeper)


@pytest.mark.parametrize("fault", ["broken", "away", "too large"])
def test_while_the_scanner_gives_no_verdict_a_file_waits_and_is_not_shown(scanner, evidence, settings, fault):
    if fault == "away":
        settings.CLAMD_ADDRESS = "127.0.0.1:1"
    scanner.mood = "broken" if fault == "broken" else "well"
    scanner.size_max = 10 if fault == "too large" else scanner.size_max
    for minute in range(limits.PREVIEW_TRIES_MAX + 2):
        at = NOW + timedelta(minutes=minute)
        assert (worked_on(evidence, at=at).scan_state, evidence.pages.count()) == ("waiting", 0)
        assert not work_on_next(at=at)
    settings.CLAMD_ADDRESS, scanner.mood, scanner.size_max = scanner.address, "well", 10**9
    assert (worked_on(evidence, at=LATER).scan_state, evidence.pages.count()) == ("clean", 2)


def test_a_worker_that_dies_leaves_the_file_to_another_after_some_minutes(evidence, monkeypatch):
    monkeypatch.setattr(evidence_work, "make_pages", die)
    with pytest.raises(WorkerDied):
        work_on_next(at=NOW)
    assert not work_on_next(at=NOW)
    monkeypatch.undo()
    assert worked_on(evidence, at=LATER).pages.count() == 2


def test_a_file_over_which_workers_die_is_left_without_pictures(evidence, monkeypatch):
    monkeypatch.setattr(evidence_work, "make_pages", die)
    for hour in range(limits.PREVIEW_TRIES_MAX):
        with pytest.raises(WorkerDied):
            work_on_next(at=NOW + timedelta(hours=hour))
    worked_on(evidence, at=NOW + timedelta(days=1))
    assert (evidence.pages.count(), evidence.due_at) == (0, None)
    assert evidence.previewed_at


class WorkerDied(BaseException):
    pass


def die(**_: object) -> None:
    raise WorkerDied


def test_a_file_taken_back_while_it_is_drawn_leaves_nothing(
    evidence, draft, kept, shopkeeper, monkeypatch, django_capture_on_commit_callbacks
):
    draw = evidence_work.make_pages

    def meanwhile(**document: str) -> object:
        made = draw(**document)
        with django_capture_on_commit_callbacks(execute=True):
            remove_evidence(draft=draft, reference=evidence.reference, actor=shopkeeper)
        return made

    monkeypatch.setattr(evidence_work, "make_pages", meanwhile)
    assert work_on_next(at=NOW)
    assert files_in(kept) == set()


def test_nothing_to_do_is_said(draft, kept):
    assert not work_on_next(at=NOW)


def test_the_scan_moves_as_the_policy_says_and_in_no_other_way(draft, kept, tmp_path, shopkeeper):
    passed = set()
    for number, (old, new) in enumerate(product(EVIDENCE_SCAN.states, repeat=2)):
        if old == new:
            continue
        evidence = receive(draft, tmp_path, picture(size=(10 + number, 10)), actor=shopkeeper)
        Evidence.objects.filter(pk=evidence.pk).exclude(scan_state=old).update(scan_state=old)
        try:
            with transaction.atomic():
                Evidence.objects.filter(pk=evidence.pk).update(scan_state=new)
            passed.add((old, new))
        except InternalError as refused:
            assert "not an allowed move" in str(refused)  # noqa: PT017
    assert passed == set(EVIDENCE_SCAN.moves)
