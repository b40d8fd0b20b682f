import secrets

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.assessment import Determination
from claims.models.claim import Claim
from claims.models.evidence import Evidence
from compensation.policy.transitions import OBJECTION
from compensation.runtime.encryption import EncryptedTextField
from compensation.runtime.triggers import MovesOnly


def objection_reference() -> str:
    """What stands in an objection's addresses: unguessable."""
    return secrets.token_urlsafe(16)


class ObjectionKind(models.TextChoices):
    """Objection: the determination is wrong. Confirmation: right by the rule, but the loss is proven to be higher."""

    OBJECTION = "objection", _("이의신청")
    CONFIRMATION = "confirmation", _("확인 요청")


@pghistory.track(pghistory.UpdateEvent(), fields=["state", "closed_at"])
class Objection(models.Model):
    """A merchant's request to look at a determination again, with reasons and papers. One is open at a time.

    It changes nothing of the claim: what was determined stands, and is paid.
    """

    reference = models.CharField(max_length=32, unique=True, default=objection_reference)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="objections")
    determination = models.ForeignKey(Determination, on_delete=models.PROTECT, related_name="objections")
    kind = models.CharField(max_length=12, choices=ObjectionKind.choices)
    reasons = EncryptedTextField()
    evidence = models.ManyToManyField(Evidence, related_name="objections")
    state = models.CharField(max_length=10, default=OBJECTION.initial)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["determination"], condition=Q(state="received"), name="one_open_objection_per_determination"
            ),
            models.CheckConstraint(
                condition=Q(state="received", closed_at__isnull=True)
                | (~Q(state="received") & Q(closed_at__isnull=False)),
                name="objection_closed_has_time",
            ),
        ]
        triggers = [MovesOnly(name="objection_moves", field="state", moves=OBJECTION.moves)]

    def __str__(self) -> str:
        return f"{self.kind} to {self.determination_id}: {self.state}"
