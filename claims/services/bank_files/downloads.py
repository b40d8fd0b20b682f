"""Giving out a bank file: to somebody who says why, and it is written down before the first byte leaves."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.db import transaction

from claims.models import BankFile, BankFileDownload
from claims.services.bank_files import store
from claims.services.payouts.batch_rows import note_event
from compensation import limits
from compensation.policy.transitions import PayoutBatchState
from compensation.values.refused import ValueRefused
from users.models import User


class DownloadRefused(ValueRefused):
    """The file is not given out."""


def download(*, file: BankFile, reason: str, actor: User, at: datetime) -> Iterator[bytes]:
    """The plain file in pieces, once the download is noted.

    Only of a batch whose files are all made: half a batch at the bank is what nobody can follow up. Raises
    DownloadRefused; FileNotFoundError and DecryptionFailed where the stored file is gone or was touched.
    """
    said = " ".join(reason.split())
    if not 0 < len(said) <= limits.PAYOUT_REASON_LENGTH_MAX or not said.isprintable():
        most = limits.PAYOUT_REASON_LENGTH_MAX
        raise DownloadRefused(
            "reason_missing",
            f"내려받는 이유를 {most}자 이하로 적어 주세요.",
            f"Please say in at most {most} characters why you need the file.",
        )
    if file.batch.state not in (PayoutBatchState.RELEASED, PayoutBatchState.CLOSED):
        raise DownloadRefused(
            "files_not_made",
            "이체 파일을 아직 다 만들지 못했습니다. 잠시 뒤 다시 해 주세요.",
            "The files are not all made yet. Please try again in a moment.",
        )
    if not file.storage_name:
        raise DownloadRefused(
            "file_destroyed",
            "보관 기간이 지나 파일의 내용은 폐기했습니다. 건수, 합계, 확인값만 남아 있습니다.",
            "The file was destroyed when its time was over. Its count, sum and hash are kept.",
        )
    pieces = store.plain_pieces(file.storage_name)
    first = next(pieces)  # opens the file: what cannot be read is not noted as had
    _note(file, said, actor, at)
    return chain((first,), pieces)


@transaction.atomic
def _note(file: BankFile, reason: str, actor: User, at: datetime) -> None:
    BankFileDownload.objects.create(file=file, actor=actor, reason=reason, at=at)
    note_event(file.batch, "file_downloaded", actor, at, reason, file=file.number, rows=file.rows)
