"""What is kept of bank files how long (compensation/limits.py): the nightly clean-up asks these.

The books themselves (ledger, payouts, the rows with hash, rows and sums) are never destroyed. A file for the bank is a
list of accounts that says nothing beyond them, so it goes once nobody can ask for it (ours). A result that was applied
is a voucher of the bank: five years from the day when the taxes of its year are due (Framework Act on National Taxes,
art. 85-3; vouchers by the Commercial Act, art. 33: five years). A refused one proves nothing, and goes as our files do.
A batch that is not closed keeps everything: its bank has not answered yet.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from claims.models import BankFile, ResultUpload
from claims.services.bank_files import store
from compensation import limits
from compensation.runtime.retention import Expiring

FILE_KEPT = timedelta(days=limits.BANK_FILE_KEPT_DAYS)
RESULT_KEPT = timedelta(days=limits.RESULT_KEPT_DAYS)
UNSTORED_KEPT = timedelta(seconds=limits.ORPHAN_SECONDS)


def _files(at: datetime) -> QuerySet[BankFile]:
    return BankFile.objects.filter(batch__closed_at__lte=at - FILE_KEPT).exclude(storage_name="")


def _results(at: datetime) -> QuerySet[ResultUpload]:
    read = ResultUpload.objects.filter(finished_at__isnull=False).exclude(storage_name="")
    applied = Q(result__is_accepted=True)
    return read.filter(
        Q(applied, batch__closed_at__lte=at - RESULT_KEPT) | Q(~applied, batch__closed_at__lte=at - FILE_KEPT)
    )


def _unstored(at: datetime) -> QuerySet[ResultUpload]:
    """Whose file never came: a full disk, a process that died while it was written."""
    return ResultUpload.objects.filter(stored_at=None, sent_at__lte=at - UNSTORED_KEPT)


# Files go before their rows say so: whatever dies in between, the next night finds the row and does the rest.


def _empty_files(rows: QuerySet[BankFile]) -> Mapping[str, int]:
    store.drop(names=list(rows.values_list("storage_name", flat=True)))
    return {BANK_FILES.code: rows.update(storage_name="")}


def _empty_results(rows: QuerySet[ResultUpload]) -> Mapping[str, int]:
    store.drop(names=list(rows.values_list("storage_name", flat=True)))
    return {RESULTS.code: rows.update(storage_name="")}


def _drop_unstored(rows: QuerySet[ResultUpload]) -> Mapping[str, int]:
    store.drop(names=list(rows.values_list("storage_name", flat=True)))
    return {UNSTORED.code: rows.delete()[0]}


BANK_FILES = Expiring("bank_files", _files, _empty_files)
RESULTS = Expiring("bank_results", _results, _empty_results)
UNSTORED = Expiring("bank_results_unstored", _unstored, _drop_unstored)
EXPIRING = (BANK_FILES, RESULTS, UNSTORED)
