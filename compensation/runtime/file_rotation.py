"""Sealing anew the kept files that an older key sealed; the files' side of `key_rotation`.

File by file: the new one is written beside the old, the row that names it is switched, and then the old one goes. The
new name follows from the old one and the key, so that whatever dies in between leaves nothing that a repetition does
not replace or remove: before the switch the row still names the old file, after it the old file is left over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.apps import apps
from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models, transaction

from compensation.runtime.encryption import DecryptionFailed
from compensation.runtime.sealed_files import SealedContent, SealedFileName, key_id_of, newest_key_id, unseal
from compensation.runtime.storage import DurableFileSystemStorage

_BY_KEY = re.compile(r"\.k(\d+)$")


@dataclass(frozen=True, slots=True)
class SealedFiles:
    """The rows of a model that name sealed files, and the column with the name."""

    model: type[models.Model]
    field: SealedFileName

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.field.column}"

    @property
    def storage(self) -> Storage:
        return storages[self.field.kept_in]


def sealed_files() -> list[SealedFiles]:
    """Every kind of sealed file of the installation."""
    return [
        SealedFiles(model, field)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedFileName)
    ]


def keys_to_rotate(*, files: SealedFiles) -> Iterator[int]:
    """The rows whose file is not sealed by the newest key, cannot be found, or left an older one behind. Opens every
    file."""
    rows = files.model._default_manager.exclude(**{files.field.name: ""}).order_by("pk")
    for key, name in rows.values_list("pk", files.field.name).iterator():
        if _key_id(files.storage, name) != newest_key_id() or any(map(files.storage.exists, _earlier(name))):
            yield key


def rotate_file(*, files: SealedFiles, key: int) -> bool:
    """Seals the file of this row anew; False where it is gone, or sealed so already. Raises what the storage raises,
    FileNotFoundError for a file that is not there, and DecryptionFailed for one that was touched."""
    with transaction.atomic():
        rows = files.model._default_manager.select_for_update(of=("self",), no_key=True)
        name = rows.filter(pk=key).values_list(files.field.name, flat=True).first()
        if not name:
            return False
        if _key_id(files.storage, name) == newest_key_id():
            _remove_earlier(files.storage, name)
            return False
        anew = f"{_BY_KEY.sub('', name)}.k{newest_key_id()}"
        _seal_anew(files.storage, name, anew)
        files.model._default_manager.filter(pk=key).update(**{files.field.name: anew})
    _remove_earlier(files.storage, anew)
    return True


def _seal_anew(storage: Storage, name: str, anew: str) -> None:
    for left_over in (anew, anew + DurableFileSystemStorage.PART):
        storage.delete(left_over)
    with storage.open(name, "rb") as old:
        pieces = unseal(cast("BinaryIO", old), context=name)
        storage.save(anew, SealedContent(pieces, context=anew))  # type: ignore[arg-type]


def _earlier(name: str) -> list[str]:
    """What the file was called at first, and by the other keys: one of these it was before this name."""
    key = _BY_KEY.search(name)
    if key is None:
        return []
    first = _BY_KEY.sub("", name)
    return [first, *(f"{first}.k{other}" for other in settings.ENCRYPTION_KEYS if other != key[1])]


def _remove_earlier(storage: Storage, name: str) -> None:
    for earlier in _earlier(name):
        storage.delete(earlier)


def _key_id(storage: Storage, name: str) -> str:
    """Blank where there is no such file, or none that we sealed: then it is one that has to be looked at."""
    try:
        with storage.open(name, "rb") as file:
            return key_id_of(cast("BinaryIO", file))
    except (FileNotFoundError, DecryptionFailed):
        return ""
