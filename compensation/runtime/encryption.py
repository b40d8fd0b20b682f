"""Text fields encrypted at rest (AES-256-GCM) and blind indexes to find them again.

A stored value reads `<key id>:<base64 of nonce + ciphertext>`. The table and column are authenticated with it, so that
a value copied into another column does not decrypt. New values use the key with the highest id; older keys only read.
"""

import base64
import binascii
import hashlib
import hmac
import os
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

NONCE_BYTES = 12


class DecryptionFailed(Exception):
    """The stored value was not written by a key we hold, or was moved from another column."""


@cache
def _cipher(key_id: str) -> AESGCM:
    return AESGCM(base64.urlsafe_b64decode(settings.ENCRYPTION_KEYS[key_id]))


@cache
def _current_key_id() -> str:
    return max(settings.ENCRYPTION_KEYS, key=int)


@cache
def _index_key() -> bytes:
    return derived_secret("blind index")


@cache
def derived_secret(purpose: str) -> bytes:
    """32 bytes that only this installation can make, the same as long as its oldest key is kept."""
    oldest = min(settings.ENCRYPTION_KEYS, key=int)
    return hmac.digest(base64.urlsafe_b64decode(settings.ENCRYPTION_KEYS[oldest]), purpose.encode(), "sha256")


def encrypt(text: str, *, context: str) -> str:
    """Encrypts `text`; `context` ("table.column") must be given again to decrypt."""
    key_id = _current_key_id()
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key_id).encrypt(nonce, text.encode(), context.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, context: str) -> str:
    """The text of a stored value. Raises DecryptionFailed."""
    key_id, _, payload = stored.partition(":")
    try:
        raw = binascii.a2b_base64(payload)
        return _cipher(key_id).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise DecryptionFailed(context) from error


def blind_index(text: str, *, context: str) -> str:
    """32 hex characters that are the same for the same text and column, and tell nothing without the key."""
    return hmac.digest(_index_key(), f"{context}\0{text}".encode(), hashlib.sha256).hex()[:32]


class EncryptedTextField(models.TextField):
    """A TextField that is encrypted on its way to the database. Empty stays empty."""

    @property
    def context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text, context=self.context) if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value, context=self.context) if value else value
