"""Telling a merchant what happened to a claim: a message in the outbox, in the transaction of what it tells of."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from claims.models import Claim
from compensation.messaging.models import Message
from compensation.messaging.services.outbox import tell
from compensation.policy.seoul import day_in_seoul
from compensation.values.bank_accounts import BANKS
from merchants.models import BankAccount


def tell_merchant(
    *, claim: Claim, template: str, variables: Mapping[str, Any], at: datetime, dedupe_key: str
) -> Message | None:
    """Writes to the contact that is on record for the merchant; None where no message reaches it (a land line only).

    Every text has the business' name and the claim's reference; `variables` are what it has besides.
    """
    merchant = claim.merchant
    return tell(
        phone=merchant.phone,
        email=merchant.email,
        template=template,
        variables={"name": merchant.trade_name, "reference": claim.reference, **variables},
        at=at,
        dedupe_key=dedupe_key,
        programme=claim.programme,
        subject=subject_of(claim),
    )


def subject_of(claim: Claim) -> str:
    """By which the messages about a claim are found."""
    return f"claim {claim.reference}"


def account_named(account: BankAccount) -> dict[str, str]:
    """The account as a text may name it: its bank, and the last four digits."""
    bank = BANKS.get(account.bank_code)
    return {"bank": bank.name_ko if bank else account.bank_code, "account": account.number_last4}


def last_day(until: datetime) -> date:
    """The last day before `until`, the first moment that is too late: what people call the deadline."""
    return day_in_seoul(until - timedelta(microseconds=1))
