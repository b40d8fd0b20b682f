import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from compensation.programmes.models import Programme


class Account(models.TextChoices):
    """The accounts of a programme. A positive balance is money that is there, or was set aside, for that purpose."""

    BUDGET = "budget", _("지원 예산")
    MERCHANT_PAYABLE = "merchant_payable", _("소상공인 지급 예정")
    PAYOUTS_RELEASED = "payouts_released", _("은행 이체 중")
    PAYOUTS_PAID = "payouts_paid", _("소상공인 지급 완료")
    PAYOUTS_RETURNED = "payouts_returned", _("반려되어 다시 지급할 돈")
    CHANNEL_CASH = "channel_cash", _("채널 캐시")
    CHANNEL_CASH_USED = "channel_cash_used", _("채널 캐시 사용")
    MEMBER_BENEFITS = "member_benefits", _("이용자 지원(액면가)")


class Transfer(models.Model):
    """A sum moved from one account to another, in whole won. Append-only: a correction is a transfer back.

    One row is both sides of the entry, so the ledger sums to zero by its shape; no half of an entry can exist.
    `kind` and `source_id` name the row that caused it, and can be booked once only.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="transfers", db_index=False)
    from_account = models.CharField(max_length=20, choices=Account.choices)
    to_account = models.CharField(max_length=20, choices=Account.choices)
    amount_won = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    source_id = models.BigIntegerField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "source_id"], name="transfer_once_per_source"),
            models.CheckConstraint(condition=models.Q(amount_won__gt=0), name="transfer_moves_something"),
            models.CheckConstraint(
                condition=~models.Q(from_account=models.F("to_account")), name="transfer_between_two_accounts"
            ),
        ]
        triggers = [pgtrigger.Protect(name="transfers_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}: {self.amount_won}"
