"""The rows of a bank's result file: a sheet, delimited text or lines of fixed width, as its profile says."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from claims.services.association_files.kinds import kind_of
from claims.services.association_files.rows import AssociationFileRefused, Cell
from claims.services.association_files.spreadsheets import Spreadsheet
from claims.services.association_files.text_files import count_lines
from claims.services.bank_files.result_faults import ResultUnreadable
from compensation.policy.bank_profiles import ResultLayout

# Strictly read, a wider encoding takes what banks write into a narrower one, and the mark that Windows puts first.
_READ_AS = {"euc_kr": "cp949", "utf-8": "utf-8-sig"}
_ENCODING_NAMES = {"cp949": "CP949(ANSI)", "euc_kr": "EUC-KR", "utf-8": "UTF-8", "utf-8-sig": "UTF-8"}
_END_OF_FILE = b"\x1a"  # what old programs write behind the last line


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the number of its line, from 1. Of fixed width: one cell per column of the layout, or too short."""

    number: int
    cells: list[Cell]
    size_bytes: int = 0


def open_rows(*, path: Path, layout: ResultLayout) -> Iterator[Row]:
    """Every row of the file. Raises ResultUnreadable, also while it is read."""
    try:
        kind = "xlsx" if kind_of(path) == "xlsx" else "text"
        wanted = "xlsx" if layout.kind == "xlsx" else "text"
        if kind != wanted:
            raise ResultUnreadable("kind_wrong", value=_kind_name(kind), known=layout.kind.upper())
        if wanted == "xlsx":
            yield from (Row(row.number, row.cells) for row in Spreadsheet(path).rows())
            return
        _refuse_other_encodings(path, layout)
    except AssociationFileRefused as error:
        if error.code == "empty":
            raise ResultUnreadable("empty") from error
        raise ResultUnreadable("unreadable", value=error.message_ko, known=error.message_en) from error
    yield from _fixed_rows(path, layout) if layout.is_fixed_width else _delimited_rows(path, layout)


def width_of(layout: ResultLayout) -> int:
    """Bytes that a line of fixed width must have at least."""
    return max(column.starts_at + column.width - 1 for column in layout.columns)


def _kind_name(kind: str) -> str:
    return "XLSX" if kind == "xlsx" else "CSV/TXT"


def _refuse_other_encodings(path: Path, layout: ResultLayout) -> None:
    try:
        count_lines(path, _encoding(layout))
    except AssociationFileRefused as error:
        if error.code != "encoding":
            raise
        line = getattr(error, "line", 0)
        raise ResultUnreadable("encoding", line=line, known=_ENCODING_NAMES[layout.encoding]) from error


def _encoding(layout: ResultLayout) -> str:
    return _READ_AS.get(layout.encoding, layout.encoding)


def _delimited_rows(path: Path, layout: ResultLayout) -> Iterator[Row]:
    with path.open(encoding=_encoding(layout), newline="") as text:
        reader = csv.reader(text, delimiter=layout.delimiter, strict=True)
        line = 1
        while True:
            try:
                cells: list[Cell] = list(next(reader))
            except StopIteration:
                return
            except csv.Error as error:
                raise ResultUnreadable("quotes", line=line) from error
            yield Row(line, cells)
            line = reader.line_num + 1


def _fixed_rows(path: Path, layout: ResultLayout) -> Iterator[Row]:
    """Cut by bytes, as the bank counts; a Hangul syllable has two."""
    places = [(column.starts_at - 1, column.starts_at - 1 + column.width) for column in layout.columns]
    encoding, least = _encoding(layout), width_of(layout)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            content = line.rstrip(b"\r\n" + _END_OF_FILE)
            if not content.strip():
                continue
            cells: list[Cell] = []
            if len(content) >= least:
                cells += [content[start:end].decode(encoding, errors="replace") for start, end in places]
            yield Row(number, cells, len(content))
