"""Where merchants are paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from compensation.runtime.encryption import blind_index
from merchants.models import BankAccount, Merchant
from users.models import User

NUMBER_INDEX_CONTEXT = "merchants_bankaccount.number"


@dataclass(frozen=True, slots=True)
class BankAccountDetails:
    """A bank account as somebody names it: three-digit bank code, digits, name of the holder."""

    bank_code: str
    number: str
    holder: str


def record_first_accounts(*, accounts: Mapping[int, BankAccountDetails], at: datetime) -> None:
    """Records the account of each merchant (by row id) that has none yet. One statement for any number.

    An account on record is not replaced this way (ours): an account that changes is the commonest fraud, so that takes
    the merchant's own request.
    """
    if not accounts:
        return
    encrypt_number = BankAccount._meta.get_field("number").get_prep_value
    encrypt_holder = BankAccount._meta.get_field("holder").get_prep_value
    details = list(accounts.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO merchants_bankaccount
                (merchant_id, bank_code, number, number_index, number_last4, holder, created_at)
            SELECT said.*, %s
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) AS said(merchant_id)
            WHERE NOT EXISTS (SELECT FROM merchants_bankaccount AS known WHERE known.merchant_id = said.merchant_id)
            """,
            [
                at,
                list(accounts),
                [account.bank_code for account in details],
                [encrypt_number(account.number) for account in details],
                [blind_index(account.number, context=NUMBER_INDEX_CONTEXT) for account in details],
                [account.number[-4:] for account in details],
                [encrypt_holder(account.holder) for account in details],
            ],
        )


@transaction.atomic
def replace_account(
    *, merchant: Merchant, account: BankAccountDetails, actor: User, at: datetime
) -> tuple[BankAccount, bool]:
    """The account that counts from now on, and whether it is a new one: the one on record already is not entered again.

    Older rows stay, with who entered them. Two who change it at once come one after the other.
    """
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    current = BankAccount.objects.filter(merchant=merchant).order_by("-id").first()
    if current and BankAccountDetails(current.bank_code, current.number, current.holder) == account:
        return current, False
    entered = BankAccount.objects.create(
        merchant=merchant,
        bank_code=account.bank_code,
        number=account.number,
        number_index=blind_index(account.number, context=NUMBER_INDEX_CONTEXT),
        number_last4=account.number[-4:],
        holder=account.holder,
        entered_by=actor,
        created_at=at,
    )
    return entered, True
