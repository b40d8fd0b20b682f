"""manage.py coupons CODE: what was redeemed. Partners who take coupons: manage.py partners."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code
from users.selectors.coupons import Taken, coupon_statistics

Answer = dict[str, Any]


class Command(BaseCommand):
    help = "Shows what was redeemed, by coupon, partner and day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, **options: Any) -> None:
        try:
            answer = _statistics(programme_by_code(code=options["programme"]))
        except Programme.DoesNotExist as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        for name, value in answer.items():
            self._write(name, value)

    def _write(self, name: str, value: Any) -> None:
        if not isinstance(value, list):
            self.stdout.write(f"{name}: {value}")
            return
        self.stdout.write(f"{name}:")
        for row in value:
            self.stdout.write("  " + ", ".join(f"{key} {part}" for key, part in row.items()))


def _statistics(programme: Programme) -> Answer:
    found = coupon_statistics(programme=programme, at=timezone.now())
    return {
        "redeemed": found.total.redeemed,
        "cancelled": found.total.cancelled,
        "won": found.total.won,
        "wrong_codes_24_hours": found.wrong_codes,
        "by_item": _rows(found.by_item),
        "by_partner": _rows(found.by_partner),
        "by_day": _rows(found.by_day),
    }


def _rows(taken: Any) -> list[Answer]:
    return [_row(row) for row in taken]


def _row(taken: Taken) -> Answer:
    return {"of": str(taken.of), "redeemed": taken.redeemed, "cancelled": taken.cancelled, "won": taken.won}
