"""HWP 5: an OLE2 file (a small file system in a file) with a stream `FileHeader` that says what it is."""

from pathlib import Path

import olefile

from claims.services.evidence_files import refusals

_HEADER = "FileHeader"
_SIGNATURE = b"HWP Document File"
_PROPERTIES_AT, _PASSWORD_BIT = 36, 0x2  # bit 1 of the properties: a password is needed to open it
_OFFICE_ENCRYPTED = "EncryptedPackage"  # an XLSX with a password is an OLE2 file with this stream


def check_hwp(*, path: Path) -> None:
    """Raises EvidenceRefused unless the file is an HWP document that opens without a password."""
    try:
        with olefile.OleFileIO(path) as compound:
            if compound.exists(_OFFICE_ENCRYPTED):
                raise refusals.has_password()
            header = compound.openstream(_HEADER).read(_PROPERTIES_AT + 4) if compound.exists(_HEADER) else b""
            has_body = compound.exists("BodyText") or compound.exists("ViewText")
    except refusals.EvidenceRefused:
        raise
    except Exception as error:  # the library promises no particular error for files made to break it
        raise refusals.damaged() from error
    if not header.startswith(_SIGNATURE):
        raise refusals.type_not_taken()
    if header[_PROPERTIES_AT] & _PASSWORD_BIT:
        raise refusals.has_password()
    if not has_body:
        raise refusals.damaged()
