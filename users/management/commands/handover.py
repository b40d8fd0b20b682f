"""manage.py handover CODE [list|new|show|write|again|retry|refused]: grants for the services that honour them."""

import csv
import json
import time
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from tqdm import tqdm

from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code
from users.models import GrantJob, HandoverDelivery, HandoverFormat, Partner, User
from users.selectors.handover import (
    delivered,
    deliveries_of,
    figures_of_delivery,
    jobs_to_hand_over,
    manifest,
    refused_lines,
)
from users.services.handover.planning import plan_delivery, send_again
from users.services.handover.refusals import HandoverRefused
from users.services.handover.writing import finish_if_written, retry_failed, write_next_file
from users.services.people import SYSTEM_USERNAME, system_user

Answer = dict[str, Any]


class Command(BaseCommand):
    help = (
        "Hands grants (or recalls, or what has expired) over to a partner: `new` plans a delivery, whose files workers "
        "write, or this process at once (--here, or `write`); `again` sends those whom the partner refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("action", nargs="?", choices=list(_ACTIONS), default="list")
        parser.add_argument("--partner", help="new: code of the partner")
        parser.add_argument("--job", help="new: reference of the grant job; without it the newest")
        parser.add_argument("--format", choices=HandoverFormat.values, default=HandoverFormat.CSV)
        parser.add_argument("--expired", action="store_true", help="new: the items of the job that have ended since")
        parser.add_argument("--anew", action="store_true", help="new: also what the partner was handed over before")
        parser.add_argument("--delivery", help="show, write, again, retry, refused: its reference")
        parser.add_argument("--here", action="store_true", help="new, again: write the files in this process")
        parser.add_argument("--by", default=SYSTEM_USERNAME, help="user name of the person who does it")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, **options: Any) -> None:
        try:
            system_user()
            programme = programme_by_code(code=options["programme"])
            options["actor"] = User.objects.get(username=options["by"])
            answer = _ACTIONS[options["action"]](self, programme, options)
        except (
            Programme.DoesNotExist,
            User.DoesNotExist,
            Partner.DoesNotExist,
            GrantJob.DoesNotExist,
            HandoverDelivery.DoesNotExist,
            HandoverRefused,
            ValidationError,
        ) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        for row in answer.pop("deliveries", [answer]):
            self.stdout.write(
                ", ".join(f"{name} {value}" for name, value in row.items() if not isinstance(value, list))
            )

    def write_files(self, delivery: HandoverDelivery) -> float:
        """In this process, beside whatever workers do: a file that one of them holds is theirs. Answers the seconds."""
        began = time.monotonic()
        found = figures_of_delivery(delivery=delivery)
        with tqdm(desc="handover", total=found.files, initial=found.written, unit=" files", file=self.stderr) as bar:
            while write_next_file(delivery=delivery, at=timezone.now()):
                bar.update(1)
        finish_if_written(delivery=delivery, at=timezone.now())
        return time.monotonic() - began


def _list(_command: Command, programme: Programme, _options: dict[str, Any]) -> Answer:
    rows = list(deliveries_of(programme=programme)[:100])
    figures = delivered(deliveries=rows)
    return {"deliveries": [_shown(row) | asdict(figures[row.pk]) | {"open": figures[row.pk].open} for row in rows]}


def _new(command: Command, programme: Programme, options: dict[str, Any]) -> Answer:
    jobs = jobs_to_hand_over(programme=programme)
    wanted = options["job"]
    job = next((one for one in jobs if not wanted or str(one.reference) == wanted), None)
    if job is None:
        raise CommandError("There is no such job that has granted or recalled anything.")
    delivery = plan_delivery(
        partner=Partner.objects.get(programme=programme, code=options["partner"]),
        job=job,
        format_=options["format"],
        expired=options["expired"],
        anew=options["anew"],
        actor=options["actor"],
        at=timezone.now(),
    )
    return _made(command, delivery, options)


def _again(command: Command, programme: Programme, options: dict[str, Any]) -> Answer:
    of = _delivery(programme, options)
    return _made(command, send_again(delivery=of, actor=options["actor"], at=timezone.now()), options)


def _made(command: Command, delivery: HandoverDelivery, options: dict[str, Any]) -> Answer:
    seconds = {"seconds": round(command.write_files(delivery), 3)} if options["here"] else {}
    figures = figures_of_delivery(delivery=delivery)
    return _shown(delivery) | asdict(figures) | {"open": figures.open} | seconds


def _show(_command: Command, programme: Programme, options: dict[str, Any]) -> Answer:
    return manifest(delivery=_delivery(programme, options))


def _write(command: Command, programme: Programme, options: dict[str, Any]) -> Answer:
    return _made(command, _delivery(programme, options), options | {"here": True})


def _retry(_command: Command, programme: Programme, options: dict[str, Any]) -> Answer:
    return {"files": retry_failed(delivery=_delivery(programme, options), actor=options["actor"])}


def _refused(command: Command, programme: Programme, options: dict[str, Any]) -> Answer:
    """As CSV, or with --json as a list."""
    names = ("file", "member_number", "reason", "sent_again_in")
    lines = refused_lines(delivery=_delivery(programme, options))
    if options["json"]:
        return {"refused": [dict(zip(names, line, strict=True)) for line in lines]}
    writer = csv.writer(command.stdout)
    writer.writerow(names)
    writer.writerows(lines)
    return {"deliveries": []}


def _delivery(programme: Programme, options: dict[str, Any]) -> HandoverDelivery:
    rows = deliveries_of(programme=programme).select_related("job__package", "job__programme", "partner", "again_of")
    return rows.get(reference=options["delivery"] or "")


def _shown(delivery: HandoverDelivery) -> Answer:
    return {
        "reference": delivery.reference,
        "partner": delivery.partner.code,
        "number": delivery.number,
        "kind": delivery.kind,
        "format": delivery.format,
        "again_of": delivery.again_of.reference if delivery.again_of else None,
    }


_ACTIONS = {
    "list": _list,
    "new": _new,
    "show": _show,
    "write": _write,
    "again": _again,
    "retry": _retry,
    "refused": _refused,
}
