"""What the other side says of what it was handed over: of a file, or of some of its rows, all but some accepted.

A receipt is taken whole or not at all: one that names a member who is not there is refused, with every faulty row.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from compensation import limits
from compensation.policy.transitions import HandoverFileState
from compensation.values.member_numbers import parse_member_number
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text
from users.models import HandoverFile, HandoverReceipt, HandoverRefusal, PartnerToken
from users.services.handover.reading import places_in

# It begins with a letter or digit: in a spreadsheet it is no formula.
_REASON = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{limits.HANDOVER_REASON_LENGTH_MAX - 1}}}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A member and the other side's reason, as sent: row `place` (from 0) of its list."""

    place: int
    member: object
    reason: object


@dataclass(frozen=True, slots=True)
class ReceiptFault:
    """What is wrong with `part` (member, reason) of a row of the list."""

    place: int
    part: str
    code: str
    message_ko: str
    message_en: str


class ReceiptHasFaults(Exception):
    """Nothing of it was taken. The first HANDOVER_FAULTS_TOLD of `count` faults."""

    def __init__(self, faults: Sequence[ReceiptFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.count = len(faults)
        self.faults = faults[: limits.HANDOVER_FAULTS_TOLD]


class RowsOutOfFile(ValueRefused):
    """Rows that the file does not have."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            "rows_out_of_file",
            f"파일의 행({rows:,}개)을 벗어났습니다. first_row와 rows를 확인해 주세요.",
            f"The file has {rows:,} rows. Please look at first_row and rows.",
        )


class ReceiptOverlaps(ValueRefused):
    """Of some of these rows there is another receipt. What was said stays."""

    def __init__(self) -> None:
        super().__init__(
            "receipt_overlaps",
            "이 행들 가운데 이미 다른 결과를 받은 행이 있습니다. 받은 결과는 바뀌지 않습니다.",
            "For some of these rows there is another receipt already, which stays as it is.",
        )


class FileNotWritten(ValueRefused):
    def __init__(self) -> None:
        super().__init__("file_not_written", "아직 작성되지 않은 파일입니다.", "This file is not written yet.")


class FileDestroyed(ValueRefused):
    """All its rows were answered for, long ago."""

    def __init__(self) -> None:
        super().__init__(
            "file_destroyed",
            "모든 행의 결과를 받은 뒤 보관 기간이 지나 지운 파일입니다.",
            "This file was destroyed: all of its rows were answered for, and its time is over.",
        )


@transaction.atomic
def take_receipt(
    *,
    file: HandoverFile,
    token: PartnerToken,
    refused: Sequence[Refused],
    at: datetime,
    first_row: int = 0,
    rows: int | None = None,
) -> HandoverReceipt:
    """Of `rows` rows from `first_row` on (None: to the end) those in `refused` were not accepted, all others were.

    The same again is the same receipt. Raises FileNotWritten, FileDestroyed, RowsOutOfFile, ReceiptOverlaps,
    ReceiptHasFaults, FileDamaged.
    """
    held = HandoverFile.objects.select_related("delivery").select_for_update(of=("self",)).get(pk=file.pk)
    if held.state != HandoverFileState.WRITTEN:
        raise FileNotWritten
    if held.destroyed_at:
        raise FileDestroyed
    count = held.rows - first_row if rows is None else rows
    if first_row < 0 or count < 1 or first_row + count > held.rows:
        raise RowsOutOfFile(held.rows)
    members = _members(held, refused, first_row, first_row + count)
    digest = _digest(members)
    if known := _known(held, first_row, count, digest):
        return known
    receipt = HandoverReceipt.objects.create(
        file=held,
        token=token,
        first_row=first_row,
        rows=count,
        accepted=count - len(members),
        refused=len(members),
        digest=digest,
        received_at=at,
    )
    HandoverRefusal.objects.bulk_create(
        [
            HandoverRefusal(file=held, member_id=member, receipt=receipt, reason=reason)
            for member, reason in members.items()
        ],
        batch_size=5_000,
    )
    HandoverFile.objects.filter(pk=held.pk).update(
        accepted=F("accepted") + receipt.accepted, refused=F("refused") + receipt.refused
    )
    return receipt


def _known(file: HandoverFile, first_row: int, rows: int, digest: str) -> HandoverReceipt | None:
    """The same receipt, where it was taken before. Raises ReceiptOverlaps."""
    overlapping = file.receipts.filter(first_row__lt=first_row + rows, first_row__gt=first_row - F("rows"))
    found = overlapping.first()
    if found and (found.first_row, found.rows, found.digest) == (first_row, rows, digest):
        return found
    if found:
        raise ReceiptOverlaps
    return None


def _members(file: HandoverFile, refused: Sequence[Refused], first: int, end: int) -> dict[int, str]:
    """The reasons by member. Raises ReceiptHasFaults."""
    faults: list[ReceiptFault] = []
    read: list[tuple[int, int, str]] = []
    for row in refused:
        try:
            member = parse_member_number(row.member)
        except ValueRefused as fault:
            faults.append(ReceiptFault(row.place, "member", fault.code, fault.message_ko, fault.message_en))
            continue
        reason = plain_text(row.reason)
        if _REASON.fullmatch(reason):
            read.append((row.place, member, reason))
        else:
            faults.append(_reason_malformed(row.place))
    places = places_in(file=file, members=[member for _place, member, _reason in read]) if read else []
    seen: Counter[int] = Counter()
    for (place, member, _reason), at_row in zip(read, places, strict=True):
        seen[member] += 1
        if at_row is None or not first <= at_row < end:
            faults.append(_not_there(place))
        elif seen[member] > 1:
            faults.append(_doubled(place))
    if faults:
        raise ReceiptHasFaults(sorted(faults, key=lambda fault: fault.place))
    return {member: reason for _place, member, reason in read}


def _digest(members: dict[int, str]) -> str:
    lines = "".join(f"{member}\t{reason}\n" for member, reason in sorted(members.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _reason_malformed(place: int) -> ReceiptFault:
    most = limits.HANDOVER_REASON_LENGTH_MAX
    return ReceiptFault(
        place,
        "reason",
        "reason_malformed",
        f"거절 사유는 account_closed처럼 영문, 숫자, 밑줄로 {most}자까지 적어 주세요.",
        f"Please give the reason as a code such as account_closed: letters, digits, underscores, at most {most}.",
    )


def _not_there(place: int) -> ReceiptFault:
    return ReceiptFault(
        place,
        "member",
        "member_not_in_rows",
        "이 파일의 해당 행에 없는 회원번호입니다.",
        "No row of the file that this receipt is of has this member number.",
    )


def _doubled(place: int) -> ReceiptFault:
    return ReceiptFault(
        place,
        "member",
        "member_doubled",
        "같은 회원번호가 앞에 있습니다.",
        "An earlier row has the same member number.",
    )
