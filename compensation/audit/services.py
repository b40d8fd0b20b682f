"""Writing down who changed or looked at something."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pghistory
from django.contrib.auth.models import AbstractBaseUser

from compensation.audit.models import AccessRecord


def because(*, actor: AbstractBaseUser, reason: str, **detail: Any) -> AbstractContextManager[Any]:
    """Every tracked change inside this block carries the actor and the reason, also those of bulk statements."""
    return pghistory.context(actor=actor.pk, reason=reason, **detail)


def record_access(*, user: Any, at: datetime, address: str, subject: str, task: str, detail: str = "") -> AccessRecord:
    """Notes that `user` saw or used personal data of `subject` ("claim K7M4-9QXR-3")."""
    return AccessRecord.objects.create(
        user=user, at=at, address=address or None, subject=subject, task=task, detail=detail
    )
