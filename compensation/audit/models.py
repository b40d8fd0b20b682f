import pgtrigger
from django.conf import settings
from django.db import models


class AccessRecord(models.Model):
    """Who looked at whose personal data, when, from where and what for. Kept two years (safety measures, art. 8)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="access_records")
    at = models.DateTimeField(db_index=True)
    address = models.GenericIPAddressField(null=True)
    subject = models.CharField(max_length=60, db_index=True, help_text="whose data: kind and reference")
    task = models.CharField(max_length=40, help_text="what was done, e.g. claim_viewed")
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="access_records_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.subject}"


class Destruction(models.Model):
    """That what was no longer needed was destroyed: how many of each kind, and nothing of what they were.

    One row per run, which grows with its batches, each in the transaction of the batch. A run that has not finished was
    interrupted; once it has, the row stays as it is.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="what was due at this moment")
    counts = models.JSONField(default=dict)
    is_finished = models.BooleanField(default=False)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="destructions_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="finished_destruction_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_finished=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
