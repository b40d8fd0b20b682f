"""Letters as PDF (accessible and made to last: PDF/UA-1 and PDF/A-2b), set by typst from `letters/`.

A letter is made when it is asked for, from rows that never change, and not stored: it takes some milliseconds.
"""

import json
import logging
from datetime import datetime
from functools import cache
from typing import Any

import typst
from django.conf import settings
from django.utils import translation

from claims.models import Determination
from claims.services.letter_words import determination_words

logger = logging.getLogger(__name__)
STANDARDS: list[Any] = ["ua-1", "a-2b"]


class LetterFontsMissing(Exception):
    """The typeface is not there: a letter would have boxes for letters. `python bin/assets.py` fetches it."""


def determination_letter(*, determination: Determination, language: str, at: datetime) -> bytes:
    """The PDF about a determination in 'ko' or 'en'. Raises LetterFontsMissing."""
    relations = ("claim__merchant", "claim__programme", "assessment__policy_version", "superseded_by")
    stored = Determination.objects.select_related(*relations).prefetch_related("claim__losses").get(pk=determination.pk)
    with translation.override(language):
        words = determination_words(determination=stored, language=language, at=at)
    return typeset(name="determination", words=words, at=at)


def typeset(*, name: str, words: dict[str, Any], at: datetime) -> bytes:
    """The PDF that `letters/<name>.typ` makes of these words. Raises LetterFontsMissing."""
    folder = settings.BASE_DIR / "letters"
    compiler = typst.Compiler(
        str(folder / f"{name}.typ"),
        root=str(folder),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(words, ensure_ascii=False)},
    )
    options: dict[str, Any] = {"format": "pdf", "timestamp": int(at.timestamp())}
    pdf: Any
    try:
        pdf = compiler.compile(pdf_standards=STANDARDS, **options)
    except typst.TypstError as error:
        # A name in a script that the typeface has not: it is set with boxes, which the standards do not allow.
        logger.warning("A letter without the standards: %s", error.message)
        pdf = compiler.compile(**options)
    return bytes(pdf)


@cache
def _fonts() -> typst.Fonts:
    """Read once: the typeface alone, so that a letter looks the same on every machine."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(settings.LETTER_FONTS_DIR)]
    )
    if "Pretendard" not in fonts.families():
        raise LetterFontsMissing(str(settings.LETTER_FONTS_DIR))
    return fonts
