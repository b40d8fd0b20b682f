"""Which contacts a person has proven."""

from typing import Any

from django.db.models import QuerySet

from users.models import Contact, ContactKind


def contacts_of(*, user: Any) -> QuerySet[Contact]:
    """The contacts of one person, the first proven one first."""
    return Contact.objects.filter(user=user).order_by("verified_at", "id")


def proven_phones(*, user: Any) -> list[str]:
    """The mobile numbers (E.164) which the person has proven to hold."""
    return list(contacts_of(user=user).filter(kind=ContactKind.PHONE).values_list("value", flat=True))
