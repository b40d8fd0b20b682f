"""What a file is, by its content."""

from dataclasses import dataclass
from pathlib import Path

import filetype
import olefile

from claims.services.evidence_files import archives, compound, refusals

_HEAD_BYTES = 8_192
_SNIFFED_BYTES = 1_024  # as far as browsers and PDF readers look for the beginning of a page or document
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?php", b"<iframe")
_ZIP_HEAD = b"PK\x03\x04"
# The same container holds films and other pictures: the brand says which, or leaves it to a list behind it.
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}
_HEIF_BRANDS = {b"mif1", b"msf1"}


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken. `decoder` is Pillow's name for a picture's format, blank for what is none."""

    code: str
    content_type: str
    endings: tuple[str, ...]
    decoder: str = ""


PDF = FileType("pdf", "application/pdf", ("pdf",))
JPEG = FileType("jpeg", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), decoder="JPEG")
PNG = FileType("png", "image/png", ("png",), decoder="PNG")
WEBP = FileType("webp", "image/webp", ("webp",), decoder="WEBP")
HEIC = FileType("heic", "image/heic", ("heic", "heif"), decoder="HEIF")
XLSX = FileType("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",))
HWP = FileType("hwp", "application/x-hwp", ("hwp",))
HWPX = FileType("hwpx", "application/hwp+zip", ("hwpx",))

TYPES = {file_type.content_type: file_type for file_type in (PDF, JPEG, PNG, WEBP, HEIC, XLSX, HWP, HWPX)}
_BY_SIGNATURE = {file_type.content_type: file_type for file_type in (PDF, JPEG, PNG, WEBP, HEIC)}


def type_of(*, path: Path) -> FileType:
    """What the file at `path` is. Raises EvidenceRefused for what is not taken, or is two things at once."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_ZIP_HEAD):
        return {"xlsx": XLSX, "hwpx": HWPX}[archives.kind_of(path=path)]
    if head.startswith(olefile.MAGIC):
        compound.check_hwp(path=path)
        return HWP
    file_type = _by_signature(head)
    if file_type is None:
        raise refusals.type_not_taken()
    if _hides_another(head, path, file_type):
        raise refusals.two_things_at_once()
    return file_type


def _by_signature(head: bytes) -> FileType | None:
    if head[4:8] == b"ftyp":
        brands = {head[start : start + 4] for start in range(16, min(int.from_bytes(head[:4], "big"), len(head)), 4)}
        is_heic = head[8:12] in _HEIC_BRANDS or (head[8:12] in _HEIF_BRANDS and brands & _HEIC_BRANDS)
        return HEIC if is_heic else None
    return _BY_SIGNATURE.get(filetype.guess_mime(head) or "")


def _hides_another(head: bytes, path: Path, file_type: FileType) -> bool:
    """Whether a browser, a PDF reader or an unpacker could take the file for something else than it is.

    What phones append to their photos (a short film, the maker's data) is not looked at: none of those opens it.
    """
    sniffed = head[:_SNIFFED_BYTES].lower()
    if any(mark in sniffed for mark in _MARKUP):
        return True
    if file_type is not PDF and b"%pdf-" in sniffed:
        return True
    return archives.is_archive(path=path)
