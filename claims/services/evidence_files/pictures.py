"""Pictures: whether they are whole, and how they look as a page of a preview."""

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from claims.services.evidence_files import refusals
from claims.services.evidence_files.types import FileType
from compensation import limits

_WEBP_QUALITY = 80
_WHITE = (255, 255, 255)
# What decoders raise on pictures that are not as they should be.
_DAMAGE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    TypeError,
    OverflowError,
    MemoryError,
    RuntimeError,
)

pillow_heif.register_heif_opener()
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # we have a bound of our own


def check_picture(*, path: Path, file_type: FileType) -> None:
    """Decodes the picture once. Raises EvidenceRefused: damaged, too many pixels."""
    with _opened(path, file_type):
        pass


def picture_as_page(*, path: Path, file_type: FileType) -> tuple[bytes, int, int]:
    """The picture upright and small: WebP bytes, width and height (pixels). Raises EvidenceRefused."""
    with _opened(path, file_type) as picture:
        return as_page(picture)


def as_page(picture: Image.Image) -> tuple[bytes, int, int]:
    """At most PREVIEW_PIXELS_MAX pixels long; EXIF, places, profiles and comments of the picture stay behind."""
    if picture.mode.startswith("I"):  # scans with 16 bits of grey
        picture = picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    picture.thumbnail((limits.PREVIEW_PIXELS_MAX, limits.PREVIEW_PIXELS_MAX))
    upright = ImageOps.exif_transpose(picture)
    plain = _on_white(upright)
    # Pixels only: a new picture knows nothing of what the old one carried in `info`.
    page = Image.new("RGB", plain.size)
    page.paste(plain)
    output = io.BytesIO()
    page.save(output, "WEBP", quality=_WEBP_QUALITY, method=3)
    return output.getvalue(), page.width, page.height


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    ground = Image.new("RGBA", layers.size, (*_WHITE, 255))
    return Image.alpha_composite(ground, layers).convert("RGB")


@contextlib.contextmanager
def _opened(path: Path, file_type: FileType) -> Any:
    """The picture, decoded. The size is looked at before: it stands in the header."""
    try:
        with Image.open(path, formats=[file_type.decoder]) as picture:
            if picture.width * picture.height > limits.IMAGE_PIXELS_MAX:
                raise refusals.too_many_pixels()
            # JPEG decodes at an eighth to half of its size where that is enough, at a fraction of the memory.
            picture.draft("RGB", (limits.PREVIEW_PIXELS_MAX, limits.PREVIEW_PIXELS_MAX))
            picture.load()
            yield picture
    except refusals.EvidenceRefused:
        raise
    except _DAMAGE as error:
        raise refusals.damaged() from error
