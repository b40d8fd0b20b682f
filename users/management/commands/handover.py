"""manage.py handover CODE [list|left|new|show|write|again|retry|refused]: grants for the services that honour them."""

import csv
import time
from dataclasses import asdict
from typing import ClassVar

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from compensation.programmes.models import Programme
from users.management.programme_command import Answer, Options, ProgrammeCommand
from users.models import HandoverDelivery, HandoverFormat, Partner
from users.selectors.handover import (
    delivered,
    deliveries_of,
    figures_of_delivery,
    jobs_to_hand_over,
    manifest,
    refused_lines,
)
from users.selectors.partners import left_to_hand_over
from users.services.handover.planning import plan_delivery, send_again
from users.services.handover.writing import finish_if_written, retry_failed, write_next_file


def _list(programme: Programme, _options: Options) -> Answer:
    rows = list(deliveries_of(programme=programme)[:100])
    figures = delivered(deliveries=rows)
    return {"deliveries": [_shown(row) | asdict(figures[row.pk]) | {"open": figures[row.pk].open} for row in rows]}


def _left(programme: Programme, _options: Options) -> Answer:
    """What partners do not have yet; of finished jobs it is handed over by itself within a minute."""
    return {
        "left": [
            {
                "partner": left.partner.code,
                "job": str(left.job.reference),
                "package": left.job.package.code,
                "members": left.members,
            }
            for left in left_to_hand_over(programme=programme, at=timezone.now())
        ]
    }


def _new(programme: Programme, options: Options) -> Answer:
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
    return _made(delivery, options)


def _again(programme: Programme, options: Options) -> Answer:
    of = _delivery(programme, options)
    return _made(send_again(delivery=of, actor=options["actor"], at=timezone.now()), options)


def _made(delivery: HandoverDelivery, options: Options) -> Answer:
    seconds = {"seconds": round(_write_files(delivery, options), 3)} if options["here"] else {}
    figures = figures_of_delivery(delivery=delivery)
    return _shown(delivery) | asdict(figures) | {"open": figures.open} | seconds


def _write_files(delivery: HandoverDelivery, options: Options) -> float:
    """In this process, beside whatever workers do: a file that one of them holds is theirs. Answers the seconds."""
    began = time.monotonic()
    found = figures_of_delivery(delivery=delivery)
    with tqdm(desc="handover", total=found.files, initial=found.written, unit=" files", file=options["bars"]) as bar:
        while write_next_file(delivery=delivery, at=timezone.now()):
            bar.update(1)
    finish_if_written(delivery=delivery, at=timezone.now())
    return time.monotonic() - began


def _show(programme: Programme, options: Options) -> Answer:
    return manifest(delivery=_delivery(programme, options))


def _write(programme: Programme, options: Options) -> Answer:
    return _made(_delivery(programme, options), options | {"here": True})


def _retry(programme: Programme, options: Options) -> Answer:
    return {"files": retry_failed(delivery=_delivery(programme, options), actor=options["actor"])}


def _refused(programme: Programme, options: Options) -> Answer:
    """As CSV, or with --json as a list."""
    names = ("file", "member_number", "reason", "sent_again_in")
    lines = refused_lines(delivery=_delivery(programme, options))
    if options["json"]:
        return {"refused": [dict(zip(names, line, strict=True)) for line in lines]}
    writer = csv.writer(options["output"])
    writer.writerow(names)
    writer.writerows(lines)
    return {}


def _delivery(programme: Programme, options: Options) -> HandoverDelivery:
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


class Command(ProgrammeCommand):
    help = (
        "Hands grants (or recalls, or what has expired) over to a partner: `new` plans a delivery, whose files workers "
        "write, or this process at once (--here, or `write`); `again` sends those whom the partner refused."
    )
    actions: ClassVar = {
        "list": _list,
        "left": _left,
        "new": _new,
        "show": _show,
        "write": _write,
        "again": _again,
        "retry": _retry,
        "refused": _refused,
    }

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--partner", help="new: code of the partner")
        parser.add_argument("--job", help="new: reference of the grant job; without it the newest")
        parser.add_argument("--format", choices=HandoverFormat.values, default=HandoverFormat.CSV)
        parser.add_argument("--expired", action="store_true", help="new: the items of the job that have ended since")
        parser.add_argument("--anew", action="store_true", help="new: also what the partner was handed over before")
        parser.add_argument("--delivery", help="show, write, again, retry, refused: its reference")
        parser.add_argument("--here", action="store_true", help="new, again: write the files in this process")
