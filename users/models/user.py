from typing import Any

import pghistory
import rules
from django.contrib.auth.models import AbstractUser
from django.db import models


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["password", "last_login"])
class User(AbstractUser):
    """A person with an account here. What they may do follows from their ProgrammeRole rows only."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=100, blank=True)

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """In a programme only roles count: a superuser, to whom Django says yes everywhere, needs one too."""
        return super().has_perm(perm) if obj is None else rules.has_perm(perm, self, obj)


class SignInAttempt(models.Model):
    """One try to sign in: the record the law asks for, and what throttling counts."""

    username_digest = models.CharField(max_length=32)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()
    succeeded = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["username_digest", "at"], name="sign_in_by_username"),
            models.Index(fields=["address", "at"], name="sign_in_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
