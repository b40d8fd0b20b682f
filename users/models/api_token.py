import secrets

import pghistory
from django.conf import settings
from django.db import models

from compensation import limits


def token_reference() -> str:
    """What stands in a token's address: unguessable, and not the token."""
    return secrets.token_urlsafe(16)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), fields=["user", "reference", "created_at", "revoked_at"]
)
class ApiToken(models.Model):
    """By which a program acts for a person. The token itself is not kept, only its digest (256 random bits: no salt).

    It is good from `created_at` until `expires_at`, unless it was revoked.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens")
    reference = models.CharField(max_length=32, unique=True, default=token_reference)
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=limits.API_TOKEN_LABEL_LENGTH_MAX)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label
