"""Every kind of file that is taken, every one that is not, and the names that are shown."""

import contextlib
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from claims.services.evidence_files import pictures, types
from claims.services.evidence_files.inspection import Upload, inspect
from claims.services.evidence_files.names import shown_name
from claims.services.evidence_files.refusals import EvidenceRefused
from compensation import limits
from tests.claims.evidence_cast import arrived
from tests.claims.evidence_samples import (
    XLSX_PARTS,
    archive,
    compound,
    heic,
    hwp,
    hwpx,
    pdf,
    pdf_with_password,
    photo_with_place,
    picture,
    xlsx,
)

MOTION = b"\0\0\0\x18ftypmp42" + bytes(2_000)  # the short film that phones append to a photo
ZIPPED = archive({"a.html": b"<script>"})
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
LOCAL_HEAD = b"PK\x03\x04" + bytes(60)

TAKEN = {
    "a PDF": (pdf(pages=3), "application/pdf", 3),
    "a PDF that forbids printing": (pdf_with_password(to_open=False), "application/pdf", 1),
    "a JPEG": (picture(), "image/jpeg", 1),
    "a JPEG of a phone": (photo_with_place() + MOTION, "image/jpeg", 1),
    "a JPEG of one pixel": (picture("JPEG", size=(1, 1)), "image/jpeg", 1),
    "a PNG": (picture("PNG"), "image/png", 1),
    "a WebP": (picture("WEBP"), "image/webp", 1),
    "a HEIC": (heic(), "image/heic", 1),
    "a HEIC of the general brand": (heic(major=b"mif1"), "image/heic", 1),
    "an XLSX": (xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", None),
    "an HWP": (hwp(), "application/x-hwp", None),
    "an HWPX": (hwpx(), "application/hwp+zip", None),
}
REFUSED = {
    "nothing": (b"", "file_empty"),
    "one byte": (b"%", "file_type"),
    "text": ("매출이 줄었습니다.".encode(), "file_type"),
    "a page": (HTML, "file_type"),
    "a drawing": (SVG, "file_type"),
    "a GIF": (picture("GIF"), "file_type"),
    "a TIFF": (picture("TIFF"), "file_type"),
    "a film": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500), "file_type"),
    "a program": (b"MZ" + bytes(500), "file_type"),
    "an archive": (archive({"a.pdf": pdf()}), "file_type"),
    "a Word document": (archive({"[Content_Types].xml": b"", "word/document.xml": b""}), "file_type"),
    "an old Excel file": (compound("Workbook", b""), "file_type"),
    "a workbook with macros": (archive(XLSX_PARTS | {"xl/vbaProject.bin": b"-"}), "file_macros"),
    "a JPEG cut off": (picture(size=(2_000, 2_000))[:5_000], "file_damaged"),
    "a PNG cut off": (picture("PNG")[:100], "file_damaged"),
    "a WebP cut off": (picture("WEBP")[:60], "file_damaged"),
    "a HEIC cut off": (heic()[:300], "file_damaged"),
    "a PDF cut off": (pdf()[:12], "file_damaged"),
    "a PDF without pages": (pdf(pages=0), "file_damaged"),
    "an XLSX cut off": (xlsx()[:-40], "file_damaged"),
    "an HWP cut off": (hwp()[:600], "file_damaged"),
    "an HWP without a text": (compound("FileHeader", b"HWP Document File", storage="Other"), "file_damaged"),
    "a PDF with a password": (pdf_with_password(to_open=True), "file_password"),
    "an HWP with a password": (hwp(password=True), "file_password"),
    "an HWPX with a password": (hwpx(**{"META-INF/manifest.xml": b"<m><encryption-data/></m>"}), "file_password"),
    "an XLSX with a password": (compound("EncryptedPackage", b""), "file_password"),
    "a picture of too many pixels": (picture("PNG", size=(8_001, 8_000), mode="1"), "image_too_large"),
    "a bomb": (archive(XLSX_PARTS | {"xl/a.xml": bytes(20_000_000)}), "file_zip_bomb"),
    "a bomb of parts": (archive(XLSX_PARTS, listed_again="xl/workbook.xml", times=20_000), "file_zip_bomb"),
    "a bomb that uses its bytes again": (
        archive(XLSX_PARTS | {"b": bytes(range(256)) * 40}, listed_again="b", times=50),
        "file_zip_bomb",
    ),
    "a picture and an archive": (picture() + ZIPPED, "file_two_types"),
    "a PDF and an archive": (pdf() + ZIPPED, "file_two_types"),
    "a picture and a page": (picture(comment=HTML), "file_two_types"),
    "a picture and a PDF": (picture(comment=pdf()), "file_two_types"),
    "a PDF and a page": (pdf().replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + HTML), "file_two_types"),
    "an archive behind the head of another": (LOCAL_HEAD + archive(XLSX_PARTS), "file_two_types"),
    "an archive with something behind it": (xlsx() + bytes(40), "file_two_types"),
}


