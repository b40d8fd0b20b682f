"""What people and the machine note about the money as a whole: a proposal about an overpayment, and each check."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.assessment import APPEND_ONLY
from claims.models.claim import Claim
from claims.models.payout import OverpaymentChoice, OverpaymentDecision
from compensation import limits
from compensation.programmes.models import Programme


class OverpaymentProposal(models.Model):
    """What one person wants done about a sum that was paid too much; a second one decides, or somebody drops it.

    Decided, it names the decision; dropped, it has none. The words of a closed one stay.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="overpayment_proposals")
    amount_won = models.PositiveIntegerField()
    choice = models.CharField(max_length=6, choices=OverpaymentChoice.choices)
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()
    decision = models.OneToOneField(OverpaymentDecision, on_delete=models.PROTECT, related_name="proposal", null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="overpayment_proposal_is_something"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(decision__isnull=True), name="open_proposal_has_no_decision"
            ),
            models.UniqueConstraint(
                fields=["claim"], condition=Q(closed_at__isnull=True), name="one_open_proposal_per_claim"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="overpayment_proposals_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="overpayment_proposal_as_written",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("claim", "amount_won", "choice", "reason", "proposed_by", "proposed_at"),
            ),
            pgtrigger.Protect(
                name="closed_proposal_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.choice} {self.amount_won}"


class MoneyCheck(models.Model):
    """One look at whether ledger, payouts, batches and bank files agree (services/payouts/invariants.py). Append-only.

    `violations` are the first of them as {"code", "reference", "ko", "en"}, `violations_count` all that were found.
    `by` is the system at night, a person who asked for it by day.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="money_checks", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    violations_count = models.PositiveIntegerField()
    violations = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["programme", "-id"], name="money_check_newest")]
        triggers = [pgtrigger.Protect(name="money_checks_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.violations_count}"
