"""Whom a file of a delivery is about, as SQL, and what its other columns say of each chunk."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from compensation.policy.seoul import SEOUL
from users.models import GrantChunk, HandoverFile, HandoverKind
from users.selectors.handover import item_valid_until

MEMBER = "member_number"
REVOKED_AT, REASON, ITEM = "revoked_at", "reason", "item"
GRANTED_AT, PACKAGE = "granted_at", "package"
UNTIL = "valid_until:"  # then the item's code: a column for each item of the package

# The bounds are repeated on the table, so that no file reads the whole of it.
_ROWS = """
    SELECT had.member_id, had.{chunk} FROM {table} had
     WHERE had.package_id = %(package)s AND had.member_id >= %(lower)s AND had.member_id < %(upper)s
       AND had.{chunk} = ANY(%(chunks)s) {again}
     ORDER BY had.member_id
"""
_AGAIN = """
       AND EXISTS (SELECT FROM users_handoverrefusal refusal JOIN users_handoverfile file ON file.id = refusal.file_id
                    WHERE refusal.sent_again_id = %(delivery)s AND refusal.member_id = had.member_id
                      AND refusal.member_id >= %(lower)s AND refusal.member_id < %(upper)s
                      AND file.item_id IS NOT DISTINCT FROM %(item)s)
"""
_RECALLED = """
    SELECT count(*) FROM users_recalledgrant had
     WHERE had.package_id = %(package)s AND had.member_id >= %(lower)s AND had.member_id < %(upper)s
       AND had.chunk_id = ANY(%(chunks)s) {again}
"""


def rows_sql(*, file: HandoverFile) -> str:
    """A query of member number and chunk, by number, with its values in it: COPY takes no parameters."""
    is_recall = file.delivery.kind == HandoverKind.RECALLED
    return _filled(
        _ROWS.format(
            table="users_recalledgrant" if is_recall else "users_grant",
            chunk="recall_chunk_id" if is_recall else "chunk_id",
            again=_again(file),
        ),
        file,
    )


def recalled_of(*, file: HandoverFile) -> int:
    """How many of the file's members had their grants recalled, as of now."""
    with connection.cursor() as cursor:
        cursor.execute(_filled(_RECALLED.format(again=_again(file)), file))
        return int(cursor.fetchone()[0])


def _again(file: HandoverFile) -> str:
    return _AGAIN if file.delivery.again_of_id else ""


def _filled(statement: str, file: HandoverFile) -> str:
    values = {
        "package": file.delivery.job.package_id,
        "lower": file.lower_id,
        "upper": file.upper_id,
        "chunks": file.chunks,
        "delivery": file.delivery_id,
        "item": file.item_id,
    }
    with connection.cursor() as cursor:
        return str(cursor.mogrify(statement, values).decode())


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands beside a member's number: `names`, and for each chunk (by id) the value of each of them."""

    names: tuple[str, ...]
    by_chunk: dict[int, tuple[Any, ...]]


def columns_of(*, file: HandoverFile) -> Columns:
    """Texts, and aware times in Seoul or None."""
    delivery = file.delivery
    package, chunks = delivery.job.package, GrantChunk.objects.in_bulk(file.chunks)
    if delivery.kind == HandoverKind.GRANTS:
        items = list(package.items.order_by("pk"))
        names = (PACKAGE, GRANTED_AT, *(f"{UNTIL}{item.code}" for item in items))
        return Columns(
            names,
            {
                pk: (package.code, _moment(chunk.finished_at), *(_until(item, chunk) for item in items))
                for pk, chunk in chunks.items()
            },
        )
    names = (PACKAGE, ITEM, REVOKED_AT, REASON)
    if delivery.kind == HandoverKind.RECALLED:
        return Columns(
            names, {pk: (package.code, None, _moment(chunk.finished_at), delivery.kind) for pk, chunk in chunks.items()}
        )
    item = file.item
    ended = {pk: (package.code, item.code if item else None, _until(item, chunk)) for pk, chunk in chunks.items()}
    return Columns(names, {pk: (*values, delivery.kind) for pk, values in ended.items()})


def _until(item: Any, chunk: GrantChunk) -> Any:
    return _moment(item_valid_until(item=item, granted_at=chunk.finished_at))


def _moment(at: Any) -> Any:
    return at.astimezone(SEOUL) if at else None
