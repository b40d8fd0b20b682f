import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from compensation import limits
from compensation.programmes.models import Programme
from compensation.runtime.encryption import EncryptedTextField


def draft_reference() -> str:
    """What stands in a draft's addresses: unguessable, and not a claim's reference."""
    return secrets.token_urlsafe(16)


class ClaimDraft(models.Model):
    """A claim that is being filled in, also in turns on several devices. Nothing of it counts before it is submitted.

    `answers` is JSON by step, as typed (encrypted: it holds names and account numbers), each step with a version, so
    that two devices do not overwrite each other unknowingly (claims.services.drafts.answers). `version` counts all
    saves. A draft becomes one claim, however often it is sent.
    """

    reference = models.CharField(max_length=32, unique=True, default=draft_reference)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="claim_drafts")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claim_drafts")
    answers = EncryptedTextField(default="{}")
    version = models.PositiveIntegerField(default=1)
    by_agent = models.BooleanField(default=False, help_text="filled in by the customer centre on the merchant's behalf")
    agent_reason = models.CharField(max_length=limits.AGENT_REASON_LENGTH_MAX, blank=True, help_text="why by an agent")
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
