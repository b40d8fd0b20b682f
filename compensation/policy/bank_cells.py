"""What the cells of a bank's file say, and what of it a bank's file cannot say (ours).

Names, accounts and texts come from people. Nothing of them may become a formula, another column or another line; what
cannot be said in the bank's encoding becomes a question mark, and is listed before a batch is released.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from compensation import limits
from compensation.policy.bank_profiles import FORMULA_STARTS, BankLayout, Column, FileLayout

# No line break, tab, comma, semicolon, quote or bar passes through a name; control and format characters neither.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f,;|\"'\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
# Python writes the syllables that EUC-KR lacks as a filler and three letters, which no bank reads.
_FILLER = b"\xa4\xd4"
_EXACT = ("bank_code", "account_number", "amount_won", "reference", "sequence")


class Transfer(NamedTuple):
    """One payout as a bank needs it. `sequence` counts from 1 in each file; `memo` is for our own statement."""

    sequence: int
    bank_code: str
    bank_name: str
    account_number: str
    holder: str
    amount_won: int
    printed_text: str
    reference: str
    memo: str


@dataclass(frozen=True, slots=True)
class CellLoss:
    """What a cell loses: `code` is `characters`, `encoding` or `cut`. Fatal: the file must not be made like that."""

    field: str
    code: str
    is_fatal: bool


class CellDoesNotFit(Exception):
    """An account, amount or reference is wider than its column: cut, the money would go elsewhere."""


def clean(text: str) -> str:
    """The text in one line, without what separates cells and without a formula's first character."""
    if text.isalnum():  # as nearly every name: letters and digits alone need nothing
        return text
    return " ".join(_BREAKS.sub(" ", text).split()).lstrip(FORMULA_STARTS + " ")


def printed(text: str, *, layout: BankLayout) -> str:
    """The text for the merchant's statement, cut after what the bank prints, never within a character."""
    text = clean(text)
    if layout.printed_text_in_bytes:
        return _cut_bytes(text, layout.printed_text_length, layout.file.encoding or "cp949")
    return text[: layout.printed_text_length]


def cell_of(column: Column, *, layout: BankLayout) -> Callable[[Transfer], str | int]:
    """What makes this column's cell of a transfer, before it is padded; a number where a spreadsheet shall have one.

    Found once for a file, not in each of its 100,000 rows; a text that is the same in all of them is cut once.
    """
    value: Callable[[Transfer], str | int] = attrgetter(column.field) if column.field in Transfer._fields else str
    if is_number(column, layout=layout.file):
        return value
    match column.field:
        case "constant":
            return lambda _: column.text
        case "blank":
            return lambda _: ""
        case "printed_text":
            shown = cache(lambda text: printed(text, layout=layout))
            return lambda transfer: shown(transfer.printed_text)
        case "holder":
            return lambda transfer: clean(transfer.holder)
        case "bank_name" | "memo":
            cleaned = cache(clean)
            return lambda transfer: cleaned(str(value(transfer)))
        case "amount_won" | "sequence":
            return lambda transfer: str(value(transfer))
    return value


def fixed(text: str, column: Column, *, encoding: str) -> bytes:
    """The cell in its fixed width of bytes. Names are cut between characters. Raises CellDoesNotFit."""
    content = encoded(text, encoding)
    if len(content) > column.width:
        if column.field in _EXACT:
            raise CellDoesNotFit(column.field)
        content = encoded(_cut_bytes(text, column.width, encoding), encoding)
    if column.pad == "spaces_after":
        return content.ljust(column.width)
    return content.rjust(column.width, b"0" if column.pad == "zeros_before" else b" ")


def encoded(text: str, encoding: str) -> bytes:
    """The text in a file's encoding; what the encoding does not have is a question mark."""
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        content = b""
    else:
        if encoding != "euc_kr" or _FILLER not in content:
            return content
    return b"".join(_byte_form(character, encoding) for character in text)


def is_number(column: Column, *, layout: FileLayout) -> bool:
    """Whether the cell of a spreadsheet is a number; else it is text, so that no leading zero is lost."""
    is_whole = column.field == "sequence" or (column.field == "amount_won" and layout.amount_as_number)
    return layout.kind == "xlsx" and is_whole


def losses_of(transfer: Transfer, *, layout: BankLayout) -> Iterator[CellLoss]:
    """What this payout would lose in the file, apart from the printed text, which is the same in every row."""
    for column in layout.file.columns:
        if column.field == "holder":
            yield from _text_losses(column, transfer.holder, layout.file)
        elif column.field in _EXACT and column.width and len(str(getattr(transfer, column.field))) > column.width:
            yield CellLoss(column.field, "cut", is_fatal=True)


def printed_losses(text: str, *, layout: BankLayout) -> Iterator[CellLoss]:
    """What the text for the statement would lose in every row of the file."""
    if "printed_text" not in [column.field for column in layout.file.columns]:
        return
    if clean(text) != text:
        yield CellLoss("printed_text", "characters", is_fatal=False)
    if printed(text, layout=layout) != clean(text):
        yield CellLoss("printed_text", "cut", is_fatal=False)
    if not _can_hold(text, layout.file.encoding):
        yield CellLoss("printed_text", "encoding", is_fatal=False)


def _text_losses(column: Column, text: str, layout: FileLayout) -> Iterator[CellLoss]:
    if clean(text) != text:
        yield CellLoss(column.field, "characters", is_fatal=False)
    if not _can_hold(text, layout.encoding):
        yield CellLoss(column.field, "encoding", is_fatal=False)
    if column.width and len(encoded(clean(text), layout.encoding)) > column.width:
        yield CellLoss(column.field, "cut", is_fatal=False)


def _can_hold(text: str, encoding: str) -> bool:
    """A spreadsheet (no encoding) holds every character."""
    return not encoding or all(_byte_form(character, encoding) != b"?" or character == "?" for character in set(text))


def _byte_form(character: str, encoding: str) -> bytes:
    content = character.encode(encoding.removesuffix("-sig"), errors="replace")
    return b"?" if encoding == "euc_kr" and _FILLER in content else content


def _cut_bytes(text: str, width: int, encoding: str) -> str:
    kept, size = [], 0
    for character in text[: limits.NAME_LENGTH_MAX]:
        size += len(_byte_form(character, encoding))
        if size > width:
            break
        kept.append(character)
    return "".join(kept).rstrip()
