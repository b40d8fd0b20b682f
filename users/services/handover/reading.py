"""Files that were written, read back: pages of their rows, and who is in them. What was sent is what is in the file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.core.files.storage import storages
from django.db.models import Q

from compensation.policy.transitions import HandoverFileState
from compensation.runtime.cursors import open_position, seal_position
from users.models import HandoverFile, Partner
from users.selectors.handover_rows import MEMBER, UNTIL
from users.services.handover.writing import STORAGE

_CURSOR = "handover cursor"


class FileDamaged(Exception):
    """It is gone from the disk, or holds something else than what was written."""


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """One member of a file. `valid_until` (of grants) is by item; `item` is what a revocation is of, None for all."""

    member: int
    package: str
    granted_at: datetime | None
    valid_until: dict[str, datetime | None]
    revoked_at: datetime | None
    reason: str | None
    item: str | None


@dataclass(frozen=True, slots=True)
class HandoverPage:
    """Rows of one file, from `first_row` (0 is the first) on. Without a file: nothing has come since.

    `next_cursor` leads on, also from the last page, to what is written later.
    """

    file: HandoverFile | None
    first_row: int
    rows: Sequence[HandoverRow]
    next_cursor: str


def page_after(*, partner: Partner, cursor: str, limit: int) -> HandoverPage:
    """The rows that follow the cursor ('' for the start), of one file, at most `limit`.

    In the order of deliveries and files, and only up to the first file that is not written yet: what is written later
    never comes before what was read. Files that were destroyed (the partner answered for all of their rows) are passed
    over. Three queries. Raises CursorUnknown, FileDamaged.
    """
    delivery, number, row = open_position(cursor, of=_CURSOR) if cursor else (0, 0, 0)
    file = _file_at(partner, delivery, number, row)
    if file is None or file.state != HandoverFileState.WRITTEN:
        return HandoverPage(None, 0, (), seal_position([delivery, number, row], of=_CURSOR))
    if (file.delivery.number, file.number) != (delivery, number):
        row = 0
    rows = rows_of(file=file, first_row=row, rows=limit)
    after = [file.delivery.number, file.number, row + len(rows)]
    return HandoverPage(file, row, rows, seal_position(after, of=_CURSOR))


def _file_at(partner: Partner, delivery: int, number: int, row: int) -> HandoverFile | None:
    """The file that the next row stands in; the next one that is not empty if this one was read."""
    files = HandoverFile.objects.filter(delivery__partner=partner, destroyed_at=None)
    same = Q(delivery__number=delivery, number=number, rows__gt=row)
    later = Q(delivery__number=delivery, number__gt=number) | Q(delivery__number__gt=delivery)
    following = files.filter(same | later).exclude(state=HandoverFileState.WRITTEN, rows=0)
    return following.select_related("delivery").order_by("delivery__number", "number").first()


def rows_of(*, file: HandoverFile, first_row: int, rows: int) -> list[HandoverRow]:
    """Some rows of a written file. Raises FileDamaged."""
    from users.services.handover import formats

    return [_row(values) for values in formats.slice_of(_table(file), first_row=first_row, rows=rows)]


def _row(values: dict[str, Any]) -> HandoverRow:
    return HandoverRow(
        member=values[MEMBER],
        package=values["package"],
        granted_at=values.get("granted_at"),
        valid_until={name.removeprefix(UNTIL): at for name, at in values.items() if name.startswith(UNTIL)},
        revoked_at=values.get("revoked_at"),
        reason=values.get("reason"),
        item=values.get("item"),
    )


def places_in(*, file: HandoverFile, members: list[int]) -> list[int | None]:
    """At which row of a written file each member stands; None for one who is not in it. Raises FileDamaged."""
    from users.services.handover import formats

    return formats.places_of(_table(file), members)


def _table(file: HandoverFile) -> Any:
    from users.services.handover import formats

    with open_file(file=file) as opened:
        content = opened.read()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise FileDamaged(file.name)
    return formats.read(content, format_=file.delivery.format)


def open_file(*, file: HandoverFile) -> File:
    """The content of a written file. Raises FileDamaged."""
    try:
        return storages[STORAGE].open(file.name)
    except OSError as error:
        raise FileDamaged(file.name) from error
