"""manage.py bank_files CODE [profiles|show|write|read|losses]: bank profiles, and the files and results of a batch."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from tqdm import tqdm

from claims.management.writing_files import write_files
from claims.models import PayoutBatch, ResultFile
from claims.selectors.bank_files import current_profiles, downloads_of, files_of, results_of
from claims.selectors.payouts import batch_named
from claims.services.bank_files.losses import losses
from claims.services.bank_files.profiles import ensure_profiles
from claims.services.bank_files.reading import ResultGivenUp, read_result
from claims.services.bank_files.result_faults import ResultRefused
from compensation.policy.bank_cells import CellDoesNotFit
from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code
from users.models import User
from users.services.people import system_user

FAULTS_SHOWN = 20


class Command(BaseCommand):
    help = (
        "profiles: puts in the shipped bank profiles. show: files, downloads and results of a batch. write: makes the "
        "files that are missing. losses: what the files would lose. read: reads a result file here and now; exits with "
        "1 where it is refused. Doing it twice is once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument(
            "action", nargs="?", choices=["profiles", "show", "write", "read", "losses"], default="profiles"
        )
        parser.add_argument("--batch", help="reference of the payout batch")
        parser.add_argument("--file", type=Path, help="the bank's result file")
        parser.add_argument("--by", dest="user", help="user name of the person who does it; else the system's account")
        parser.add_argument("--json", action="store_true", help="the answer for machines")

    def handle(self, **options: Any) -> None:
        try:
            programme = programme_by_code(code=options["programme"])
            answer = _ACTIONS[options["action"]](programme, options)
        except Programme.DoesNotExist as error:
            raise CommandError(f"no such programme: {options['programme']}") from error
        except PayoutBatch.DoesNotExist as error:
            raise CommandError(f"no such batch: {options['batch']}") from error
        except User.DoesNotExist as error:
            raise CommandError(f"no such user: {options['user']}") from error
        except ResultRefused as error:
            raise CommandError(f"{error.code}: {error.message_ko} ({error.message_en})") from error
        except (OSError, CellDoesNotFit, ResultGivenUp) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        else:
            for name, value in answer.items():
                rows = value if isinstance(value, list) else [value]
                self.stdout.write("\n".join(f"  {name}: {_line(row)}" for row in rows))
        if answer.get("is_accepted") is False:
            raise CommandError("the result was refused; nothing was changed")


def _profiles(programme: Programme, _options: dict[str, Any]) -> dict[str, Any]:
    ensure_profiles(programme, timezone.now())
    rows = current_profiles(programme)
    return {
        "profiles": [
            {"code": row.code, "version": row.version, "name": row.layout["name_ko"], "checked_at": row.checked_at}
            for row in rows
        ]
    }


def _show(programme: Programme, options: dict[str, Any]) -> dict[str, Any]:
    batch = _batch(programme, options)
    downloads = downloads_of(batch=batch)
    return {
        "batch": batch.reference,
        "state": batch.state,
        "files": [
            {"name": row.name, "rows": row.rows, "total_won": row.total_won, "sha256": row.sha256}
            for row in files_of(batch=batch)
        ],
        "downloads": [
            {"file": row.file.name, "user": row.actor.username, "reason": row.reason, "at": row.at} for row in downloads
        ],
        "results": [_result(row) for row in results_of(batch=batch)],
    }


def _write(programme: Programme, options: dict[str, Any]) -> dict[str, Any]:
    write_files(_batch(programme, options), is_quiet=options["verbosity"] == 0)
    return _show(programme, options)


def _read(programme: Programme, options: dict[str, Any]) -> dict[str, Any]:
    if not options["file"]:
        raise CommandError("--file is needed")
    path: Path = options["file"]
    actor = User.objects.get(username=options["user"]) if options["user"] else system_user()
    batch = _batch(programme, options)
    with tqdm(total=batch.payouts_count, unit=" lines", leave=False, disable=options["verbosity"] == 0) as bar:
        result = read_result(
            batch=batch,
            upload=path,
            name=path.name,
            actor=actor,
            at=timezone.now(),
            on_lines=bar.update,
        )
    return _result(result) | {"faults": result.faults if options["json"] else result.faults[:FAULTS_SHOWN]}


def _losses(programme: Programme, options: dict[str, Any]) -> dict[str, Any]:
    batch = _batch(programme, options)
    found = losses(batch.profile, batch)
    return {
        "losses": [
            {"reference": row.reference, "field": row.field, "is_fatal": row.is_fatal, "ko": row.message_ko}
            for row in found
        ]
    }


_ACTIONS = {"profiles": _profiles, "show": _show, "write": _write, "read": _read, "losses": _losses}


def _batch(programme: Programme, options: dict[str, Any]) -> PayoutBatch:
    if not options["batch"]:
        raise CommandError("--batch is needed")
    return batch_named(programme=programme, reference=options["batch"])


def _result(row: ResultFile) -> dict[str, Any]:
    names = ("name", "is_accepted", "lines", "paid_count", "paid_won", "returned_count", "returned_won")
    names = (*names, "unknown_count", "known_count", "faults_count")
    return {name: getattr(row, name) for name in names}


def _line(row: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items()) if isinstance(row, dict) else str(row)
