from django.db import models

from claims.models.claim import Claim


class Evidence(models.Model):
    """A document of a named kind (a code of the policy's evidence kinds) that belongs to a claim."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["claim", "kind", "sha256"], name="evidence_once")]

    def __str__(self) -> str:
        return self.file_name
