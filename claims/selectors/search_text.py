"""What people type to find a claim: as it is looked for, and the merchants whom it may mean. Each way has its index."""

import unicodedata
from contextlib import suppress

from django.db.models import Q

from compensation import limits
from compensation.runtime.encryption import blind_index
from compensation.values.business_numbers import parse_business_number
from compensation.values.phones import parse_phone
from compensation.values.refused import ValueRefused
from merchants.services.registration import PHONE_INDEX_CONTEXT


def plain_search(text: str) -> str:
    """The text as it is looked for: composed letters, single spaces, not longer than a name."""
    return " ".join(unicodedata.normalize("NFC", text.replace("\0", "")).split())[: limits.NAME_LENGTH_MAX]


def merchants_named(text: str) -> Q:
    """Merchants whose business or representative is called so, by the beginning of the name."""
    return Q(trade_name__startswith=text) | Q(representative_name__startswith=text)


def merchants_numbered(text: str) -> Q:
    """Merchants with this business number or phone; an empty condition for what is neither."""
    match = Q()
    with suppress(ValueRefused):
        match |= Q(business_number=parse_business_number(text))
    with suppress(ValueRefused):
        match |= Q(phone_index=blind_index(parse_phone(text), context=PHONE_INDEX_CONTEXT))
    return match
