"""PDF: whether it opens, how many pages it has, and how they look."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from claims.services.evidence_files import pictures, refusals
from compensation import limits

# PDFium must not be called by two threads of a process at once.
_PDFIUM = threading.Lock()


def page_count(*, path: Path) -> int:
    """Raises EvidenceRefused: damaged, needs a password to be opened, too long.

    A PDF that opens, and only forbids to print or copy (certificates of public offices do), is taken.
    """
    with _opened(path) as document:
        count = len(document)
    if count == 0:
        raise refusals.damaged()
    if count > limits.PDF_PAGES_MAX:
        raise refusals.too_many_pages()
    return count


def pages(*, path: Path) -> Iterator[tuple[bytes, int, int]]:
    """Pictures of the first PREVIEW_PAGES_MAX pages: WebP bytes, width, height (pixels). Raises EvidenceRefused.

    Holds PDFium until it is read to its end: for workers, which have one thread.
    """
    with _opened(path) as document:
        for number in range(min(len(document), limits.PREVIEW_PAGES_MAX)):
            page = document[number]
            scale = limits.PREVIEW_PIXELS_MAX / max(*page.get_size(), 1)
            yield pictures.as_page(page.render(scale=scale).to_pil())


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    with _PDFIUM:
        try:
            with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
                yield document
        except pypdfium2.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                raise refusals.has_password() from error
            raise refusals.damaged() from error
