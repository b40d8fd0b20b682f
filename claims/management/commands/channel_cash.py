"""manage.py channel_cash CODE [figures|list|write|report]: figures, lists for the channel service, its reports."""

from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from claims.services.channel_cash_reports import read_report
from compensation.programmes.models import Programme
from merchants.models import ChannelCashList
from merchants.selectors.channel_cash import channel_cash_figures, lists_of
from merchants.services.channel_cash_lists import CSV_GZ, XLSX, hand_out, make_next_list
from users.management.programme_command import Answer, Options, ProgrammeCommand


def _figures(programme: Programme, _options: Options) -> Answer:
    figures = channel_cash_figures(programme=programme)
    return asdict(figures) | {
        "left_won": figures.left_won,
        "lists": [_row(row) for row in lists_of(programme=programme)],
    }


def _list(programme: Programme, options: Options) -> Answer:
    made = make_next_list(programme=programme, actor=options["actor"], at=timezone.now())
    return _row(made) if made else {"number": None}


def _write(programme: Programme, options: Options) -> Answer:
    lists = lists_of(programme=programme)
    number = options["number"]
    handed_over = (lists if number is None else lists.filter(number=number)).first()
    if handed_over is None:
        raise CommandError("그런 명단이 없습니다. (no such list)")
    hand_out(
        handed_over=handed_over,
        path=_file(options),
        kind=options["kind"],
        reason=options["reason"],
        actor=options["actor"],
        at=timezone.now(),
    )
    return _row(handed_over) | {"file": str(options["file"])}


def _report(programme: Programme, options: Options) -> Answer:
    path = _file(options)
    report = read_report(
        programme=programme,
        path=path,
        name=path.name,
        actor=options["actor"],
        at=timezone.now(),
        dry_run=options["dry_run"],
    )
    names = ("name", "is_accepted", "lines", "used_won", "expired_won", "faults_count", "faults")
    return {name: getattr(report, name) for name in names}


def _file(options: Options) -> Path:
    path: Path | None = options["file"]
    if path is None:
        raise CommandError("파일을 적어 주세요. (a file is needed)")
    return path


def _row(row: ChannelCashList) -> Answer:
    names = ("number", "grants_count", "total_won", "sha256", "made_at")
    return {name: getattr(row, name) for name in names}


class Command(ProgrammeCommand):
    help = "Shows where channel cash stands, hands it over in lists, reads the channel service's reports."
    actions: ClassVar = {"figures": _figures, "list": _list, "write": _write, "report": _report}

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", type=Path, help="write: where to; report: the file")
        parser.add_argument("--number", type=int, help="write: which list (without it, the newest)")
        parser.add_argument("--kind", choices=[XLSX, CSV_GZ], default=XLSX, help="write: as what")
        parser.add_argument("--reason", default="", help="write: why it is needed; kept with who has it")
        parser.add_argument("--dry-run", action="store_true", help="report: check everything, keep nothing")
