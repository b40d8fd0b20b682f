"""XLSX and HWPX: archives of parts, looked at without unpacking them."""

import struct
import zipfile
import zlib
from pathlib import Path

from claims.services.evidence_files import refusals
from compensation import limits

_END_MARK, _END_BYTES = b"PK\x05\x06", 22
_ZIP64 = 0xFFFF_FFFF
_ENCRYPTED_BIT = 0x1
_HWPX_MIMETYPE = b"application/hwp+zip"
_PART_BYTES_READ = 65_536
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


def kind_of(*, path: Path) -> str:
    """'xlsx' or 'hwpx'. Raises EvidenceRefused: another kind, damaged, a bomb, with a password or macros."""
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bombs(archive, path.stat().st_size)
            return _kind(archive)
    except refusals.EvidenceRefused:
        raise
    except _DAMAGE as error:
        raise refusals.damaged() from error


def is_archive(*, path: Path) -> bool:
    """Whether an unpacker would find an archive at the end of the file."""
    return zipfile.is_zipfile(path)


def _check_directory(path: Path) -> None:
    """The table of contents is the very end of the file, and small enough to be read."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _END_BYTES, 0))
        end = file.read(_END_BYTES)
    if len(end) != _END_BYTES or not end.startswith(_END_MARK):
        # Cut off, or with something behind it.
        raise refusals.two_things_at_once() if zipfile.is_zipfile(path) else refusals.damaged()
    directory_bytes = struct.unpack_from("<L", end, 12)[0]
    if directory_bytes not in range(limits.ARCHIVE_DIRECTORY_BYTES_MAX) and directory_bytes != _ZIP64:
        raise refusals.zip_bomb()


def _refuse_bombs(archive: zipfile.ZipFile, size_bytes: int) -> None:
    parts = archive.infolist()
    if parts and min(part.header_offset for part in parts) > 0:
        raise refusals.two_things_at_once()
    packed, unpacked = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
    # Parts that share their bytes are how a small archive unpacks to petabytes.
    too_much = unpacked > limits.EVIDENCE_UNPACKED_BYTES_MAX or packed > size_bytes
    if too_much or len(parts) > limits.ARCHIVE_PARTS_MAX or any(map(_swells, parts)):
        raise refusals.zip_bomb()


def _swells(part: zipfile.ZipInfo) -> bool:
    return (
        part.file_size > limits.XLSX_MEMBER_BYTES_CHECKED
        and part.file_size > limits.XLSX_MEMBER_RATIO_MAX * part.compress_size
    )


def _kind(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if any(part.flag_bits & _ENCRYPTED_BIT for part in archive.infolist()):
        raise refusals.has_password()
    if "mimetype" in names and _beginning(archive, "mimetype").strip() == _HWPX_MIMETYPE:
        if "META-INF/manifest.xml" in names and b"encryption-data" in _beginning(archive, "META-INF/manifest.xml"):
            raise refusals.has_password()
        return "hwpx"
    if {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise refusals.has_macros()
        return "xlsx"
    raise refusals.type_not_taken()


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of a part: whatever size it says it has, no more than this is unpacked."""
    with archive.open(name) as part:
        return part.read(_PART_BYTES_READ)
