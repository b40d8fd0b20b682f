from django.db import models

from compensation.programmes.models import Programme
from merchants.models.merchant import Merchant


class ChannelCashGrant(models.Model):
    """Free message credit for one merchant in one programme, once."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="channel_cash_grants")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="channel_cash_grants")
    amount_won = models.PositiveIntegerField()
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "programme"], name="channel_cash_once"),
            models.CheckConstraint(condition=models.Q(amount_won__gt=0), name="channel_cash_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}/{self.merchant_id}"
