"""Batches with the bank in tests: released, their files made, and the results that the stand-in bank answers."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from claims.models import BankFile, BankProfile, Payout, PayoutBatch, ResultFile
from claims.selectors.bank_files import layout_of
from claims.selectors.payouts import list_of
from claims.services.bank_files import store
from claims.services.bank_files.profiles import ensure_profiles
from claims.services.bank_files.reading import read_result
from claims.services.bank_files.writing import write_next_file
from claims.services.payouts.batches import fill_next, freeze_batch, make_batch
from claims.services.payouts.releasing import approve_batch, finish_release, release_batch
from compensation.policy.bank_profiles import BankLayout
from compensation.programmes.models import Programme, Role
from tests.cast import NOW, person
from tests.claims.bank_standin import answer_to, orders_of, result_file
from tests.claims.payout_cast import TODAY, approvers
from users.models import User


@pytest.fixture
def bank_folder(settings: object, tmp_path: Path) -> Path:
    """The folder in which this test's bank files are kept."""
    folder = tmp_path / "kept" / "bank_files"
    durable = "compensation.runtime.storage.DurableFileSystemStorage"
    files = {"BACKEND": durable, "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = django_settings.STORAGES | {"bank_files": files}
    return folder


def profile_named(programme: Programme, code: str) -> BankProfile:
    ensure_profiles(programme, NOW)
    return BankProfile.objects.filter(programme=programme, code=code).latest("version")


def releasing(programme: Programme, maker: User, code: str = "csv-bulk") -> PayoutBatch:
    """A batch of everything that may be paid, with its files still to be made."""
    profile = profile_named(programme, code)
    batch = make_batch(programme=programme, profile=profile, pay_on=TODAY, actor=maker, at=NOW)
    while fill_next(batch=batch, at=NOW):
        pass
    batch.refresh_from_db()
    batch = freeze_batch(batch=batch, digest=list_of(batch=batch).digest, actor=maker, at=NOW)
    for approver in _people(programme, batch.approvals_needed):
        approve_batch(batch=batch, digest=batch.digest, actor=approver, at=NOW)
    return release_batch(batch=batch, actor=maker, at=NOW)


def _people(programme: Programme, count: int) -> list[User]:
    """As many as have to approve; a large sum needs a third."""
    third = User.objects.filter(username="third").first() if count > 2 else None
    return [*approvers(programme), *([third or person("third", programme, Role.OPS)] if count > 2 else [])]


def with_bank(programme: Programme, maker: User, code: str = "csv-bulk") -> PayoutBatch:
    """A batch whose files are made: the bank has them."""
    batch = releasing(programme, maker, code)
    while write_next_file(batch.pk, NOW):
        pass
    assert finish_release(batch=batch, at=NOW)
    batch.refresh_from_db()
    return batch


def layout(batch: PayoutBatch) -> BankLayout:
    return layout_of(batch.profile)


def content_of(file: BankFile) -> bytes:
    return b"".join(store.plain_pieces(file.storage_name))


def answers(
    batch: PayoutBatch,
    *,
    day: date = TODAY,
    returned: Mapping[str, Mapping[str, str]] | None = None,
    unknown: Sequence[str] = (),
) -> list[dict[str, str]]:
    """What the bank says of the whole batch."""
    orders = [order for file in batch.files.all() for order in orders_of(content_of(file), layout(batch))]
    return answer_to(orders, layout(batch), day=day, returned=returned, unknown=unknown)


def references(batch: PayoutBatch) -> list[str]:
    return list(Payout.objects.filter(batch=batch).order_by("id").values_list("reference", flat=True))


def read(
    batch: PayoutBatch, folder: Path, lines: Sequence[Mapping[str, str]] | bytes, *, actor: User, at=NOW
) -> ResultFile:
    """The lines (or the bytes of a file) are read as a result."""
    content = lines if isinstance(lines, bytes) else result_file(lines, layout(batch).result)
    path = folder / "result"
    path.write_bytes(content)
    return read_result(batch=batch, upload=path, name="결과.csv", actor=actor, at=at)
