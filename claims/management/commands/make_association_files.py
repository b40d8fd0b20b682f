"""`manage.py make_association_files --programme 1015 --out DIR`: sample files of the association, drawn with a seed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.services.association_samples.files import NoWindowForFiles, make_association_files
from users.management.programme_command import programme_named


class Command(BaseCommand):
    help = "Makes two sample files (XLSX and CP949 CSV) with a realistic spread of losses, and faulty rows on top."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", required=True, metavar="CODE")
        parser.add_argument("--rows", type=int, default=7_826, help="good rows in both files together (announced)")
        parser.add_argument("--faulty", type=float, default=0.02, help="share of faulty rows on top")
        parser.add_argument("--seed", type=int, default=1015, help="the same seed makes the same files")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def handle(self, *, programme: str, rows: int, faulty: float, seed: int, out: Path, **_: Any) -> None:
        if rows < 1 or not 0 <= faulty <= 1:
            raise CommandError("--rows 1 이상, --faulty 0과 1 사이로 적어 주세요. (rows from 1, faulty from 0 to 1)")
        try:
            files = make_association_files(
                programme=programme_named(programme), rows=rows, faulty=faulty, seed=seed, folder=Path(out)
            )
        except NoWindowForFiles:
            raise CommandError("협회 파일을 받는 접수 기간이 없습니다. (no window takes association files)") from None
        self.stdout.write(f"정상 {files.good_rows:,}행, 오류 {files.faulty_rows:,}행: {files.xlsx}, {files.csv}")
