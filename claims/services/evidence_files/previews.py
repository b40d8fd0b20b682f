"""Pictures of a document's pages, made from its file."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from claims.services.evidence_files import pdfs, pictures, store
from claims.services.evidence_files.refusals import EvidenceRefused
from claims.services.evidence_files.types import PDF, TYPES


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A stored picture of page `number` (from 1); width and height in pixels."""

    number: int
    storage_key: str
    width: int
    height: int


def make_pages(*, storage_key: str, content_type: str) -> list[PagePicture]:
    """Stores a picture of each page that can be shown; none for kinds that are shown by name only.

    Ends with the page before the first one that cannot be drawn: a document may open, and still be broken inside.
    """
    made: list[PagePicture] = []
    with contextlib.suppress(EvidenceRefused), _local_copy(storage_key) as path:
        for number, (content, width, height) in enumerate(_pages(path, content_type), start=1):
            made.append(PagePicture(number, store.keep_bytes(content=content), width, height))
    return made


def _pages(path: Path, content_type: str) -> Iterator[tuple[bytes, int, int]]:
    file_type = TYPES.get(content_type)
    if file_type is PDF:
        yield from pdfs.pages(path=path)
    elif file_type and file_type.decoder:
        yield pictures.picture_as_page(path=path, file_type=file_type)


@contextlib.contextmanager
def _local_copy(storage_key: str) -> Iterator[Path]:
    """The stored file on this machine's disk, wherever the storage is. Raises FileNotFoundError."""
    with tempfile.NamedTemporaryFile() as copy, store.open_kept(key=storage_key) as original:
        shutil.copyfileobj(original, copy)
        copy.flush()
        yield Path(copy.name)
