from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from compensation import limits


class ClaimLoss(models.Model):
    """One loss of a claim, of which it has one or several: service, from when until when, how much was not sold."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="losses")
    service = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    lost_sales_won = models.BigIntegerField()
    has_alternative = models.BooleanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lost_sales_won__gte=0, lost_sales_won__lte=limits.LOST_SALES_WON_MAX),
                name="loss_within_limits",
            ),
            models.CheckConstraint(condition=Q(ended_at__gt=F("began_at")), name="loss_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.lost_sales_won}"
