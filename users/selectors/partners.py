"""The partners of a programme, and the tokens of their programs."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q, QuerySet

from compensation.programmes.models import Programme
from users.models import Partner, PartnerScope, PartnerToken
from users.selectors.coupons import redemptions_by_day
from users.selectors.handover import LeftOfJob, handed_over_by_day, left_for


def partners_of(*, programme: Programme, at: datetime) -> QuerySet[Partner]:
    """By name, each with `live_tokens` and `last_used_at`."""
    live = Q(tokens__revoked_at=None, tokens__expires_at__gt=at)
    partners = Partner.objects.filter(programme=programme)
    counted = partners.annotate(live_tokens=Count("tokens", filter=live), last_used_at=Max("tokens__last_used_at"))
    return counted.order_by("name_ko", "pk")


def receivers(*, at: datetime) -> QuerySet[Partner]:
    """Those whose programs may be handed over grants, of all programmes."""
    live = PartnerToken.objects.filter(revoked_at=None, expires_at__gt=at, scopes__contains=[PartnerScope.RECEIVE])
    return Partner.objects.filter(tokens__in=live).distinct().order_by("name_ko", "pk")


def receivers_of(*, programme: Programme, at: datetime) -> QuerySet[Partner]:
    """Those of one programme."""
    return receivers(at=at).filter(programme=programme)


def left_to_hand_over(*, programme: Programme, at: datetime) -> list[LeftOfJob]:
    """What they do not have yet, by partner, the newest job first."""
    return [left for partner in receivers_of(programme=programme, at=at) for left in left_for(partner=partner)]


def tokens_of(*, partner: Partner) -> QuerySet[PartnerToken]:
    """All that there ever were, the newest first."""
    return PartnerToken.objects.filter(partner=partner).order_by("-pk")


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A partner's token that is good, without the token."""

    partner: str
    reference: str
    label: str
    scopes: str
    expires_at: datetime
    last_used_at: datetime | None


def live_partner_tokens(*, programme: Programme, at: datetime) -> list[LiveToken]:
    """The tokens of the programme's partners that are good at `at`, newest first."""
    rows = PartnerToken.objects.filter(partner__programme=programme, revoked_at=None, expires_at__gt=at)
    return [
        LiveToken(row.partner.code, row.reference, row.label, ",".join(row.scopes), row.expires_at, row.last_used_at)
        for row in rows.select_related("partner").order_by("-pk")
    ]


@dataclass(frozen=True, slots=True)
class PartnerDay:
    """What a partner did on one day in Seoul: coupons it took (`won`: their value), members it was handed over."""

    day: date
    redeemed: int = 0
    cancelled: int = 0
    won: int = 0
    accepted: int = 0
    refused: int = 0


def days_of(*, partner: Partner, at: datetime) -> list[PartnerDay]:
    """The last month's days on which there was something, newest first. Two queries."""
    taken = {row.of: row for row in redemptions_by_day(partner=partner, at=at)}
    handed_over = {row.day: row for row in handed_over_by_day(partner=partner, at=at)}
    days = []
    for day in sorted(taken.keys() | handed_over.keys(), reverse=True):
        coupons, members = taken.get(day), handed_over.get(day)
        days.append(
            PartnerDay(
                day,
                redeemed=coupons.redeemed if coupons else 0,
                cancelled=coupons.cancelled if coupons else 0,
                won=coupons.won if coupons else 0,
                accepted=members.accepted if members else 0,
                refused=members.refused if members else 0,
            )
        )
    return days
