"""The pledge report of a programme: a file beside the programme's own, versions in it, both languages complete."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

FILES = Path(settings.BASE_DIR) / "programmes" / "reports"
REPORTS_KEPT = 16  # parsed files of a process: files change with a release only


class PledgeReportFault(Exception):
    """The file is not right: a text is missing, or in one language only, or numbers do not count up from 1."""


@dataclass(frozen=True, slots=True)
class Chapter:
    heading_ko: str
    heading_en: str
    paragraphs_ko: tuple[str, ...]
    paragraphs_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PledgeReport:
    """One version, as it was published on a day and stays."""

    number: int
    published_on: date
    title_ko: str
    title_en: str
    lead_ko: str
    lead_en: str
    chapters: tuple[Chapter, ...]


def pledge_reports(*, programme_code: str, on: date) -> Sequence[PledgeReport]:
    """The versions that are published on that day, newest first; none where there is no file.

    Raises PledgeReportFault.
    """
    published = [report for report in _read(FILES / f"{programme_code}.toml") if report.published_on <= on]
    return sorted(published, key=lambda report: -report.number)


@lru_cache(maxsize=REPORTS_KEPT)
def _read(file: Path) -> tuple[PledgeReport, ...]:
    if not file.is_file():
        return ()
    try:
        reports = tuple(_report(table) for table in tomllib.loads(file.read_text())["versions"])
    except (KeyError, TypeError, ValueError) as error:
        raise PledgeReportFault(f"{file.name}: {error}") from error
    if [report.number for report in reports] != list(range(1, len(reports) + 1)):
        raise PledgeReportFault(f"{file.name}: versions count up from 1")
    return reports


def _report(table: Mapping[str, Any]) -> PledgeReport:
    return PledgeReport(
        number=table["number"],
        published_on=table["published_on"],
        title_ko=table["title_ko"],
        title_en=table["title_en"],
        lead_ko=table["lead_ko"],
        lead_en=table["lead_en"],
        chapters=tuple(_chapter(chapter) for chapter in table["chapters"]),
    )


def _chapter(table: Mapping[str, Any]) -> Chapter:
    korean, english = tuple(table["paragraphs_ko"]), tuple(table["paragraphs_en"])
    if not korean or len(korean) != len(english):
        raise ValueError("a chapter has the same paragraphs in both languages")
    return Chapter(table["heading_ko"], table["heading_en"], korean, english)
