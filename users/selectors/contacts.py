"""Which contacts a person has proven."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from users.models import Contact, ContactKind, MemberAccount


def contacts_of(*, user: Any) -> QuerySet[Contact]:
    """The contacts of one person, the first proven one first."""
    return Contact.objects.filter(user=user).order_by("verified_at", "id")


def proven_phones(*, user: Any) -> list[str]:
    """The mobile numbers (E.164) which the person has proven to hold."""
    return list(contacts_of(user=user).filter(kind=ContactKind.PHONE).values_list("value", flat=True))


def contacts_by_member(*, member_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """By member the contact of each kind that was proven first, of those members who have any. Two queries."""
    members = dict(MemberAccount.objects.filter(member__in=list(member_ids)).values_list("user_id", "member_id"))
    found: dict[int, dict[str, str]] = {}
    for contact in Contact.objects.filter(user__in=members).order_by("verified_at", "id"):
        found.setdefault(members[contact.user_id], {}).setdefault(contact.kind, contact.value)
    return found
