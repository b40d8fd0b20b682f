import secrets

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.review import Review
from compensation import limits
from compensation.programmes.models import Programme
from compensation.runtime.encryption import EncryptedTextField


def bulk_job_reference() -> str:
    """What stands in a job's addresses: unguessable."""
    return secrets.token_urlsafe(16)


class BulkAction(models.TextChoices):
    """What is done with many cases in one go."""

    ASK = "ask", _("자료 요청하기")
    ASSIGN = "assign", _("담당 지정")
    TAG = "tag", _("표시 달기")
    REFER = "refer", _("협의체 상정")


class BulkJob(models.Model):
    """One thing that is done with many cases: its items are what is left to do, and what became of each.

    `parameters` is JSON (encrypted: it can hold what a person wrote), as the action's service takes them.
    """

    reference = models.CharField(max_length=32, unique=True, default=bulk_job_reference)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="bulk_jobs")
    action = models.CharField(max_length=8, choices=BulkAction.choices)
    parameters = EncryptedTextField(default="{}")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="bulk_job_unfinished", condition=Q(finished_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.action} {self.reference}"


class BulkItem(models.Model):
    """One case of a bulk job. `fault` is the code of why it was not done, with the sentence in both languages."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items", db_index=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(
        max_length=8,
        choices=[("pending", _("대기")), ("done", _("완료")), ("failed", _("실패"))],
        default="pending",
    )
    fault = models.CharField(max_length=limits.REASON_CODE_LENGTH_MAX, blank=True)
    fault_text = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["job", "review"], name="bulk_item_once")]
        indexes = [models.Index(fields=["job", "id"], name="bulk_item_pending", condition=Q(outcome="pending"))]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.outcome}"
