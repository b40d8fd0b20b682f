"""Making the bank's files from the shell, with a bar on stderr."""

from django.utils import timezone
from tqdm import tqdm

from claims.models import PayoutBatch
from claims.selectors.bank_files import files_of
from claims.services.bank_files.writing import write_next_file
from claims.services.payouts.releasing import finish_release


def write_files(batch: PayoutBatch, *, is_quiet: bool) -> None:
    """Makes the files of a released batch that are missing, here and now; what a worker makes meanwhile is left to it.

    Raises what `write_next_file` raises.
    """
    written = sum(file.rows for file in files_of(batch=batch))
    with tqdm(
        desc="bank files",
        total=batch.payouts_count,
        initial=written,
        unit=" rows",
        unit_scale=True,
        leave=False,
        disable=is_quiet,
    ) as bar:
        while write_next_file(batch.pk, timezone.now(), on_rows=bar.update):
            pass
    finish_release(batch=batch, at=timezone.now())
