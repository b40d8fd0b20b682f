"""Handing channel cash over to the channel service: lists of grants, each grant on one list.

A list's content follows from its grants, in their order, and nothing of it can change: it is made again whenever it is
asked for, and held against the digest that was kept when it was handed over.
"""

import csv
import gzip
import hashlib
import io
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from xlsxwriter import Workbook

from compensation import limits
from compensation.audit.services import because
from compensation.policy.references import reference_from
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from merchants.models import ChannelCashDownload, ChannelCashGrant, ChannelCashList
from users.models import User

HEADER = ("참조번호", "사업자등록번호", "금액(원)", "지급일")
XLSX, CSV_GZ = "xlsx", "csv.gz"
_ROWS_AT_ONCE = 5_000

HAND_OVER = """
UPDATE merchants_channelcashgrant AS grant_ SET list_id = %s, reference = said.reference
FROM unnest(%s::bigint[], %s::text[]) AS said(id, reference) WHERE grant_.id = said.id AND grant_.list_id IS NULL
"""

Row = tuple[str, str, int, str]


class ListChanged(ValueRefused):
    """The grants of a list are not what was handed over: somebody changed the database by hand."""


class DownloadRefused(ValueRefused):
    """A download without a reason."""


@transaction.atomic
def make_next_list(*, programme: Programme, actor: User, at: datetime) -> ChannelCashList | None:
    """Puts the grants that are on no list yet onto a new one, and gives each its reference; None where there is none.

    At most CHANNEL_CASH_LIST_ROWS_MAX, the oldest first: what is left is for the list after this one. Two at once come
    one after the other: the second finds nothing that the first has.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    waiting = ChannelCashGrant.objects.filter(programme=programme, list=None).order_by("id")
    columns = waiting.values_list("id", "merchant__business_number", "amount_won", "granted_at")
    found = list(columns[: limits.CHANNEL_CASH_LIST_ROWS_MAX])
    if not found:
        return None
    references = [reference_from(secrets.randbits(limits.REFERENCE_RANDOM_BITS)) for _ in found]
    rows = [
        _row(reference, number, amount_won, granted_at)
        for reference, (_, number, amount_won, granted_at) in zip(references, found, strict=True)
    ]
    last = ChannelCashList.objects.filter(programme=programme).order_by("-number").first()
    with because(actor=actor, reason="channel cash handed over"), connection.cursor() as cursor:
        made = ChannelCashList.objects.create(
            programme=programme,
            number=last.number + 1 if last else 1,
            sha256=_digest(rows),
            grants_count=len(rows),
            total_won=sum(row[2] for row in rows),
            made_by=actor,
            made_at=at,
        )
        cursor.execute(HAND_OVER, [made.pk, [row[0] for row in found], references])
    return made


@transaction.atomic
def hand_out(*, handed_over: ChannelCashList, path: Path, kind: str, reason: str, actor: User, at: datetime) -> None:
    """Writes the list for somebody, and keeps who has it and why; both or neither.

    Raises DownloadRefused, ListChanged, OSError; ValueRefused for a reason that is too long.
    """
    note_download(handed_over=handed_over, reason=reason, actor=actor, at=at)
    write_list(handed_over=handed_over, path=path, kind=kind)


def note_download(*, handed_over: ChannelCashList, reason: str, actor: User, at: datetime) -> ChannelCashDownload:
    """Keeps who has a list and why. Raises DownloadRefused; ValueRefused for a reason that is too long."""
    said = " ".join(parse_paragraphs(reason, length_max=limits.PAYOUT_REASON_LENGTH_MAX).split())
    if not said:
        raise DownloadRefused("reason_missing", "내려받는 이유를 적어 주세요.", "Please write why you need the list.")
    return ChannelCashDownload.objects.create(list=handed_over, actor=actor, reason=said, at=at)


def write_list(*, handed_over: ChannelCashList, path: Path, kind: str) -> None:
    """Writes the list as XLSX or gzipped CSV (UTF-8 with a mark, for spreadsheets). Raises ListChanged."""
    if _digest(_rows(handed_over)) != handed_over.sha256:
        raise ListChanged(
            "list_changed",
            "넘긴 뒤에 내용이 달라진 명단이라 내보내지 않았습니다. 시스템 담당자에게 알려 주세요.",
            "What is on the list has changed since it was handed over; it was not given out. Please tell operations.",
        )
    write = _write_xlsx if kind == XLSX else _write_csv
    write(_rows(handed_over), path)


def _rows(handed_over: ChannelCashList) -> Iterator[Row]:
    grants = ChannelCashGrant.objects.filter(list=handed_over).order_by("id")
    columns = grants.values_list("reference", "merchant__business_number", "amount_won", "granted_at")
    for reference, number, amount_won, granted_at in columns.iterator(chunk_size=_ROWS_AT_ONCE):
        yield _row(str(reference), number, amount_won, granted_at)


def _row(reference: str, business_number: str, amount_won: int, granted_at: datetime) -> Row:
    return reference, business_number, amount_won, day_in_seoul(granted_at).isoformat()


def _digest(rows: Iterable[Row]) -> str:
    digest = hashlib.sha256()
    for line in _lines(rows):
        digest.update(line.encode())
    return digest.hexdigest()


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    """Nothing in a row is a name, so nothing in it can be taken for a formula."""
    text = io.StringIO()
    writer: Any = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    yield text.getvalue()
    for row in rows:
        text.seek(0)
        text.truncate()
        writer.writerow(row)
        yield text.getvalue()


def _write_csv(rows: Iterable[Row], path: Path) -> None:
    with path.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
        packed.write("\ufeff".encode())
        for line in _lines(rows):
            packed.write(line.encode())


def _write_xlsx(rows: Iterable[Row], path: Path) -> None:
    with Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet("채널 캐시")
        sheet.write_row(0, 0, HEADER)
        for line, (reference, number, amount_won, day) in enumerate(rows, start=1):
            sheet.write_string(line, 0, reference)
            sheet.write_string(line, 1, number)
            sheet.write_number(line, 2, amount_won)
            sheet.write_string(line, 3, day)
