"""Where a member's coupon stands, who takes coupons, and what was redeemed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from compensation.policy.benefits import Validity, valid_until
from compensation.policy.seoul import SEOUL, day_in_seoul
from compensation.programmes.models import BenefitItem, Programme
from users.models import Partner, PartnerScope, PartnerToken, Redemption, UseKind, WrongCode

DAYS_SHOWN = 31  # of the statistics by day


class CouponState(StrEnum):
    """The first of these that is true, in this order; `valid` is when a partner may take it."""

    NOT_GRANTED = "not_granted"
    RECALLED = "recalled"
    USED = "used"
    DECLINED = "declined"
    EXPIRED = "expired"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Holding:
    """A member's coupon: `valid_until` is the first moment at which it is not valid any more."""

    state: CouponState
    granted_at: datetime | None = None
    valid_until: datetime | None = None


# For every code that a shop sends: one round trip, and the mapper takes five times as long to write the same. The lock
# is a statement of its own before: what is read after it has waited is what others left.
_GRANTS = """
    FROM users_grant held WHERE held.member_id = %(member)s AND held.package_id IN (
        SELECT benefitpackage_id FROM programmes_benefitpackage_items WHERE benefititem_id = %(item)s)
"""
_LOCK = f"SELECT {_GRANTS} ORDER BY held.package_id FOR NO KEY UPDATE;"
_HELD = f"""
    SELECT (SELECT coalesce((SELECT finished_at FROM users_grantchunk WHERE id = held.chunk_id), %(at)s)
              {_GRANTS} ORDER BY held.package_id LIMIT 1),
           EXISTS (SELECT FROM users_recalledgrant taken WHERE taken.member_id = %(member)s AND taken.package_id IN (
               SELECT benefitpackage_id FROM programmes_benefitpackage_items WHERE benefititem_id = %(item)s)),
           ARRAY(SELECT kind FROM users_itemuse WHERE member_id = %(member)s AND item_id = %(item)s)
"""  # noqa: S608 - our own text


def holding_of(*, member_id: int, item: BenefitItem, at: datetime, lock: bool = False) -> Holding:
    """Where the member's coupon stands at `at`. `lock` holds the grant's row until the transaction ends.

    One query; asks about one member by key, however many there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{_LOCK if lock else ''}{_HELD}", {"member": member_id, "item": item.pk, "at": at})
        granted_at, is_recalled, uses = cursor.fetchone()
    if granted_at is None:
        return Holding(CouponState.RECALLED if is_recalled else CouponState.NOT_GRANTED)
    until = valid_until(validity=Validity.from_json(item.validity), granted_at=granted_at)
    return Holding(_state(set(uses), until, at), granted_at, until)


def _state(uses: set[str], until: datetime | None, at: datetime) -> CouponState:
    if UseKind.REDEEMED in uses:
        return CouponState.USED
    if UseKind.DECLINED in uses:
        return CouponState.DECLINED
    return CouponState.EXPIRED if until is not None and at >= until else CouponState.VALID


_TO_REDEEM = PartnerToken.objects.filter(partner=OuterRef("pk"), scopes__contains=[PartnerScope.REDEEM])


def coupon_partners(*, programme_id: int, at: datetime) -> tuple[Partner, ...]:
    """Who takes the programme's coupons at `at`, by name. The programme has other partners, who honour other grants."""
    live = _TO_REDEEM.filter(revoked_at=None, expires_at__gt=at)
    return tuple(Partner.objects.filter(Exists(live), programme=programme_id).order_by("name_ko", "pk"))


def redemptions_of(*, partner: Partner) -> QuerySet[Redemption]:
    """The partner's own redemptions, cancelled ones too, with their items."""
    return Redemption.objects.filter(partner=partner).select_related("item")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was redeemed and stands, of an item, partner or day. `cancelled` ones are not in `redeemed` and `won`."""

    of: Any
    redeemed: int
    cancelled: int
    won: int


@dataclass(frozen=True, slots=True)
class CouponStatistics:
    """Redemptions of a programme by item, partner, and day in Seoul (the last DAYS_SHOWN, newest first)."""

    total: Taken
    by_item: Sequence[Taken]
    by_partner: Sequence[Taken]
    by_day: Sequence[Taken]
    wrong_codes: int


def coupon_statistics(*, programme: Programme, at: datetime) -> CouponStatistics:
    """Counted from the rows: six queries. `wrong_codes` are those that were made up, in the last 24 hours."""
    rows = Redemption.objects.filter(partner__programme=programme)
    items = {item.pk: item for item in BenefitItem.objects.filter(programme=programme, kind="coupon")}
    by_item, by_partner = _counted(rows, "item_id"), _counted(rows, "partner_id")
    partners = Partner.objects.filter(Exists(_TO_REDEEM), programme=programme).order_by("name_ko", "pk")
    since = datetime.combine(_first_day(at), datetime.min.time(), tzinfo=SEOUL)
    recent = rows.filter(redeemed_at__gte=since).annotate(day=TruncDate("redeemed_at", tzinfo=SEOUL))
    by_day = _counted(recent, "day")
    return CouponStatistics(
        total=_sum(by_partner.values()),
        by_item=[_of(item, by_item.get(key)) for key, item in items.items()],
        by_partner=[_of(partner, by_partner.get(partner.pk)) for partner in partners],
        by_day=[_of(day, by_day[day]) for day in sorted(by_day, reverse=True)],
        wrong_codes=WrongCode.objects.filter(
            partner__programme=programme, at__gt=at - timedelta(days=1), at__lte=at
        ).count(),
    )


def redemptions_by_day(*, partner: Partner, at: datetime) -> list[Taken]:
    """What one partner took, by day in Seoul: the last DAYS_SHOWN, newest first. One query."""
    since = datetime.combine(_first_day(at), datetime.min.time(), tzinfo=SEOUL)
    rows = Redemption.objects.filter(partner=partner, redeemed_at__gte=since)
    counted = _counted(rows.annotate(day=TruncDate("redeemed_at", tzinfo=SEOUL)), "day")
    return [_of(day, counted[day]) for day in sorted(counted, reverse=True)]


def _first_day(at: datetime) -> date:
    return day_in_seoul(at) - timedelta(days=DAYS_SHOWN - 1)


def _counted(rows: QuerySet[Redemption], key: str) -> dict[Any, Taken]:
    stands = Q(cancelled_at__isnull=True)
    counted = rows.values_list(key).annotate(
        redeemed=Count("pk", filter=stands),
        cancelled=Count("pk", filter=~stands),
        won=Sum("value_won", filter=stands, default=0),
    )
    return {row[0]: Taken(*row) for row in counted.order_by()}


def _of(thing: Any, taken: Taken | None) -> Taken:
    return Taken(thing, taken.redeemed, taken.cancelled, taken.won) if taken else Taken(thing, 0, 0, 0)


def _sum(parts: Any) -> Taken:
    taken = list(parts)
    return Taken(
        None, sum(part.redeemed for part in taken), sum(part.cancelled for part in taken), sum(p.won for p in taken)
    )
