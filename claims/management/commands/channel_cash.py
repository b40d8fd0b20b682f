"""manage.py channel_cash CODE [figures|list|write|report]: figures, lists for the channel service, its reports."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from claims.services.channel_cash_reports import read_report
from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code
from compensation.values.refused import ValueRefused
from merchants.models import ChannelCashList
from merchants.selectors.channel_cash import channel_cash_figures, lists_of
from merchants.services.channel_cash_lists import CSV_GZ, XLSX, make_next_list, note_download, write_list
from users.models import User
from users.services.people import SYSTEM_USERNAME, system_user

Answer = dict[str, Any]


class Command(BaseCommand):
    help = "Shows where channel cash stands, hands it over in lists, reads the channel service's reports."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("action", nargs="?", choices=list(_ACTIONS), default="figures")
        parser.add_argument("file", nargs="?", type=Path, help="write: where to; report: the file")
        parser.add_argument("--number", type=int, help="write: which list (without it, the newest)")
        parser.add_argument("--kind", choices=[XLSX, CSV_GZ], default=XLSX, help="write: as what")
        parser.add_argument("--reason", default="", help="write: why it is needed; kept with who has it")
        parser.add_argument("--dry-run", action="store_true", help="report: check everything, keep nothing")
        parser.add_argument("--by", default=SYSTEM_USERNAME, help="user name of the person who does it")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, **options: Any) -> None:
        try:
            system_user()
            options["actor"] = User.objects.get(username=options["by"])
            answer = _ACTIONS[options["action"]](programme_by_code(code=options["programme"]), options)
        except (Programme.DoesNotExist, User.DoesNotExist) as error:
            raise CommandError(str(error)) from error
        except ValueRefused as refused:
            raise CommandError(f"{refused.message_ko} ({refused.message_en})") from refused
        except OSError as error:
            raise CommandError(f"파일을 열 수 없습니다: {error} (the file cannot be opened)") from error
        self._write(answer, as_json=options["json"])
        if answer.get("is_accepted") is False:
            sys.exit(1)

    def _write(self, answer: Answer, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        for name, value in answer.items():
            if isinstance(value, list):
                self.stdout.write(f"{name}:")
                for row in value:
                    self.stdout.write("  " + ", ".join(f"{key} {part}" for key, part in row.items()))
            else:
                self.stdout.write(f"{name}: {value}")


def _figures(programme: Programme, _options: Answer) -> Answer:
    figures = channel_cash_figures(programme=programme)
    return asdict(figures) | {
        "left_won": figures.left_won,
        "lists": [_row(row) for row in lists_of(programme=programme)],
    }


def _list(programme: Programme, options: Answer) -> Answer:
    made = make_next_list(programme=programme, actor=options["actor"], at=timezone.now())
    return _row(made) if made else {"number": None}


def _write(programme: Programme, options: Answer) -> Answer:
    lists = lists_of(programme=programme)
    number = options["number"]
    handed_over = (lists if number is None else lists.filter(number=number)).first()
    if handed_over is None:
        raise CommandError("그런 명단이 없습니다. (no such list)")
    note_download(handed_over=handed_over, reason=options["reason"], actor=options["actor"], at=timezone.now())
    write_list(handed_over=handed_over, path=_file(options), kind=options["kind"])
    return _row(handed_over) | {"file": str(options["file"])}


def _report(programme: Programme, options: Answer) -> Answer:
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


def _file(options: Answer) -> Path:
    path: Path | None = options["file"]
    if path is None:
        raise CommandError("파일을 적어 주세요. (a file is needed)")
    return path


def _row(row: ChannelCashList) -> Answer:
    names = ("number", "grants_count", "total_won", "sha256", "made_at")
    return {name: getattr(row, name) for name in names}


_ACTIONS = {"figures": _figures, "list": _list, "write": _write, "report": _report}