@pytest.mark.parametrize("sample", TAKEN)
def test_what_is_taken_is_known_by_its_content(sample: str, tmp_path: Path):
    content, content_type, page_count = TAKEN[sample]
    inspected = inspect(upload=arrived(tmp_path, content, "no ending"))
    assert (inspected.content_type, inspected.page_count) == (content_type, page_count)


@pytest.mark.parametrize("sample", REFUSED)
def test_what_is_not_taken_is_refused_with_a_sentence(sample: str, tmp_path: Path):
    content, code = REFUSED[sample]
    with pytest.raises(EvidenceRefused) as refused:
        inspect(upload=arrived(tmp_path, content, "매출.pdf"))
    assert refused.value.code == code
    assert refused.value.message_ko.endswith("주세요.")
    assert refused.value.message_en.endswith(".")


@pytest.mark.parametrize("cut", range(0, 4_000, 97))
@pytest.mark.parametrize("make", [hwp, xlsx, pdf, picture], ids=lambda make: make.__name__)
def test_a_file_broken_at_any_place_is_taken_or_refused(make, cut: int, tmp_path: Path):
    content = bytearray(make())
    content[cut % len(content)] ^= 0xFF
    with contextlib.suppress(EvidenceRefused):
        assert inspect(upload=arrived(tmp_path, bytes(content))).content_type in types.TYPES


@pytest.mark.parametrize(("over", "code"), [(0, "file_type"), (1, "file_too_large")])
def test_twenty_megabytes_are_looked_at_and_one_byte_more_is_not(over: int, code: str, tmp_path: Path):
    path = tmp_path / "large"
    size_bytes = limits.EVIDENCE_FILE_BYTES_MAX + over
    with path.open("wb") as file:
        file.truncate(size_bytes)
    with pytest.raises(EvidenceRefused) as refused:
        inspect(upload=Upload(name="a", path=path, size_bytes=size_bytes, sha256=""))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("매출.pdf", "매출.pdf"),
        ("매출.PDF", "매출.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\문서\\매출.pdf", "매출.pdf"),
        ("영수증.jpg", "영수증.jpg.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\r\nb\0c\x1b.pdf", "a bc.pdf"),
        (unicodedata.normalize("NFD", "매출.pdf"), "매출.pdf"),
        ("\u3164\u200b.pdf", "증빙 자료.pdf"),
        ("", "증빙 자료.pdf"),
        (".pdf", "증빙 자료.pdf"),
        ("..", "증빙 자료.pdf"),
        ("<b>매출</b>.pdf", "b>.pdf"),
        ("가" * 300 + ".pdf", "가" * 116 + ".pdf"),
        ("매출." + "a" * 300, "매출." + "a" * 113 + ".pdf"),
    ],
)
def test_a_name_is_shown_as_plain_text_with_the_right_ending(name: str, shown: str):
    assert shown_name(name, endings=types.PDF.endings) == shown
    assert len(shown) <= limits.FILE_NAME_LENGTH_MAX


def test_every_type_that_is_taken_is_in_the_table():
    assert {content_type for _, content_type, _ in TAKEN.values()} == set(types.TYPES)


def test_a_scan_with_sixteen_bits_of_grey_is_not_white(tmp_path: Path):
    grey = Image.new("I;16", (10, 10), 32_768)
    page, *_ = pictures.as_page(grey)
    (tmp_path / "page").write_bytes(page)
    with Image.open(tmp_path / "page") as shown:
        assert 120 < shown.getpixel((5, 5))[0] < 136
