"""Bank profiles, the files of a batch, who had them, and the results that were read."""

import tomllib
from pathlib import Path
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from claims.models import BankFile, BankFileDownload, BankProfile, PayoutBatch, ResultFile, ResultUpload
from claims.selectors.bank_returns import return_reasons
from compensation.policy.bank_profiles import BankLayout, parse_profile
from compensation.programmes.models import Programme

UPLOADS_SHOWN = 20
SHIPPED = Path(__file__).parent.parent.parent / "data" / "bank_profiles"


def shipped_profiles() -> list[dict[str, Any]]:
    """The documents of the profiles that come with the product."""
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.toml"))]


def read_layout(*, document: dict[str, Any]) -> BankLayout:
    """The layout of a document. Raises ProfileFaults."""
    return parse_profile(document, reasons=return_reasons())


def layout_of(profile: BankProfile) -> BankLayout:
    """The layout of a stored profile, which was read once before it was stored."""
    return read_layout(document=profile.layout)


def current_profiles(programme: Programme) -> QuerySet[BankProfile]:
    """The newest version of every profile: what a new batch can be made with."""
    rows = BankProfile.objects.filter(programme=programme).select_related("made_by", "checked_by")
    return rows.order_by("code", "-version").distinct("code")


def versions_of(*, programme: Programme, code: str) -> QuerySet[BankProfile]:
    """All versions of a profile, newest first."""
    rows = BankProfile.objects.filter(programme=programme, code=code).select_related("made_by", "checked_by")
    return rows.order_by("-version")


def files_of(*, batch: PayoutBatch) -> QuerySet[BankFile]:
    """The files of a batch, in order."""
    return BankFile.objects.filter(batch=batch).order_by("number")


def downloads_of(*, batch: PayoutBatch) -> QuerySet[BankFileDownload]:
    """Who had which file and why, newest first."""
    return BankFileDownload.objects.filter(file__batch=batch).select_related("file", "actor").order_by("-id")


def results_of(*, batch: PayoutBatch) -> QuerySet[ResultFile]:
    """The results of a batch with their `number` from 1, newest first."""
    number = Window(expression=RowNumber(), order_by=F("id").asc())
    rows = ResultFile.objects.filter(batch=batch).select_related("read_by").defer("faults")
    return rows.annotate(number=number).order_by("-id")


def number_of(*, result: ResultFile) -> int:
    """The number of a result among those of its batch, from 1."""
    return ResultFile.objects.filter(batch=result.batch_id, pk__lte=result.pk).count()


def result_numbered(*, batch: PayoutBatch, number: int) -> ResultFile | None:
    """The result of this number, as `results_of` counts them."""
    rows = ResultFile.objects.filter(batch=batch).select_related("read_by").order_by("id")
    return next(iter(rows[number - 1 : number]), None) if 0 < number <= 10_000 else None


def uploads_of(*, batch: PayoutBatch) -> QuerySet[ResultUpload]:
    """What was sent in of a batch, newest first."""
    stored = ResultUpload.objects.filter(batch=batch, stored_at__isnull=False)
    return stored.select_related("batch__programme", "result", "sent_by").order_by("-id")


def upload_named(*, batch: PayoutBatch, reference: str) -> ResultUpload | None:
    """What was sent in under this reference, with its result."""
    return uploads_of(batch=batch).filter(reference=reference).first()


def uploads_shown(*, batch: PayoutBatch) -> list[ResultUpload]:
    """What waits to be read, and the newest that was sent in, newest first: what goes on with the bank's results."""
    newest = uploads_of(batch=batch)[:UPLOADS_SHOWN]
    return [row for place, row in enumerate(newest) if place == 0 or row.finished_at is None]
