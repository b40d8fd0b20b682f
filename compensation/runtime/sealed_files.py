"""Files encrypted at rest, written and read in pieces, so that no file has to fit into memory or lie open on a disk.

A file is `SEALED1`, the id of the key, a salt, and chunks of AES-256-GCM under a key derived for this file alone. A
chunk's nonce is its number and whether it is the last one: pieces that are swapped, left out or cut off do not open.
`context` (what the file is) is authenticated: a file that was put in another one's place does not open either.
"""

import base64
import hmac
import os
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from compensation.runtime.encryption import DecryptionFailed

CHUNK_BYTES = 1 << 18
_MAGIC = b"SEALED1"
_SALT_BYTES = 16
_TAG_BYTES = 16
_NUMBER_BYTES = 11


class SealedContent:
    """What a storage's `save` takes: the sealed pieces of a file, made while they are written."""

    def __init__(self, pieces: Iterable[bytes], *, context: str) -> None:
        self._pieces, self._context = pieces, context

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:  # noqa: ARG002  (as Django's File has it)
        return seal(self._pieces, context=self._context)


class SealedFileName(models.CharField):
    """The name of a sealed file in the storage `kept_in`; the file's context is this name. Blank: it was destroyed."""

    def __init__(self, *args: Any, kept_in: str = "", **kwargs: Any) -> None:
        self.kept_in = kept_in
        super().__init__(*args, **({"max_length": 200, "blank": True} | kwargs))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"kept_in": self.kept_in}


def newest_key_id() -> str:
    return max(settings.ENCRYPTION_KEYS, key=int)


def key_id_of(file: BinaryIO) -> str:
    """By which key an open sealed file is sealed; reads its head. Raises DecryptionFailed."""
    magic, length = file.read(len(_MAGIC)), file.read(1)
    if magic != _MAGIC or not length:
        raise DecryptionFailed("sealed file")
    return file.read(length[0]).decode(errors="replace")


def seal(pieces: Iterable[bytes], *, context: str) -> Iterator[bytes]:
    """The sealed file of a plain one that comes in pieces of any size; new files use the key with the highest id."""
    key_id = newest_key_id()
    salt = os.urandom(_SALT_BYTES)
    yield _MAGIC + bytes([len(key_id)]) + key_id.encode() + salt
    cipher = _cipher(key_id, salt)
    number, held = 0, bytearray()
    for piece in pieces:
        held += piece
        while len(held) > CHUNK_BYTES:  # never the last chunk: that one is marked
            yield _sealed(cipher, number, bytes(held[:CHUNK_BYTES]), context, is_last=False)
            del held[:CHUNK_BYTES]
            number += 1
    yield _sealed(cipher, number, bytes(held), context, is_last=True)


def unseal(file: BinaryIO, *, context: str) -> Iterator[bytes]:
    """The plain pieces of a sealed file, each of them authentic. Raises DecryptionFailed, also at the end."""
    cipher = _opened(file, context)
    number, chunk = 0, file.read(CHUNK_BYTES + _TAG_BYTES)
    while True:
        following = file.read(CHUNK_BYTES + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), chunk, context.encode())
        except (InvalidTag, ValueError) as error:
            raise DecryptionFailed(context) from error
        if not following:
            return
        number, chunk = number + 1, following


def _opened(file: BinaryIO, context: str) -> AESGCM:
    try:
        return _cipher(key_id_of(file), file.read(_SALT_BYTES))
    except (KeyError, DecryptionFailed) as error:
        raise DecryptionFailed(context) from error


def _cipher(key_id: str, salt: bytes) -> AESGCM:
    secret = base64.urlsafe_b64decode(settings.ENCRYPTION_KEYS[key_id])
    return AESGCM(hmac.digest(secret, b"sealed file" + salt, "sha256"))


def _sealed(cipher: AESGCM, number: int, chunk: bytes, context: str, *, is_last: bool) -> bytes:
    return cipher.encrypt(_nonce(number, is_last=is_last), chunk, context.encode())


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, "big") + bytes([is_last])
