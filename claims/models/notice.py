from django.db import models
from django.db.models import Q

from claims.models.claim import Claim


class Notice(models.Model):
    """That the merchant is to be told of something that bulk work did. Left in the transaction of the change itself.

    Workers turn notices into messages afterwards: encrypting and wording do not belong into a set-based statement.
    `payout` is set where it is about one.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="notices", db_index=False)
    payout = models.ForeignKey("claims.Payout", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    template = models.CharField(max_length=40)
    at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="notice_to_write", condition=Q(written_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.template} {self.claim_id}"
