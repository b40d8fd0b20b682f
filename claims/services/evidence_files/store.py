"""Where the files are kept: the storage `evidence`, by names drawn at random.

A file is stored before the row that names it is written; what a transaction that never committed left behind has no
row, cannot be reached, and is removed by the sweeper.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import transaction

SHARDS = tuple(f"{number:02x}" for number in range(256))  # folders, so that none holds too many files
_KEY_BYTES = 16


def evidence_storage() -> Storage:
    return storages["evidence"]


def keep_file(*, path: Path) -> str:
    """Stores a copy of the file; the key under which it is found."""
    with path.open("rb") as file:
        return _keep(File(file))


def keep_bytes(*, content: bytes) -> str:
    """Stores the bytes; the key under which they are found."""
    return _keep(ContentFile(content))


def open_kept(*, key: str) -> BinaryIO:
    """The stored file, to be read and closed. Raises FileNotFoundError."""
    return cast("BinaryIO", evidence_storage().open(key, "rb"))


def drop(*, keys: list[str]) -> None:
    """Removes the files; those that are gone already are no error."""
    for key in keys:
        evidence_storage().delete(key)


def drop_after_commit(*, keys: list[str]) -> None:
    """Removes the files once the rows that named them are gone for good. A lost call is made good by the sweeper."""
    transaction.on_commit(lambda: drop(keys=keys), robust=True)


def kept_before(*, shard: str, moment: datetime) -> Iterator[str]:
    """The keys of the files of one shard that were stored before `moment`, also of those left half-written."""
    storage = evidence_storage()
    try:
        _, names = storage.listdir(shard)
    except FileNotFoundError:
        return
    for name in names:
        key = f"{shard}/{name}"
        if storage.get_modified_time(key) < moment:
            yield key


def _keep(file: File) -> str:
    name = secrets.token_hex(_KEY_BYTES)
    return evidence_storage().save(f"{name[:2]}/{name}", file)
