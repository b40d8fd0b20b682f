"""manage.py load_programme FILE: loads or re-loads a programme file, in the name of the system's own account."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from compensation.policy.checking import DocumentFaults
from compensation.programmes.selectors import programme_by_code
from compensation.programmes.services.changes import Change
from compensation.programmes.services.loading import LoadResult, load_programme
from users.services.people import system_user
from users.services.storage_pass import keep_in_step

SIGNS = {"added": "+", "changed": "~", "removed": "-"}


class Command(BaseCommand):
    help = "Loads or re-loads a programme file. The same file again changes nothing; a faulty one loads nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="for example programmes/1015.toml")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            result = load_programme(path=file, actor=system_user(), at=timezone.now(), dry_run=dry_run)
        except DocumentFaults as error:
            self._refuse(error, as_json=options["json"])
        if not dry_run:
            keep_in_step(programme=programme_by_code(code=result.programme_code))
        if options["json"]:
            self.stdout.write(_as_json(result, dry_run))
        else:
            self._say(result, dry_run)

    def _refuse(self, error: DocumentFaults, *, as_json: bool) -> None:
        if as_json:
            faults = [{"path": f.path, "ko": f.message_ko, "en": f.message_en} for f in error.faults]
            self.stdout.write(json.dumps({"faults": faults}, ensure_ascii=False, indent=2))
        count = _("고칠 곳이 %(count)d군데 있어 불러오지 않았습니다.") % {"count": len(error.faults)}
        raise CommandError("\n".join([count, *(f"  {fault}" for fault in error.faults)])) from error

    def _say(self, result: LoadResult, dry_run: bool) -> None:
        for change in result.changes:
            self.stdout.write(f"  {_line(change)}")
        names = {"code": result.programme_code, "version": result.policy_version, "count": len(result.changes)}
        if not result.changes:
            said = _("%(code)s: 바뀐 것이 없습니다(정책 버전: %(version)d).")
        elif dry_run:
            said = _("%(code)s: 불러오면 %(count)d건이 바뀝니다(정책 버전: %(version)d). 아직 바꾸지 않았습니다.")
        else:
            said = _("%(code)s: %(count)d건을 바꾸었습니다(정책 버전: %(version)d).")
        self.stdout.write(said % names)


def _line(change: Change) -> str:
    values = f": {_text(change.before)} -> {_text(change.after)}" if change.action == "changed" else ""
    return f"{SIGNS[change.action]} {change.path}{values}"


def _text(value: Any) -> str:
    return timezone.localtime(value).isoformat() if isinstance(value, datetime) else str(value)


def _as_json(result: LoadResult, dry_run: bool) -> str:
    changes = [
        {"action": change.action, "path": change.path, "before": change.before, "after": change.after}
        for change in result.changes
    ]
    document = {
        "programme": result.programme_code,
        "policy_version": result.policy_version,
        "dry_run": dry_run,
        "changes": changes,
    }
    return json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
