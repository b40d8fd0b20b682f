import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from compensation import limits
from compensation.policy.transitions import CLAIM, LIVE_CLAIM_STATES
from compensation.programmes.models import IntakeWindow, Programme
from compensation.runtime.triggers import MovesOnly
from merchants.models import Merchant


@pghistory.track(
    pghistory.UpdateEvent(
        "facts_corrected",
        condition=pghistory.AnyChange(
            "facts_version", "services", "lost_sales_won", "reported_margin_bp", "industry_code"
        ),
    ),
    pghistory.DeleteEvent(),
)
class Claim(models.Model):
    """One merchant's loss claim in one programme.

    Its losses (claims.models.loss), margin and industry are what the merchant says; a correction raises
    `facts_version`, and the claim is assessed again. `services` and `lost_sales_won` are those of all losses together.
    `assessment` and `determination` are the ones that count now; older rows stay beside them.
    `external_reference` is the association's own number (접수번호); `content_digest` tells a repeated row from another.
    """

    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="claims", db_index=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="claims")
    window = models.ForeignKey(IntakeWindow, on_delete=models.PROTECT, related_name="claims", db_index=False)
    channel = models.CharField(max_length=20)
    association_file = models.ForeignKey(
        "claims.AssociationFile", on_delete=models.PROTECT, related_name="claims", null=True, db_index=False
    )
    external_reference = models.CharField(max_length=60, blank=True)
    content_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=20, default="received")
    received_at = models.DateTimeField()

    services = ArrayField(models.CharField(max_length=40))
    lost_sales_won = models.BigIntegerField()
    reported_margin_bp = models.IntegerField(null=True)
    industry_code = models.CharField(max_length=10, blank=True)
    facts_version = models.PositiveSmallIntegerField(default=1)

    assessment = models.ForeignKey(
        "claims.Assessment", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    determination = models.ForeignKey(
        "claims.Determination", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "window", "services"],
                condition=Q(state__in=LIVE_CLAIM_STATES),
                name="one_live_claim_per_merchant_window_services",
            ),
            models.UniqueConstraint(
                fields=["programme", "external_reference"],
                condition=~Q(external_reference=""),
                name="external_reference_once",
            ),
            models.CheckConstraint(
                condition=Q(lost_sales_won__gte=0, lost_sales_won__lte=limits.LOST_SALES_WON_MAX),
                name="lost_sales_within_limits",
            ),
        ]
        indexes = [
            # Serves the list of claims, newest first, with or without a state.
            models.Index(fields=["programme", "state", "-received_at", "-id"], name="claim_by_state"),
            models.Index(fields=["programme", "-received_at", "-id"], name="claim_by_received"),
            # Serves the workers that assess: only what still waits is in it.
            models.Index(fields=["programme", "id"], name="claim_to_assess", condition=Q(state="received")),
        ]
        triggers = [MovesOnly(name="claim_moves", field="state", moves=CLAIM.moves)]

    def __str__(self) -> str:
        return self.reference


class ClaimTransition(models.Model):
    """A move of a claim from one state to another: who, when, why. Append-only."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [
            pgtrigger.Protect(name="claim_history_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
