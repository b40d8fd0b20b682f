"""A layout's file as bytes, piece by piece: spreadsheet, delimited text or columns of fixed width."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Protocol

from claims.services.bank_files.workbooks import WorkbookWriter
from compensation.policy.bank_cells import Transfer, cell_of, encoded, fixed
from compensation.policy.bank_profiles import BankLayout, Column, FileLayout

ROWS_AT_ONCE = 2_000
_ALL_DIFFERENT = ("account_number", "holder", "reference", "sequence")


class _Writer(Protocol):
    def rows(self, rows: Iterable[Sequence[str | int]]) -> None: ...

    def finish(self) -> None: ...


class _Outlet:
    """What writers write to: holds the bytes until they are taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def file_pieces(*, layout: BankLayout, transfers: Iterable[Transfer]) -> Iterator[bytes]:
    """The whole file, in pieces of some thousand rows. Raises CellDoesNotFit."""
    out = _Outlet()
    writer = _writer(layout.file, out)
    if layout.file.has_header:
        writer.rows([[column.title for column in layout.file.columns]])
    left, makers = iter(transfers), _makers(layout)
    while rows := list(islice(left, ROWS_AT_ONCE)):
        writer.rows([[make(transfer) for make in makers] for transfer in rows])
        yield out.take()
    writer.finish()
    yield out.take()


def cells_of(transfer: Transfer, *, layout: BankLayout) -> list[str | int]:
    """The cells of a row; numbers only where a spreadsheet shall have them."""
    return [make(transfer) for make in _makers(layout)]


def _makers(layout: BankLayout) -> list[Callable[[Transfer], str | int]]:
    return [cell_of(column, layout=layout) for column in layout.file.columns]


def _writer(layout: FileLayout, out: _Outlet) -> _Writer:
    if layout.kind == "xlsx":
        return WorkbookWriter(out)
    return _FixedWriter(out, layout) if layout.is_fixed_width else _DelimitedWriter(out, layout)


class _DelimitedWriter:
    """CSV, or text with another delimiter. What separates cells or lines was taken out of names before."""

    def __init__(self, out: _Outlet, layout: FileLayout) -> None:
        self._out, self._encoding = out, layout.encoding
        self._text = io.StringIO()
        self._csv = csv.writer(self._text, delimiter=layout.delimiter, lineterminator=layout.line_ending)
        if layout.encoding == "utf-8-sig":  # the mark stands once, before the first line
            out.write("".encode("utf-8-sig"))
            self._encoding = "utf-8"

    def rows(self, rows: Iterable[Sequence[str | int]]) -> None:
        self._csv.writerows(rows)
        self._out.write(encoded(self._text.getvalue(), self._encoding))
        self._text.seek(0)
        self._text.truncate()

    def finish(self) -> None:
        """A text file ends with its last line."""


class _FixedWriter:
    """Columns of fixed width, in bytes of the encoding."""

    def __init__(self, out: _Outlet, layout: FileLayout) -> None:
        self._out = out
        encoding = layout.encoding.removesuffix("-sig")
        self._end = layout.line_ending.encode()
        self._cells = [_fixed_cell(column, encoding) for column in layout.columns]

    def rows(self, rows: Iterable[Sequence[str | int]]) -> None:
        self._out.write(b"".join(map(self._line, rows)))

    def finish(self) -> None:
        """A text file ends with its last line."""

    def _line(self, cells: Sequence[str | int]) -> bytes:
        return b"".join([make(value) for make, value in zip(self._cells, cells, strict=True)]) + self._end


def _fixed_cell(column: Column, encoding: str) -> Callable[[str | int], bytes]:
    """What pads a cell of this column; what comes again and again (banks, amounts, texts) is padded once."""
    make = partial(fixed, column=column, encoding=encoding)
    return make if column.field in _ALL_DIFFERENT else lru_cache(maxsize=1_000)(make)
