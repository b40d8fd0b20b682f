import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from compensation import limits
from compensation.programmes.models import Programme


class TopUpReason(models.TextChoices):
    """Why more is paid than was determined."""

    TIER_RAISED = "tier_raised", _("지원 구간의 금액을 올림")
    OUR_DELAY = "our_delay", _("저희 처리가 늦어진 데 대한 보상")
    OUR_ERROR = "our_error", _("저희 잘못에 대한 보상")
    OTHER = "other", _("그 밖의 이유")


class TopUp(models.Model):
    """A further sum (추가 지급) for claims that were determined already: one person proposes, another one approves.

    Each claim gets `amount_won`. `tier_code` names the tier whose claims were meant, '' where people listed them; the
    list itself (TopUpClaim) is fixed with the proposal, so that what is approved is what was seen. Closed and not
    approved, it was dropped.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="top_ups", db_index=False)
    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True)
    tier_code = models.CharField(max_length=20, blank=True)
    amount_won = models.PositiveIntegerField()
    claims_count = models.PositiveIntegerField()
    total_won = models.BigIntegerField()
    reason_code = models.CharField(max_length=15, choices=TopUpReason.choices)
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()
    is_approved = models.BooleanField(default=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_won__gt=0, claims_count__gt=0, total_won=F("amount_won") * F("claims_count")),
                name="top_up_is_something",
            ),
            models.CheckConstraint(
                condition=Q(is_approved=False) | (Q(closed_at__isnull=False) & ~Q(proposed_by=F("closed_by"))),
                name="top_up_approved_by_another",
            ),
        ]
        indexes = [models.Index(fields=["programme", "-id"], name="top_up_newest")]
        triggers = [
            pgtrigger.Protect(name="top_ups_are_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="top_up_as_proposed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "programme",
                    "reference",
                    "tier_code",
                    "amount_won",
                    "claims_count",
                    "total_won",
                    "reason_code",
                    "reason",
                    "proposed_by",
                    "proposed_at",
                ),
            ),
            pgtrigger.Protect(
                name="closed_top_up_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def state(self) -> str:
        """proposed, approved or dropped."""
        return "approved" if self.is_approved else "dropped" if self.closed_at else "proposed"


class TopUpClaim(models.Model):
    """What one claim gets of a top-up. Withdrawn, what had not left is not paid any more; rows stay."""

    top_up = models.ForeignKey(TopUp, on_delete=models.PROTECT, related_name="claims", db_index=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="top_ups")
    amount_won = models.PositiveIntegerField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["top_up", "claim"], name="topped_up_once"),
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="topped_up_by_something"),
        ]
        triggers = [
            pgtrigger.Protect(name="topped_up_claims_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="topped_up_as_proposed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("top_up", "claim", "amount_won"),
            ),
            pgtrigger.Protect(
                name="withdrawn_top_up_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.top_up_id}: {self.claim_id}"
