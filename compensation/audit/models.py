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
