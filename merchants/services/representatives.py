"""How a person comes to act for a business: by the phone that is registered for it, or by entering it first."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from compensation import limits
from compensation.audit.services import because
from compensation.runtime.encryption import blind_index
from compensation.values.phones import is_mobile
from merchants.models import Merchant, Representative
from merchants.selectors.representatives import businesses_of, represents
from merchants.services.registration import PHONE_INDEX_CONTEXT, MerchantDetails
from users.models import User
from users.selectors.contacts import proven_phones


class TakeOverRefused(Exception):
    """No such business, or its registered phone is not one that the person has proven: which of them is not told."""


class BusinessOfOthers(Exception):
    """The business is on record with another phone. Whose it is is not told; the customer centre can help."""


class PhoneNotProven(Exception):
    """A mobile phone is to be registered for a business, and the person has not proven to hold it."""


@transaction.atomic
def take_over(*, user: User, business_number: str, at: datetime) -> Merchant:
    """Lets a person act for a business on record whose registered phone they have proven. Harmless when repeated.

    The number has to be named, though the phone would do to find the business: a phone number that got a new owner
    does not bring the last one's business along. Raises TakeOverRefused.
    """
    merchant = Merchant.objects.filter(business_number=business_number).first()
    if merchant is None:
        raise TakeOverRefused
    if not represents(user=user, merchant=merchant):
        if not _is_registered_for(merchant, proven_phones(user=user)):
            raise TakeOverRefused
        _add_representative(merchant, user, "business taken over", at)
    return merchant


@transaction.atomic
def register_own_business(*, user: User, details: MerchantDetails, at: datetime) -> Merchant:
    """Enters a business that is not on record, with the person as its representative. Harmless when repeated.

    One that is on record is taken over, if its phone is one that the person has proven; what is on record stays. A
    mobile phone has to be proven before it is registered; a land line, to which no code can go, does not (ours).
    Raises PhoneNotProven, BusinessOfOthers.
    """
    phones = proven_phones(user=user)
    if is_mobile(details.phone) and details.phone not in phones:
        raise PhoneNotProven
    with because(actor=user, reason="business registered"):
        merchant, is_new = Merchant.objects.get_or_create(
            business_number=details.business_number, defaults=_as_entered(details, at)
        )
    if represents(user=user, merchant=merchant):
        return merchant
    if not is_new and not _is_registered_for(merchant, phones):
        raise BusinessOfOthers
    _add_representative(merchant, user, "business registered", at)
    return merchant


def _as_entered(details: MerchantDetails, at: datetime) -> dict[str, Any]:
    return {
        "trade_name": details.trade_name,
        "representative_name": details.representative_name,
        "phone": details.phone,
        "phone_index": blind_index(details.phone, context=PHONE_INDEX_CONTEXT),
        "email": details.email,
        "industry_code": details.industry_code,
        "on_channel": bool(details.on_channel),
        "created_at": at,
    }


def _is_registered_for(merchant: Merchant, phones: Collection[str]) -> bool:
    return merchant.phone_index in {blind_index(phone, context=PHONE_INDEX_CONTEXT) for phone in phones}


def _add_representative(merchant: Merchant, user: User, reason: str, at: datetime) -> None:
    """Many businesses behind one account are allowed, and stand in the history for whoever looks for brokers."""
    businesses = businesses_of(user=user).count() + 1
    unusual = {"unusually_many_businesses": True} if businesses > limits.BUSINESSES_PER_PERSON_USUAL else {}
    with because(actor=user, reason=reason, businesses=businesses, **unusual):
        Representative.objects.bulk_create(
            [Representative(merchant=merchant, user=user, since=at)], ignore_conflicts=True
        )
