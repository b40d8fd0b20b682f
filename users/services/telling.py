"""Telling a member something: a message in the outbox, in the transaction of what it tells of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from compensation.messaging.models import Message
from compensation.messaging.services.outbox import tell
from compensation.programmes.models import Programme
from users.models import ContactKind

SUBJECT_LENGTH_MAX = 60  # characters: the width of the column


def tell_member(
    *,
    contacts: Mapping[str, str],
    template: str,
    variables: Mapping[str, Any],
    programme: Programme,
    subject: str,
    at: datetime,
    dedupe_key: str,
) -> Message | None:
    """Writes to one of the member's contacts (users.selectors.contacts); None where no message reaches any."""
    return tell(
        phone=contacts.get(ContactKind.PHONE, ""),
        email=contacts.get(ContactKind.EMAIL, ""),
        template=template,
        variables=variables,
        at=at,
        dedupe_key=dedupe_key,
        programme=programme,
        subject=subject[:SUBJECT_LENGTH_MAX],
    )
