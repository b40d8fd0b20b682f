"""What a file really is, by its content: names lie (a PDF named .xlsx, a web page named .xls)."""

import mmap
import zipfile
from pathlib import Path

from claims.services.association_files.rows import AssociationFileRefused

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF", "PDF", "PDF"),
    (b"\x89PNG", "그림(PNG)", "an image (PNG)"),
    (b"\xff\xd8\xff", "그림(JPEG)", "an image (JPEG)"),
    (b"GIF8", "그림(GIF)", "an image (GIF)"),
    (b"\x1f\x8b", "압축 파일(GZIP)", "a GZIP archive"),
    (b"Rar!", "압축 파일(RAR)", "a RAR archive"),
    (b"7z\xbc\xaf", "압축 파일(7Z)", "a 7z archive"),
    (b"SQLite format 3", "데이터베이스(SQLite)", "an SQLite database"),
)
_ZIP_PARTS = (
    ("xl/workbook.bin", "Excel 바이너리 통합 문서(XLSB)", "an Excel binary workbook (XLSB)"),
    ("word/document.xml", "Word 문서(DOCX)", "a Word document (DOCX)"),
    ("ppt/presentation.xml", "PowerPoint 문서(PPTX)", "a PowerPoint file (PPTX)"),
    ("Contents/content.hpf", "한글 문서(HWPX)", "a Hangul document (HWPX)"),
    ("content.xml", "OpenDocument 문서(ODS)", "an OpenDocument file (ODS)"),
)
_OLE2_STREAMS = (
    ("Workbook", "예전 Excel 통합 문서(XLS)", "an old Excel workbook (XLS)"),
    ("HwpSummaryInformation", "한글 문서(HWP)", "a Hangul document (HWP)"),
    ("WordDocument", "예전 Word 문서(DOC)", "an old Word document (DOC)"),
)
_MARKUP = (b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<!--")


def kind_of(path: Path) -> str:
    """`xlsx` or `csv`. Raises AssociationFileRefused for what is neither, and says what it is."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise unreadable(error) from error
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise AssociationFileRefused("empty", "빈 파일입니다.", "The file is empty.")
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    if head.startswith(_OLE2):
        raise _refusal_of_ole2(path)
    for signature, name_ko, name_en in _SIGNATURES:
        if head.startswith(signature):
            raise wrong_type(name_ko, name_en)
    _refuse_markup(head)
    return "csv"


def wrong_type(name_ko: str, name_en: str) -> AssociationFileRefused:
    return AssociationFileRefused(
        "wrong_type",
        f"이 파일은 {name_ko}입니다. Excel에서 XLSX 또는 CSV로 저장해 보내 주세요.",
        f"This file is {name_en}. Please save it as XLSX or CSV and send it again.",
    )


def unreadable(error: OSError) -> AssociationFileRefused:
    return AssociationFileRefused(
        "unreadable",
        f"파일을 열 수 없습니다. 경로와 권한을 확인해 주세요. ({error.strerror})",
        f"The file cannot be opened. Please check its path and permissions. ({error.strerror})",
    )


def damaged() -> AssociationFileRefused:
    return AssociationFileRefused(
        "damaged",
        "파일이 손상되어 읽을 수 없습니다. Excel에서 다시 저장해 보내 주세요.",
        "The file is damaged and cannot be read. Please save it again and send it.",
    )


def encrypted() -> AssociationFileRefused:
    return AssociationFileRefused(
        "encrypted",
        "암호가 걸린 파일입니다. 암호를 풀고 저장해 보내 주세요.",
        "The file is protected by a password. Please save it without one and send it again.",
    )


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if any(info.flag_bits & 0x1 for info in archive.infolist()):
                raise encrypted()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged() from error
    if any(name.startswith("xl/workbook") and name.endswith(".xml") for name in names):
        return "xlsx"
    for part, name_ko, name_en in _ZIP_PARTS:
        if part in names:
            raise wrong_type(name_ko, name_en)
    if "[Content_Types].xml" in names:
        raise damaged()
    raise wrong_type("압축 파일(ZIP)", "a ZIP archive")


def _refusal_of_ole2(path: Path) -> AssociationFileRefused:
    """An encrypted XLSX is an OLE2 container, like the files of Office 2003; the names of its streams tell which."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            return encrypted()
        for stream, name_ko, name_en in _OLE2_STREAMS:
            if content.find(stream.encode("utf-16-le")) >= 0:
                return wrong_type(name_ko, name_en)
    return wrong_type("예전 Office 문서", "an old Office document")


def _refuse_markup(head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", errors="ignore").encode(errors="ignore")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise wrong_type("XML 스프레드시트 2003", "an XML Spreadsheet 2003")
    if start.startswith(_MARKUP) or (start.startswith(b"<?xml") and b"<html" in start):
        raise wrong_type("웹 페이지(HTML)", "a web page (HTML)")
    if start.startswith(b"<?xml"):
        raise wrong_type("XML 문서", "an XML document")
