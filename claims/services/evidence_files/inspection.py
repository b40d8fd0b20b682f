"""Everything that is looked at before a file is taken."""

from dataclasses import dataclass
from pathlib import Path

from claims.services.evidence_files import pdfs, pictures, refusals
from claims.services.evidence_files.names import shown_name
from claims.services.evidence_files.types import PDF, type_of
from compensation import limits
from compensation.runtime.uploads import MeasuredFile


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrived: on disk at `path`, with what was measured while it came in. `name` is the sender's."""

    name: str
    path: Path
    size_bytes: int
    sha256: str
    is_whole: bool = True  # False: it was over the limit and nothing was kept

    @classmethod
    def from_request(cls, file: MeasuredFile) -> "Upload":
        """What `request.FILES` holds, as the site's upload handler made it."""
        return cls(file.name or "", Path(file.temporary_file_path()), file.size or 0, file.sha256, file.is_whole)


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the file is. `page_count` is None where it has no pages that can be shown."""

    file_name: str
    content_type: str
    page_count: int | None


def inspect(*, upload: Upload) -> Inspected:
    """What the file is, by its content. Raises EvidenceRefused."""
    if not upload.is_whole or upload.size_bytes > limits.EVIDENCE_FILE_BYTES_MAX:
        raise refusals.too_large()
    if upload.size_bytes == 0:
        raise refusals.empty()
    file_type = type_of(path=upload.path)
    page_count = None
    if file_type is PDF:
        page_count = pdfs.page_count(path=upload.path)
    elif file_type.decoder:
        pictures.check_picture(path=upload.path, file_type=file_type)
        page_count = 1
    return Inspected(shown_name(upload.name, endings=file_type.endings), file_type.content_type, page_count)
