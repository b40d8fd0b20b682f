import secrets

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from claims.models.evidence import Evidence
from compensation import limits
from compensation.policy.transitions import QUESTION
from compensation.runtime.encryption import EncryptedTextField
from compensation.runtime.triggers import MovesOnly


def question_reference() -> str:
    """What stands in a question's addresses: unguessable."""
    return secrets.token_urlsafe(16)


@pghistory.track(pghistory.UpdateEvent(), fields=["state", "closed_at"])
class Question(models.Model):
    """What an officer asks of a merchant: everything that is missing, at once. One is open at a time.

    `kinds` are codes of the policy's evidence kinds, `reasons` of its reasons of the kind `fixable`; the policy has
    the sentences of those, and `text` is what the officer wrote besides. From `asked_at` until `closed_at` (answered,
    or no longer needed) the clock of the claim, and of an objection to it, stands still. `due_at` is the first moment
    that is too late, `remind_at` when the merchant is reminded (None once that is settled).
    """

    reference = models.CharField(max_length=32, unique=True, default=question_reference)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="questions")
    kinds = ArrayField(models.CharField(max_length=limits.EVIDENCE_CODE_LENGTH_MAX), default=list)
    reasons = ArrayField(models.CharField(max_length=limits.REASON_CODE_LENGTH_MAX), default=list)
    text = EncryptedTextField(blank=True)
    state = models.CharField(max_length=10, default=QUESTION.initial)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=Q(state="asked"), name="one_open_question_per_claim"),
            models.CheckConstraint(
                condition=Q(state="asked", closed_at__isnull=True) | (~Q(state="asked") & Q(closed_at__isnull=False)),
                name="question_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("asked_at")),
                name="question_closed_after_asked",
            ),
        ]
        indexes = [models.Index(fields=["remind_at"], name="question_to_remind", condition=Q(remind_at__isnull=False))]
        triggers = [MovesOnly(name="question_moves", field="state", moves=QUESTION.moves)]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.state}"


class Answer(models.Model):
    """What the merchant wrote back, with the papers that came with it. Append-only."""

    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="answer")
    text = EncryptedTextField(blank=True)
    evidence = models.ManyToManyField(Evidence, related_name="answers")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="answers_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"answer to {self.question_id}"
