"""Encrypting anew what was encrypted by an older key, after a newer one was added (ENCRYPTION_KEYS).

By batches, each a transaction that passes over rows that somebody holds: interrupted, or run twice, it goes on with
what is left. Histories (pghistory) hold what the tracked table held, and are encrypted as its columns. Append-only
tables are no hindrance: what a row says stays the same. The oldest key has to be kept, as blind indexes are made of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from compensation import limits
from compensation.runtime.encryption import EncryptedTextField, decrypt, encrypt


@dataclass(frozen=True, slots=True)
class EncryptedColumn:
    """A column, and the context ("table.column") by which its values are encrypted."""

    table: str
    primary_key: str
    column: str
    context: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def encrypted_columns() -> list[EncryptedColumn]:
    """Every encrypted column of the installation."""
    return list(_columns())


def left_to_rotate(*, column: EncryptedColumn) -> int:
    """How many values are not encrypted by the newest key."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_name(column.table)} WHERE {_is_old(column)}", [_pattern()])  # noqa: S608
        return int(cursor.fetchone()[0])


def rotate_next(*, column: EncryptedColumn, size: int = limits.ROTATED_PER_BATCH) -> int:
    """Encrypts the next values anew; how many, 0 when none is left that nobody holds. Raises DecryptionFailed."""
    table, key, name = _name(column.table), _name(column.primary_key), _name(column.column)
    with transaction.atomic(), connection.cursor() as cursor, pgtrigger.ignore():
        cursor.execute(
            f"SELECT {key}, {name} FROM {table} WHERE {_is_old(column)} LIMIT %s FOR UPDATE SKIP LOCKED",  # noqa: S608
            [_pattern(), size],
        )
        rows: list[tuple[Any, str]] = cursor.fetchall()
        anew = [encrypt(decrypt(value, context=column.context), context=column.context) for _, value in rows]
        cursor.execute(
            f"UPDATE {table} AS row SET {name} = said.value "  # noqa: S608
            f"FROM unnest(%s::bigint[], %s::text[]) AS said(id, value) WHERE row.{key} = said.id",
            [[identifier for identifier, _ in rows], anew],
        )
    return len(rows)


def _columns() -> Iterator[EncryptedColumn]:
    for model in apps.get_models():
        tracked: type[models.Model] | None = getattr(model, "pgh_tracked_model", None)
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                table, key = model._meta.db_table, str(model._meta.pk.column)
                own = (tracked or model)._meta.db_table
                yield EncryptedColumn(table, key, str(field.column), f"{own}.{field.column}")


def _is_old(column: EncryptedColumn) -> str:
    name = _name(column.column)
    return f"{name} <> '' AND {name} NOT LIKE %s"


def _pattern() -> str:
    return f"{max(settings.ENCRYPTION_KEYS, key=int)}:%"


def _name(name: str) -> str:
    return connection.ops.quote_name(name)
