"""Reading the channel service's reports of channel cash (XLSX or CSV): all of a file, or nothing and every fault of it.

The same content is read once per programme. A file that is refused leaves a row with its faults, so that it can be seen
what came; it may come again once it is put right.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from claims.services.association_files.columns import header_key
from claims.services.association_files.kinds import kind_of
from claims.services.association_files.rows import AssociationFileRefused, Cell, Source, UnreadableCell
from claims.services.association_files.spreadsheets import Spreadsheet
from claims.services.association_files.text_files import TextFile
from compensation import limits
from compensation.policy.references import ReferenceRefused, normalise_reference
from compensation.programmes.models import Programme
from compensation.values.business_numbers import parse_business_number
from compensation.values.dates import parse_date
from compensation.values.refused import ValueRefused
from compensation.values.text import has_surplus, is_blank, plain_text
from compensation.values.won import parse_won
from merchants.models import ChannelCashReport, UseKind
from merchants.services.channel_cash_uses import BookedUses, ReportedUse, UseFault, UsesRefused, book_uses
from users.models import User

# By what each column may be headed, without spaces.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "reference": ("참조번호", "reference"),
    "business_number": ("사업자등록번호", "사업자번호", "business_number"),
    "kind": ("구분", "kind"),
    "amount": ("금액(원)", "금액", "사용액", "amount_won"),
    "on": ("날짜", "사용일", "일자", "date"),
}
KINDS = {"사용": UseKind.USED, "used": UseKind.USED, "소멸": UseKind.EXPIRED, "expired": UseKind.EXPIRED}
_TOTAL = re.compile(r"총?합계|총계|소계|계|total", re.IGNORECASE)


class ReportRefused(ValueRefused):
    """The file as a whole cannot be read. Nothing was booked, and nothing is kept of it."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the columns of a file are, how wide its header is, and the rows below it."""

    places: Mapping[str, int]
    width: int
    rows: Iterator[tuple[int, list[Cell], ValueRefused | None]]


def read_report(
    *, programme: Programme, path: Path, name: str, actor: User, at: datetime, dry_run: bool = False
) -> ChannelCashReport:
    """Reads a report and books it; one with faults comes back not accepted, with the first of them.

    The same content again is the report that was read. `dry_run`: nothing is kept. Raises ReportRefused.
    """
    sha256 = _digest(path)
    about: dict[str, Any] = {
        "programme": programme,
        "name": name[: limits.FILE_NAME_LENGTH_MAX],
        "sha256": sha256,
        "read_by": actor,
        "read_at": at,
    }
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)  # the same file by two people at once
        known = ChannelCashReport.objects.filter(programme=programme, sha256=sha256, is_accepted=True).first()
        if known is not None:
            return known
        try:
            report = _taken_in(path, about)
        except UsesRefused as refused:
            report = _refused(refused, about)
        if dry_run:
            transaction.set_rollback(True)
    return report


def _taken_in(path: Path, about: dict[str, Any]) -> ChannelCashReport:
    """Raises UsesRefused, ReportRefused."""
    reported, unread = _reported(path)

    def make_report(booked: BookedUses) -> ChannelCashReport:
        sums = {"lines": booked.lines, "used_won": booked.used_won, "expired_won": booked.expired_won}
        return ChannelCashReport.objects.create(is_accepted=True, **sums, **about)

    booked = book_uses(
        programme=about["programme"],
        reported=reported,
        actor=about["read_by"],
        at=about["read_at"],
        unread=unread,
        make_report=make_report,
    )
    assert booked.report is not None  # noqa: S101  (made above, in the same transaction)
    return booked.report


def _refused(refused: UsesRefused, about: dict[str, Any]) -> ChannelCashReport:
    faults = [fault.as_json() for fault in refused.faults[: limits.REFUSED_ROWS_LISTED]]
    return ChannelCashReport.objects.create(is_accepted=False, faults_count=len(refused.faults), faults=faults, **about)


def _reported(path: Path) -> tuple[list[ReportedUse], list[UseFault]]:
    """The lines of the file, and what is wrong with those that cannot be read. Raises ReportRefused."""
    reported: list[ReportedUse] = []
    faults: list[UseFault] = []
    try:
        table = _table(_opened(path))
        for number, cells, refusal in table.rows:
            if _is_no_data(cells):
                continue
            try:
                reported.append(_line(number, cells, refusal, table))
            except (ValueRefused, ReferenceRefused) as fault:
                named = _named(cells, table)
                faults.append(UseFault(number, fault.code, fault.message_ko, fault.message_en, named))
            if len(reported) + len(faults) > limits.CHANNEL_CASH_LINES_MAX:
                raise _too_long()
    except AssociationFileRefused as refused:
        raise ReportRefused(refused.code, refused.message_ko, refused.message_en) from refused
    if not reported and not faults:
        raise ReportRefused("report_empty", "제목 아래에 내용이 없습니다.", "There is nothing below the header.")
    return reported, faults


