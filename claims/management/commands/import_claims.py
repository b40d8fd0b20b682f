"""`manage.py import_claims FILE --programme 1015`: takes in a file of the merchants' association."""

import json
import sys
from argparse import ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from claims.services.association_files.refusals import describe
from claims.services.association_import import AssociationFileRefused, ImportResult, import_association_file
from compensation.values.dates import parse_date
from compensation.values.refused import ValueRefused
from users.management.programme_command import programme_named
from users.services.people import system_user

ROWS_SHOWN = 20  # refused rows on the screen; --json lists more, the report has all


class Command(BaseCommand):
    help = "Imports an association's file of claims (XLSX or CSV). Good rows go in, bad rows come back in a report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--programme", required=True, metavar="CODE")
        parser.add_argument("--service", metavar="S", help="for a file without a 서비스 column: its code or name")
        parser.add_argument("--received-at", type=_moment, metavar="T", help="for a file without 접수일시 (Asia/Seoul)")
        parser.add_argument("--dry-run", action="store_true", help="do everything, keep nothing")
        parser.add_argument("--report", type=Path, metavar="OUT", help="write the refused rows to OUT.xlsx and OUT.csv")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, *, file: Path, programme: str, json: bool, **options: Any) -> None:
        try:
            result = self._import(file, programme, options)
        except AssociationFileRefused as refused:
            if not json:
                raise CommandError(str(refused)) from refused
            self._print_json(_refusal_as_dict(programme, file, refused))
            sys.exit(1)
        except OSError as error:
            raise CommandError(f"오류 파일을 쓸 수 없습니다: {error} (the report cannot be written)") from error
        if json:
            self._print_json(result.as_dict())
        else:
            self.stdout.write(_in_words(result))

    def _import(self, file: Path, programme_code: str, options: dict[str, Any]) -> ImportResult:
        programme = programme_named(programme_code)
        with tqdm(unit="행", unit_scale=True, desc=file.name, leave=False, disable=options["verbosity"] == 0) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = max(total, done) if total else None
                bar.update(done - bar.n)

            return import_association_file(
                programme=programme,
                path=file,
                actor=system_user(),
                at=timezone.now(),
                service=options["service"],
                received_at=options["received_at"],
                dry_run=options["dry_run"],
                report=options["report"],
                progress=progress,
            )

    def _print_json(self, content: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))


def _moment(text: str) -> datetime:
    try:
        return parse_date(text).moment
    except ValueRefused as refusal:
        raise ArgumentTypeError(f"{refusal.message_ko} ({refusal.message_en})") from refusal


def _refusal_as_dict(programme: str, file: Path, refused: AssociationFileRefused) -> dict[str, str]:
    return {
        "status": "refused",
        "programme": programme,
        "file": file.name,
        "code": refused.code,
        "message_ko": refused.message_ko,
        "message_en": refused.message_en,
    }


def _in_words(result: ImportResult) -> str:
    headline = {
        "imported": "파일을 접수했습니다.",
        "already_imported": "이미 접수한 파일입니다. 추가된 것은 없습니다. 처음 접수한 결과는 다음과 같습니다.",
        "dry_run": "시험 실행입니다. 저장된 것은 없습니다.",
    }[result.status]
    lines = [
        f"{result.file}: {headline}",
        f"  전체 {result.rows:,}행"
        f" = 접수 {result.accepted:,} + 이미 있음 {result.already_present:,} + 오류 {result.refused:,}",
        f"  {result.seconds:,.1f}초, 초당 {result.rows_per_second:,.0f}행",
    ]
    lines += [f"  오류 {code}: {count:,}행" for code, count in sorted(result.refused_by_code.items())]
    lines += [f"  제목으로 본 행: {row.number}행 「{row.text}」" for row in result.title_rows]
    lines += [f"  합계로 본 행: {row.number}행 「{row.text}」" for row in result.total_rows]
    if result.extra_columns:
        lines.append(f"  쓰지 않은 열: {', '.join(result.extra_columns)}")
    lines += [f"  {describe(row)}" for row in result.refused_rows[:ROWS_SHOWN]]
    if result.refused_rows and result.refused > ROWS_SHOWN:
        lines.append(f"  … 그 밖에 {result.refused - ROWS_SHOWN:,}행")
    lines += [f"  오류 파일: {path}" for path in result.report_files]
    return "\n".join(lines)
