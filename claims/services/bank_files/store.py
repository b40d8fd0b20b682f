"""Where bank files and results are kept: the storage `bank_files`, sealed, by names of which each has a row."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.files.storage import Storage, storages

from claims.models import PayoutBatch
from compensation.runtime.sealed_files import CHUNK_BYTES, SealedContent, unseal
from compensation.runtime.storage import DurableFileSystemStorage


def bank_file_storage() -> Storage:
    return storages["bank_files"]


def keep(*, batch: PayoutBatch, number: int, pieces: Iterable[bytes]) -> str:
    """Stores a file from its plain pieces; the name under which it is kept. Raises OSError, and what `pieces` raises.

    To be called with the batch held and no row for this number: what has the name already was left by a worker that
    died before it could commit.
    """
    name = f"{batch.reference[:2]}/{batch.reference}-{number}"
    drop(names=[name])
    return bank_file_storage().save(name, SealedContent(pieces, context=name))  # type: ignore[arg-type]


def name_of_result(*, reference: str) -> str:
    """The name for the result file that was sent in under this reference."""
    return f"{reference[:2]}/result-{reference}"


def keep_result(*, name: str, path: Path) -> None:
    """Stores the file at `path` under a name that a row has. Raises OSError."""
    with path.open("rb") as file:
        pieces = iter(lambda: file.read(CHUNK_BYTES), b"")
        bank_file_storage().save(name, SealedContent(pieces, context=name))  # type: ignore[arg-type]


def plain_pieces(name: str) -> Iterator[bytes]:
    """The file as the bank gets it or sent it, in pieces. Raises FileNotFoundError, DecryptionFailed."""
    with bank_file_storage().open(name, "rb") as stored:
        yield from unseal(stored, context=name)  # type: ignore[arg-type]


def drop(*, names: Iterable[str]) -> None:
    """Removes the files, and what a process left that died while it wrote them; those that are gone are no error."""
    for name in names:
        bank_file_storage().delete(name)
        bank_file_storage().delete(name + DurableFileSystemStorage.PART)