def _opened(path: Path) -> Source:
    return Spreadsheet(path) if kind_of(path) == "xlsx" else TextFile(path)


def _table(source: Source) -> _Table:
    """Finds the header among the first rows. Raises ReportRefused."""
    rows = source.rows()
    for number, row in enumerate(rows):
        keys = [header_key(cell).casefold() for cell in row.cells]
        places = {name: keys.index(key) for name, known in HEADERS.items() for key in known if key in keys}
        if "on" in places and places.keys() & {"reference", "business_number"}:
            width = len(row.cells) if source.kind == "csv" else 0
            return _Table(places, width, ((below.number, below.cells, below.refusal) for below in rows))
        if number >= limits.HEADER_SEARCH_ROWS:
            break
    raise ReportRefused(
        "columns_missing",
        "제목 행에 ‘날짜’와 ‘참조번호’(또는 ‘사업자등록번호’)가 있어야 합니다.",
        "The header row has to name 날짜 (date) and 참조번호 (reference) or 사업자등록번호 (business number).",
    )


def _line(number: int, cells: list[Cell], refusal: ValueRefused | None, table: _Table) -> ReportedUse:
    """Raises ValueRefused."""
    if refusal is not None:
        raise refusal
    if table.width and has_surplus(cells, table.width):
        raise ValueRefused(
            "too_many_cells",
            f"제목은 {table.width}칸인데 이 행은 {len(cells)}칸입니다. 1,000처럼 쉼표가 든 값은 따옴표로 감싸 주세요.",
            f'This row has {len(cells)} cells, the header {table.width}. Please put values like "1,000" in quotes.',
        )
    said = _said(cells, table)
    kind = _kind(said.get("kind"))
    reference, business_number = _merchant(said)
    return ReportedUse(
        line=number,
        reference=reference,
        business_number=business_number,
        kind=kind,
        amount_won=_amount(said.get("amount"), kind),
        on=_day(said.get("on")),
    )


def _said(cells: list[Cell], table: _Table) -> dict[str, Cell]:
    return {name: cells[place] if place < len(cells) else None for name, place in table.places.items()}


def _named(cells: list[Cell], table: _Table) -> str:
    """The reference or business number of a line that has a fault; '' where neither can be read."""
    with suppress(ValueRefused):
        return "".join(_merchant(_said(cells, table)))
    return ""


def _reference(text: str) -> str:
    """Raises ValueRefused, in the words of the list that was handed over: there is no claim's reference in it."""
    try:
        return normalise_reference(text)
    except ReferenceRefused as error:
        raise ValueRefused(
            error.code,
            f"참조번호 「{text}」이 잘못되었습니다. 넘겨드린 명단에 있는 참조번호 그대로 적어 주세요.",
            f"The reference {text!r} is wrong. Please write it as it is in the list that was handed over.",
        ) from error


def _merchant(said: Mapping[str, Cell]) -> tuple[str, str]:
    if not is_blank(said.get("reference")):
        return _reference(plain_text(_readable(said["reference"]))), ""
    if is_blank(said.get("business_number")):
        raise ValueRefused(
            "merchant_missing",
            "참조번호나 사업자등록번호를 적어 주세요.",
            "Please write the reference or the business number.",
        )
    return "", parse_business_number(_readable(said["business_number"]))


def _kind(cell: Cell) -> UseKind:
    if is_blank(cell):
        return UseKind.USED
    kind = KINDS.get(plain_text(_readable(cell)).casefold())
    if kind is None:
        raise ValueRefused(
            "use_kind_unknown", "구분은 사용이나 소멸로 적어 주세요.", "Please write 사용 or 소멸 (used or expired)."
        )
    return kind


def _amount(cell: Cell, kind: UseKind) -> int | None:
    """None: not said, which is enough for what expired."""
    if is_blank(cell):
        if kind == UseKind.EXPIRED:
            return None
        raise ValueRefused("amount_missing", "금액을 적어 주세요.", "Please write the amount.")
    return parse_won(_readable(cell))


def _day(cell: Cell) -> date:
    if is_blank(cell):
        raise ValueRefused("date_missing", "날짜를 적어 주세요.", "Please write the date.")
    return parse_date(_readable(cell)).day


def _readable(cell: Cell) -> Any:
    """Raises ValueRefused for a formula without a value."""
    if isinstance(cell, UnreadableCell):
        raise cell.refusal
    return cell


def _is_no_data(cells: list[Cell]) -> bool:
    """A blank row, or a total below the data."""
    written = [cell for cell in cells if not is_blank(cell)]
    return not written or (isinstance(written[0], str) and bool(_TOTAL.fullmatch(header_key(written[0]))))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _too_long() -> ReportRefused:
    most = limits.CHANNEL_CASH_LINES_MAX
    return ReportRefused(
        "report_too_long",
        f"한 파일에 {most:,}행까지 넣을 수 있습니다.",
        f"A file may have {most:,} rows at most.",
    )
