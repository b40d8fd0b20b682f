"""Taking a coupon, and giving it back. The key of ItemUse (member, item, kind) lets one of any number at once win."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from compensation.programmes.models import BenefitItem
from compensation.values.refused import ValueRefused
from users.models import ItemUse, PartnerToken, Redemption, UseKind
from users.selectors.coupons import CouponState, Holding, holding_of
from users.services.coupons.codes import holder_of

# By state: the refusal's code and sentences.
_REFUSALS = {
    CouponState.NOT_GRANTED: (
        "coupon_not_granted",
        "지급되지 않은 쿠폰입니다.",
        "This coupon was not granted.",
    ),
    CouponState.RECALLED: ("coupon_recalled", "회수된 쿠폰입니다.", "This coupon was recalled."),
    CouponState.USED: ("coupon_used", "이미 사용한 쿠폰입니다.", "This coupon was used already."),
    CouponState.DECLINED: (
        "coupon_declined",
        "이용자가 받지 않기로 한 쿠폰입니다.",
        "The member has declined this coupon.",
    ),
    CouponState.EXPIRED: ("coupon_expired", "유효 기간이 지난 쿠폰입니다.", "This coupon has expired."),
}


class RedemptionRefused(ValueRefused):
    """A coupon that cannot be taken as things stand: not granted, recalled, used, declined, or expired."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The coupon that a code stands for, and where it stands."""

    item: BenefitItem
    holding: Holding


def look_up(*, token: PartnerToken, code: str, at: datetime) -> LookedUp:
    """What a code is good for at `at`. Changes nothing. Raises CouponCodeRefused."""
    member_id, item = holder_of(code=code, programme_id=token.partner.programme_id)
    return LookedUp(item, holding_of(member_id=member_id, item=item, at=at))


@transaction.atomic(savepoint=False)  # a refusal undoes the whole request
def redeem(*, token: PartnerToken, code: str, order: str, at: datetime) -> Redemption:
    """The partner takes the coupon; `order` is its own number for the purchase. The row says who, when and what.

    Whoever comes second waits for the first, and is told. Raises CouponCodeRefused, RedemptionRefused.
    """
    member_id, item = holder_of(code=code, programme_id=token.partner.programme_id)
    holding = holding_of(member_id=member_id, item=item, at=at, lock=True)
    if holding.state != CouponState.VALID:
        raise RedemptionRefused(*_REFUSALS[holding.state])
    ItemUse.objects.create(member_id=member_id, item=item, kind=UseKind.REDEEMED, at=at)
    return Redemption.objects.create(
        member_id=member_id,
        item=item,
        partner_id=token.partner_id,
        token=token,
        order=order,
        value_won=item.value_won,
        redeemed_at=at,
    )


@transaction.atomic(savepoint=False)
def cancel(*, token: PartnerToken, reference: str, at: datetime) -> Redemption:
    """The member has the coupon again, for as long as it is valid. One that was cancelled stays as it is.

    Raises Redemption.DoesNotExist, also for another partner's.
    """
    redemptions = Redemption.objects.select_related("item").select_for_update(of=("self",), no_key=True)
    redemption = redemptions.get(partner=token.partner_id, reference=reference)
    if redemption.cancelled_at is None:
        redemption.cancelled_at = at
        redemption.save(update_fields=["cancelled_at"])
        ItemUse.objects.filter(member_id=redemption.member_id, item=redemption.item_id, kind=UseKind.REDEEMED).delete()
    return redemption
