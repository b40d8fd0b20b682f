"""What the partner's program reads. Nothing of it says who the member is."""

from typing import Any

from rest_framework import serializers

from compensation.runtime.api_fields import Named
from users.selectors.coupons import CouponState
from users.services.coupons.redeeming import LookedUp


class CouponAnswer(serializers.Serializer[Any]):
    """A coupon with its terms. There is no minimum spend: `minimum_spend_won` is 0."""

    state = serializers.ChoiceField(choices=[state.value for state in CouponState])
    item = Named()
    value_won = serializers.IntegerField()
    minimum_spend_won = serializers.IntegerField()
    valid_from = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True, help_text="from this moment on it is not valid any more")


class RedemptionAnswer(serializers.Serializer[Any]):
    """That a coupon was taken, and whether it was given back."""

    reference = serializers.CharField()
    item = Named()
    order = serializers.CharField(allow_blank=True)
    value_won = serializers.IntegerField()
    redeemed_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)


class RedemptionsAnswer(serializers.Serializer[Any]):
    """A page of them."""

    results = RedemptionAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def coupon_answer(looked_up: LookedUp) -> dict[str, Any]:
    """The answer to a validation."""
    item, holding = looked_up.item, looked_up.holding
    return CouponAnswer(
        {
            "state": holding.state.value,
            "item": item,
            "value_won": item.value_won,
            "minimum_spend_won": 0,
            "valid_from": holding.granted_at,
            "valid_until": holding.valid_until,
        }
    ).data
