import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from compensation.programmes.models import Programme
from compensation.runtime.encryption import EncryptedTextField


def draft_reference() -> str:
    """What stands in a draft's addresses: unguessable, and not a claim's reference."""
    return secrets.token_urlsafe(16)


class ClaimDraft(models.Model):
    """A claim that is being filled in. Nothing of it counts before it is submitted; it can be carried on on another device.

    `answers` is JSON by step, as typed (encrypted: it holds names and account numbers). `version` rises with each save, so
    that two devices do not overwrite each other unknowingly. A draft becomes one claim, however often it is sent.
    """

    reference = models.CharField(max_length=32, unique=True, default=draft_reference)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="claim_drafts")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claim_drafts")
    answers = EncryptedTextField(default="{}")
    version = models.PositiveIntegerField(default=1)
    by_agent = models.BooleanField(default=False, help_text="filled in by the customer centre on the merchant's behalf")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    claim = models.OneToOneField(
        "claims.Claim", on_delete=models.PROTECT, related_name="draft", null=True, help_text="what it became"
    )

    class Meta:
        indexes = [
            # Serves a person's list of what is still to be sent.
            models.Index(fields=["owner", "-updated_at"], name="draft_open_by_owner", condition=Q(claim__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.reference
