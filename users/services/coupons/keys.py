"""The keys of coupon codes, from the settings; they are never in the database.

A new key is one more version in COUPON_KEYS: members see codes by the highest from then on, and codes by an older one
stay good as long as it is there. Taking a key away ends the codes that were made by it.
"""

import base64
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def coupon_keys() -> Mapping[int, bytes]:
    """The secrets by version. Raises ImproperlyConfigured for what is no version or no key of 32 bytes."""
    return _decoded(tuple(sorted(settings.COUPON_KEYS.items())))


@cache
def _decoded(written: tuple[tuple[str, str], ...]) -> Mapping[int, bytes]:
    try:
        keys = {int(version): base64.urlsafe_b64decode(text) for version, text in written}
    except ValueError as error:
        raise ImproperlyConfigured("COUPON_KEYS: 1=<base64>,2=<base64>") from error
    if any(version < 1 or len(key) != 32 for version, key in keys.items()):
        raise ImproperlyConfigured("COUPON_KEYS: versions count from 1, keys have 32 bytes")
    return keys
