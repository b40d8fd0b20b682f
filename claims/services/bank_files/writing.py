"""Making the bank's files of a batch that is being released, one after the other.

A file is made with the batch's row held, and stored before its row is written: a worker that dies leaves a file without
a row, which the next one replaces by the same bytes. A full disk leaves neither.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import cast

from django.db import connection, transaction
from django.db.models import Max, Sum

from claims.models import BankFile, PayoutBatch
from claims.selectors.bank_files import layout_of
from claims.services.bank_files import store
from claims.services.bank_files.formats import ROWS_AT_ONCE, file_pieces
from compensation.audit.services import because
from compensation.policy.bank_cells import Transfer
from compensation.policy.bank_profiles import BankLayout
from compensation.policy.transitions import PayoutBatchState
from compensation.runtime.encryption import EncryptedTextField, decrypt
from compensation.runtime.progress import Reporter
from compensation.values.bank_accounts import BANKS
from merchants.models import BankAccount

ENDINGS = {"xlsx": "xlsx", "csv": "csv", "txt": "txt"}
# Page by page and as plain tuples: with rows of models and their converters a file takes half as long again.
NEXT_ROWS = """
SELECT p.id, account.bank_code, account.number, account.holder, p.amount_won, p.reference
FROM claims_payout p JOIN merchants_bankaccount account ON account.id = p.account_id
WHERE p.batch_id = %(batch)s AND p.id > %(after)s ORDER BY p.id OFFSET %(first)s LIMIT %(size)s
"""


class FilesDoNotAddUp(Exception):
    """What was written is not what the batch holds: count or sum differ. Nothing of it was kept."""


@transaction.atomic
def write_next_file(batch_id: int, at: datetime, on_rows: Callable[[int], object] = lambda _: None) -> bool:
    """Makes the next missing file of a batch in the state `releasing`; whether more are missing after it.

    `on_rows` is told how many rows more were written. Harmless twice and at once: the batch is held. Raises OSError
    (a full disk), CellDoesNotFit, FilesDoNotAddUp; then nothing of the file is there, and a repetition makes it.
    """
    rows = PayoutBatch.objects.select_for_update(of=("self",), no_key=True)
    batch = rows.select_related("profile", "policy_version", "released_by").get(pk=batch_id)
    if batch.state != PayoutBatchState.RELEASING:
        return False
    made = BankFile.objects.filter(batch=batch).aggregate(last=Max("number", default=0), rows=Sum("rows", default=0))
    total = batch.payouts_count or 0
    if made["rows"] >= total:
        return False
    layout = layout_of(batch.profile)
    number, size = made["last"] + 1, min(layout.file.rows_per_file, total - made["rows"])
    with because(actor=batch.released_by or batch.made_by, reason="bank file made", batch=batch.reference):
        _write(batch, layout, number, first=made["rows"], size=size, at=at, on_rows=on_rows)
    _refuse_wrong_sums(batch, is_last=made["rows"] + size == total)
    return made["rows"] + size < total


def progress_key(batch: PayoutBatch) -> str:
    """Under which the rows that are written show on a page."""
    return f"bank-file:{batch.reference}"


def transfers_of(batch: PayoutBatch, *, first: int, size: int) -> Iterator[Transfer]:
    """`size` payouts of the batch from the `first` (from 0) on, in its order, as the bank needs them."""
    text = batch.policy_version.policy.payouts.printed_text if batch.policy_version else ""
    in_number, in_holder = map(_context, ("number", "holder"))
    for sequence, (bank, number, holder, amount_won, reference) in enumerate(_rows(batch, first, size), start=1):
        yield Transfer(
            sequence,
            bank,
            BANKS[bank].name_ko if bank in BANKS else bank,
            decrypt(number, context=in_number),
            decrypt(holder, context=in_holder),
            amount_won,
            text,
            reference,
            batch.reference,
        )


def _context(name: str) -> str:
    return cast("EncryptedTextField", BankAccount._meta.get_field(name)).context


def _rows(batch: PayoutBatch, first: int, size: int) -> Iterator[tuple[str, str, str, int, str]]:
    """Bank, number and holder (encrypted), amount and reference of each payout."""
    after, left = 0, size
    while left:
        parameters = {"batch": batch.pk, "after": after, "first": first, "size": min(left, ROWS_AT_ONCE)}
        with connection.cursor() as cursor:
            cursor.execute(NEXT_ROWS, parameters)
            rows = cursor.fetchall()
        yield from (row[1:] for row in rows)
        if len(rows) < parameters["size"]:
            return
        after, first, left = rows[-1][0], 0, left - len(rows)


class _Counted:
    """Counts the rows and hashes the bytes on their way into the file."""

    def __init__(self, reporter: Reporter, on_rows: Callable[[int], object]) -> None:
        self.rows = self.total_won = self.size_bytes = 0
        self.digest = hashlib.sha256()
        self._reporter, self._on_rows = reporter, on_rows

    def transfers(self, transfers: Iterable[Transfer]) -> Iterator[Transfer]:
        for transfer in transfers:
            self.rows += 1
            self.total_won += transfer.amount_won
            yield transfer

    def pieces(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.digest.update(piece)
            self.size_bytes += len(piece)
            more = self.rows - self._reporter.done
            self._reporter.advance(more)
            self._on_rows(more)
            yield piece


def _write(
    batch: PayoutBatch,
    layout: BankLayout,
    number: int,
    *,
    first: int,
    size: int,
    at: datetime,
    on_rows: Callable[[int], object],
) -> None:
    counted = _Counted(Reporter(progress_key(batch), total=size), on_rows)
    transfers = counted.transfers(transfers_of(batch, first=first, size=size))
    pieces = counted.pieces(file_pieces(layout=layout, transfers=transfers))
    name = store.keep(batch=batch, number=number, pieces=pieces)
    if counted.rows != size:
        raise FilesDoNotAddUp(f"{batch.reference}: {counted.rows} rows instead of {size}")
    BankFile.objects.create(
        batch=batch,
        number=number,
        name=f"{batch.reference}-{number}.{ENDINGS[layout.file.kind]}",
        storage_name=name,
        sha256=counted.digest.hexdigest(),
        size_bytes=counted.size_bytes,
        rows=counted.rows,
        total_won=counted.total_won,
        made_at=at,
    )


def _refuse_wrong_sums(batch: PayoutBatch, *, is_last: bool) -> None:
    """All files together hold exactly the frozen list."""
    sums = BankFile.objects.filter(batch=batch).aggregate(rows=Sum("rows"), won=Sum("total_won"))
    is_right = (sums["rows"], sums["won"]) == (batch.payouts_count, batch.total_won)
    if is_last and not is_right:
        raise FilesDoNotAddUp(f"{batch.reference}: {sums} instead of {batch.payouts_count}, {batch.total_won}")
