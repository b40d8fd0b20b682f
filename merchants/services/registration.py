"""Entering merchants that are heard of for the first time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from compensation.runtime.encryption import blind_index
from merchants.models import Merchant

PHONE_INDEX_CONTEXT = "merchants_merchant.phone"


@dataclass(frozen=True, slots=True)
class MerchantDetails:
    """What somebody says about a business, normalised. Blank or None: not said."""

    business_number: str
    trade_name: str
    representative_name: str
    phone: str
    email: str = ""
    industry_code: str = ""
    on_channel: bool | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """A merchant on record, and which of its blanks could still be filled."""

    id: int
    lacks_email: bool
    lacks_industry: bool
    on_channel: bool


@transaction.atomic(savepoint=False)
def register_merchants(*, details: Sequence[MerchantDetails], at: datetime) -> dict[str, int]:
    """Makes sure that every merchant is on record; the row ids by business number. Three statements for any number.

    What is on record stays (ours): a file is hearsay about a business that may have confirmed other data itself, and a
    changed phone number is the first step of taking over somebody's payout. So a file fills blanks (e-mail, industry)
    and may say that a merchant is on the channel; it never replaces or takes away anything. The first row wins.
    """
    said = _merged(details)
    known = _known(said)
    while missing := sorted(
        said.keys() - known.keys()
    ):  # sorted: two who enter the same ones wait, but never in a circle
        _insert([said[number] for number in missing], at)
        known |= _known(missing)
    _fill_blanks([(known[number], merchant) for number, merchant in said.items()])
    return {number: merchant.id for number, merchant in known.items()}


def _merged(details: Sequence[MerchantDetails]) -> dict[str, MerchantDetails]:
    merged: dict[str, MerchantDetails] = {}
    for merchant in details:
        first = merged.get(merchant.business_number)
        merged[merchant.business_number] = merchant if first is None else _with_blanks_filled(first, merchant)
    return merged


def _with_blanks_filled(first: MerchantDetails, later: MerchantDetails) -> MerchantDetails:
    return replace(
        first,
        email=first.email or later.email,
        industry_code=first.industry_code or later.industry_code,
        on_channel=first.on_channel or later.on_channel,
    )


def _known(business_numbers: Iterable[str]) -> dict[str, _Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT business_number, id, email = '', industry_code = '', on_channel
            FROM merchants_merchant WHERE business_number = ANY(%s)
            """,
            [list(business_numbers)],
        )
        return {number: _Known(*rest) for number, *rest in cursor.fetchall()}


def _insert(details: Sequence[MerchantDetails], at: datetime) -> None:
    """Somebody else may enter the same merchant at this moment: then theirs counts."""
    encrypt_phone = Merchant._meta.get_field("phone").get_prep_value
    encrypt_email = Merchant._meta.get_field("email").get_prep_value
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO merchants_merchant (business_number, trade_name, representative_name, phone, phone_index, email,
                                            industry_code, on_channel, region, certificate_state, created_at)
            SELECT *, '', 'none', %s
            FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[])
            ON CONFLICT (business_number) DO NOTHING
            """,
            [
                at,
                [merchant.business_number for merchant in details],
                [merchant.trade_name for merchant in details],
                [merchant.representative_name for merchant in details],
                [encrypt_phone(merchant.phone) for merchant in details],
                [blind_index(merchant.phone, context=PHONE_INDEX_CONTEXT) for merchant in details],
                [encrypt_email(merchant.email) for merchant in details],
                [merchant.industry_code for merchant in details],
                [bool(merchant.on_channel) for merchant in details],
            ],
        )


def _fill_blanks(pairs: Iterable[tuple[_Known, MerchantDetails]]) -> None:
    news = [
        (known.id, said.email, said.industry_code, bool(said.on_channel))
        for known, said in pairs
        if (known.lacks_email and said.email)
        or (known.lacks_industry and said.industry_code)
        or (said.on_channel and not known.on_channel)
    ]
    if not news:
        return
    ids, emails, industry_codes, on_channel = map(list, zip(*news, strict=True))
    encrypt_email: Any = Merchant._meta.get_field("email").get_prep_value
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE merchants_merchant AS merchant
            SET email = CASE WHEN merchant.email = '' THEN said.email ELSE merchant.email END,
                industry_code = CASE WHEN merchant.industry_code = '' THEN said.industry_code
                                     ELSE merchant.industry_code END,
                on_channel = merchant.on_channel OR said.on_channel
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bool[]) AS said(id, email, industry_code, on_channel)
            WHERE merchant.id = said.id
            """,
            [ids, [encrypt_email(email) for email in emails], industry_codes, on_channel],
        )
