from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from compensation.programmes.models import Programme


class AssociationFile(models.Model):
    """A file of claims that the merchants' association handed over, and what became of its rows.

    Exists only if the whole file went in: it is written in the transaction of its claims. The same bytes for the same
    service come in once. `refused_by_code` counts the refused rows by the code of their (first) fault.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="association_files")
    sha256 = models.CharField(max_length=64)
    service = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    already_present = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refused_by_code = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "sha256", "service"], name="association_file_once")]

    def __str__(self) -> str:
        return self.name
