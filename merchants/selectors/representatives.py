"""Who acts for which businesses."""

from typing import Any

from django.db.models import QuerySet

from merchants.models import Merchant


def businesses_of(*, user: Any) -> QuerySet[Merchant]:
    """The businesses a person acts for, in the order in which they came to them."""
    return Merchant.objects.filter(representatives__user=user).order_by("representatives__id")


def represents(*, user: Any, merchant: Merchant) -> bool:
    """Whether the person acts for this business."""
    return merchant.representatives.filter(user=user).exists()
