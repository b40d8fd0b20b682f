"""Association files for tests: one good row, and writers for files that hold it and others."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from claims.services.association_import import ImportResult, import_association_file
from compensation.programmes.models import Programme
from tests.cast import NOW, SEOUL
from users.services.people import system_user

GOOD = {
    "접수번호": "A-1",
    "사업자등록번호": "220-81-62517",
    "상호": "행복한 꽃집",
    "대표자명": "김하늘",
    "연락처": "010-1234-5678",
    "이메일": "shop@example.com",
    "업종코드": "",
    "서비스": "카카오톡",
    "피해 시작일시": "2022-10-15 15:30",
    "피해 종료일시": "2022-10-16",
    "매출 손실액": "350,000원",
    "영업이익률": "12.5%",
    "대체 서비스 유무": "무",
    "채널 가입": "유",
    "은행": "국민은행",
    "계좌번호": "123-456-789012",
    "예금주": "김하늘",
    "접수일시": "2022-11-01 10:00",
}
OTHER_BUSINESSES = ("120-81-47521", "116-82-00276", "123-45-67891")
OPTIONAL = ("이메일", "업종코드", "서비스", "영업이익률", "채널 가입", "은행", "계좌번호", "예금주", "접수일시")


def good(**changes: Any) -> dict[str, Any]:
    """A row that goes in, with these changes; a space in a header is written as _."""
    return GOOD | {header.replace("_", " "): value for header, value in changes.items()}


def good_rows(count: int) -> list[dict[str, Any]]:
    """Up to four rows of as many businesses."""
    numbers = (GOOD["사업자등록번호"], *OTHER_BUSINESSES)
    return [good(접수번호=f"A-{i}", 사업자등록번호=number) for i, number in enumerate(numbers[:count], start=1)]


def without(*headers: str) -> dict[str, Any]:
    return {header: value for header, value in GOOD.items() if header not in headers}


def csv_text(rows: Iterable[dict[str, Any]], *, delimiter: str = ",", line_end: str = "\n") -> str:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return text.getvalue()


def write_csv(path: Path, rows: Iterable[dict[str, Any]], *, encoding: str = "utf-8", **how: str) -> Path:
    path.write_bytes(csv_text(rows, **how).encode(encoding))
    return path


def write_xlsx(path: Path, table: Iterable[Sequence[Any]]) -> Path:
    workbook = Workbook()
    for row in table:
        workbook.active.append(row)
    workbook.save(path)
    return path


def as_table(rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    return write_csv(path, rows) if path.suffix == ".csv" else write_xlsx(path, as_table(rows))


def take_in(programme: Programme, path: Path, *, at: datetime = NOW, **options: Any) -> ImportResult:
    return import_association_file(programme=programme, path=path, actor=system_user(), at=at, **options)


def counts(result: ImportResult) -> tuple[int, int, int]:
    """Accepted, already present, refused; every row is one of them."""
    assert result.rows == result.accepted + result.already_present + result.refused
    return result.accepted, result.already_present, result.refused


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SEOUL)  # type: ignore[arg-type]
