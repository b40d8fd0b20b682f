"""manage.py coupons CODE: what was redeemed. Partners who take coupons: manage.py partners."""

from collections.abc import Iterable
from typing import ClassVar

from django.utils import timezone

from compensation.programmes.models import Programme
from users.management.programme_command import Answer, Options, ProgrammeCommand
from users.selectors.coupons import Taken, coupon_statistics


def _statistics(programme: Programme, _options: Options) -> Answer:
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


def _rows(taken: Iterable[Taken]) -> list[Answer]:
    return [{"of": str(row.of), "redeemed": row.redeemed, "cancelled": row.cancelled, "won": row.won} for row in taken]


class Command(ProgrammeCommand):
    help = "Shows what was redeemed, by coupon, partner and day."
    actions: ClassVar = {"show": _statistics}
