"""CSV files in the encodings and with the delimiters that offices really use, row by row."""

import codecs
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from claims.services.association_files.columns import count_known_headers
from claims.services.association_files.rows import AssociationFileRefused, Cell, SourceRow
from compensation import limits
from compensation.values.refused import ValueRefused

_DELIMITERS = (",", "\t", ";")
_CHUNK_BYTES = 1 << 20
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class TextFile:
    """A CSV file whose encoding holds to its last byte. Raises AssociationFileRefused, also while it is read."""

    kind = "csv"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.encoding, self.row_count_hint = _find_encoding(path)
        self.delimiter = self._find_delimiter()

    def rows(self) -> Iterator[SourceRow]:
        """Every row, blank ones too. One that breaks the rules of quoting comes with a refusal."""
        with self._open() as text:
            lines = _Lines(text)
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            number = 0
            while True:
                number += 1
                first_line = lines.start_row()
                try:
                    yield SourceRow(number, list(next(reader)))
                except StopIteration:
                    return
                except csv.Error as error:
                    yield self._broken(number, lines, first_line, error)

    def _open(self) -> TextIO:
        return self._path.open(encoding=self.encoding, newline="")

    def _find_delimiter(self) -> str:
        """The delimiter by which a line becomes the header (the first lines may be titles)."""
        with self._open() as text:
            lines = list(islice(text, limits.HEADER_SEARCH_ROWS * 2))

        def headers_found(delimiter: str) -> int:
            return max(map(count_known_headers, csv.reader(lines, delimiter=delimiter)), default=0)

        try:
            return max(_DELIMITERS, key=headers_found)
        except csv.Error:
            return _DELIMITERS[0]  # a field without end: said with its line when the rows are read

    def _broken(self, number: int, lines: "_Lines", first_line: int, error: csv.Error) -> SourceRow:
        if "unexpected end of data" in str(error) or "field larger" in str(error):
            raise AssociationFileRefused(
                "quote_without_end",
                f'{first_line}번째 줄에서 열린 큰따옴표(")가 닫히지 않았습니다. 따옴표를 고쳐 다시 보내 주세요.',
                f'The quotation mark (") opened in line {first_line} is never closed. Please mend it.',
            ) from error
        cells: list[Cell] = list(next(csv.reader(lines.of_row, delimiter=self.delimiter), []))
        return SourceRow(number, cells, _wrong_quotes())


class _Lines:
    """The lines of a text, with those that the row being read has taken so far."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._line_number = 0
        self.of_row: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self._line_number += 1
        self.of_row.append(line)
        return line

    def start_row(self) -> int:
        """Forgets the lines of the row before; the number of the line that comes next."""
        self.of_row.clear()
        return self._line_number + 1


def _find_encoding(path: Path) -> tuple[str, int]:
    """The encoding that fits every byte, and the number of lines: by the mark at the start, else UTF-8, else CP949."""
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding, count_lines(path, encoding)
    try:
        return "utf-8", count_lines(path, "utf-8")
    except _Undecodable as in_utf_8:
        try:
            return "cp949", count_lines(path, "cp949")
        except _Undecodable as in_cp949:
            # The one that got further is what the file was meant to be.
            raise max(in_utf_8, in_cp949, key=lambda error: error.line) from None


class _Undecodable(AssociationFileRefused):
    """A line does not fit the encoding. Nothing is ever replaced or guessed: the file comes back."""

    def __init__(self, line: int) -> None:
        super().__init__(
            "encoding",
            f"{line}번째 줄의 글자를 읽을 수 없습니다. 파일을 UTF-8 또는 CP949 CSV로 저장해 보내 주세요.",
            f"The characters in line {line} cannot be read. Please save the file as CSV in UTF-8 or CP949.",
        )
        self.line = line


def count_lines(path: Path, encoding: str) -> int:
    """Decodes the whole file strictly, in chunks. Raises AssociationFileRefused with the line that does not fit."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    lines, open_line = 1, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding, errors="ignore")
                raise _Undecodable(lines + _line_ends(before)) from error
            if "\0" in text:
                raise _binary(lines + _line_ends(text[: text.index("\0")]))
            lines += _line_ends(text)
            open_line = _length_of_open_line(text, open_line)
            if open_line > limits.LINE_LENGTH_MAX:
                raise _line_too_long(lines)
            if not chunk:
                return lines


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")


def _length_of_open_line(text: str, before: int) -> int:
    last_end = max(text.rfind("\n"), text.rfind("\r"))
    return len(text) - last_end - 1 if last_end >= 0 else before + len(text)


def _binary(line: int) -> AssociationFileRefused:
    return AssociationFileRefused(
        "binary",
        f"{line}번째 줄에 글자가 아닌 값(NUL)이 있습니다. XLSX 또는 CSV 파일인지 확인해 주세요.",
        f"Line {line} has a value that is no text (NUL). Please check that the file is XLSX or CSV.",
    )


def _line_too_long(line: int) -> AssociationFileRefused:
    return AssociationFileRefused(
        "line_too_long",
        f"{line}번째 줄이 너무 깁니다. XLSX 또는 CSV 파일인지 확인해 주세요.",
        f"Line {line} is far too long. Please check that the file is XLSX or CSV.",
    )


def _wrong_quotes() -> ValueRefused:
    return ValueRefused(
        "wrong_quotes",
        '큰따옴표(")가 잘못 쓰였습니다. 따옴표를 지우거나 칸 전체를 따옴표로 감싸 주세요.',
        'Quotation marks (") are misplaced. Please remove them, or put them around the whole field.',
    )
