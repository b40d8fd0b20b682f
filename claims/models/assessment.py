import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from compensation.programmes.models import PolicyVersion

APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Assessment(models.Model):
    """The loss of a claim as the policy computes it: inputs, every step, result. Append-only.

    One row per claim, version of its facts and policy version; `steps` is what `policy.assessment.Step` reads.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="assessments", db_index=False)
    facts_version = models.PositiveSmallIntegerField()
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    lost_sales_won = models.BigIntegerField()
    margin_bp = models.PositiveSmallIntegerField()
    attribution_bp = models.PositiveSmallIntegerField()
    assessed_won = models.BigIntegerField()
    tier_code = models.CharField(max_length=20)
    route = models.CharField(max_length=12)
    steps = models.JSONField()
    assessed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "facts_version", "policy_version"], name="assessed_once_per_facts_and_policy"
            ),
            models.CheckConstraint(
                condition=Q(assessed_won__gte=0, assessed_won__lte=F("lost_sales_won")),
                name="assessed_between_nothing_and_the_loss",
            ),
        ]
        triggers = [pgtrigger.Protect(name="assessments_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.assessed_won}"


class Determination(models.Model):
    """What was decided about a claim, by rule or by the council. Append-only: a new one names the one it supersedes.

    `reason` is a code: within_tier, nothing_assessed; council_granted, council_refused; objection_upheld,
    objection_partly, objection_rejected.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="determinations")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="determinations")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, default=None
    )
    tier_code = models.CharField(max_length=20)
    amount_won = models.PositiveIntegerField()
    reason = models.CharField(max_length=40)
    by_council = models.BooleanField(default=False, db_default=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="determinations_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.amount_won}"
