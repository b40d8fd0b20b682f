"""Where a programme's channel cash stands: granted, handed over, used, expired, and how its use grew."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from compensation.programmes.models import Programme
from merchants.models import ChannelCashGrant, ChannelCashList, ChannelCashReport

BY_DAY = """
SELECT use_."on", coalesce(sum(use_.amount_won) FILTER (WHERE use_.kind = 'used'), 0)::bigint,
    coalesce(sum(use_.amount_won) FILTER (WHERE use_.kind = 'expired'), 0)::bigint
FROM merchants_channelcashuse AS use_ JOIN merchants_channelcashgrant AS grant_ ON grant_.id = use_.grant_id
WHERE grant_.programme_id = %s GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class ChannelCashFigures:
    """Counts are of merchants; sums in won. What is left was neither used nor has it expired."""

    merchants: int
    granted_won: int
    waiting: int
    used_merchants: int
    used_won: int
    expired_won: int

    @property
    def left_won(self) -> int:
        return self.granted_won - self.used_won - self.expired_won


@dataclass(frozen=True, slots=True)
class UseDay:
    """What was used and what expired on a day, and until its end; won."""

    day: date
    used_won: int
    expired_won: int
    used_so_far_won: int


def channel_cash_figures(*, programme: Programme) -> ChannelCashFigures:
    """One query."""
    found = ChannelCashGrant.objects.filter(programme=programme).aggregate(
        merchants=Count("id"),
        granted_won=Sum("amount_won", default=0),
        waiting=Count("id", filter=Q(list__isnull=True)),
        used_merchants=Count("id", filter=Q(used_won__gt=0)),
        used_won=Sum("used_won", default=0),
        expired_won=Sum("expired_won", default=0),
    )
    return ChannelCashFigures(**found)


def uses_by_day(*, programme: Programme) -> list[UseDay]:
    """The days on which something was used or expired, oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, [programme.pk])
        rows = cursor.fetchall()
    days, so_far = [], 0
    for day, used_won, expired_won in rows:
        so_far += used_won
        days.append(UseDay(day, used_won, expired_won, so_far))
    return days


def lists_of(*, programme: Programme) -> QuerySet[ChannelCashList]:
    """What was handed over, newest first, with who has it."""
    lists = ChannelCashList.objects.filter(programme=programme).select_related("made_by")
    return lists.prefetch_related("downloads__actor").order_by("-number")


def reports_of(*, programme: Programme) -> QuerySet[ChannelCashReport]:
    """The files that came, newest first."""
    return ChannelCashReport.objects.filter(programme=programme).select_related("read_by").order_by("-id")
