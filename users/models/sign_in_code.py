from django.db import models
from django.db.models import Q

from compensation import limits
from users.models.contact import ContactKind


class SignInCode(models.Model):
    """A one-time code that was sent to a contact. The code itself is not kept, only what checks it.

    Of several codes for one contact and purpose only the newest counts. The rows are also what throttling counts.
    """

    contact_index = models.CharField(max_length=32)
    kind = models.CharField(max_length=5, choices=ContactKind.choices)
    purpose = models.CharField(max_length=limits.CODE_PURPOSE_LENGTH_MAX)
    salt = models.CharField(max_length=32)
    code_hash = models.CharField(max_length=32)
    address = models.GenericIPAddressField(null=True, help_text="from where it was asked for")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(attempts__lte=limits.CODE_ATTEMPTS_MAX), name="sign_in_code_attempts")
        ]
        indexes = [
            models.Index(fields=["contact_index", "created_at"], name="sign_in_code_by_contact"),
            models.Index(fields=["address", "created_at"], name="sign_in_code_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.created_at:%Y-%m-%d %H:%M}"
