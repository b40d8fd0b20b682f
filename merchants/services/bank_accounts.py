"""Where merchants are paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from compensation.messaging.services.outbox import reachable_by
from compensation.runtime.encryption import blind_index
from merchants.models import BankAccount, Merchant
from merchants.selectors.accounts import newest_account
from users.models import User

NUMBER_INDEX_CONTEXT = "merchants_bankaccount.number"
HOLDER_INDEX_CONTEXT = "merchants_bankaccount.holder"


@dataclass(frozen=True, slots=True)
class BankAccountDetails:
    """A bank account as somebody names it: three-digit bank code, digits, name of the holder."""

    bank_code: str
    number: str
    holder: str


def holder_index(holder: str) -> str:
    """What accounts of this holder, a parsed name, are found by."""
    return blind_index(holder, context=HOLDER_INDEX_CONTEXT)


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
                (merchant_id, bank_code, number, number_index, number_last4, holder, holder_index, created_at)
            SELECT said.*, %s
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
                AS said(merchant_id)
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
                [holder_index(account.holder) for account in details],
            ],
        )


@transaction.atomic
def replace_account(
    *, merchant: Merchant, account: BankAccountDetails, actor: User, at: datetime, must_confirm: bool = False
) -> tuple[BankAccount, bool]:
    """The account that counts from now on, and whether it is a new one: the one on record already is not entered again.

    Older rows stay, with who entered them. `must_confirm`: something is to be paid already, so that another account is
    paid to only when the contact on record and a second person said yes; a first account replaces nothing. Two who
    change it at once come one after the other.
    """
    held = hold_merchant(merchant)
    current = newest_account(merchant=held)
    if current and BankAccountDetails(current.bank_code, current.number, current.holder) == account:
        return current, False
    asks = must_confirm and current is not None
    entered = BankAccount.objects.create(
        merchant=merchant,
        bank_code=account.bank_code,
        number=account.number,
        number_index=blind_index(account.number, context=NUMBER_INDEX_CONTEXT),
        number_last4=account.number[-4:],
        holder=account.holder,
        holder_index=holder_index(account.holder),
        entered_by=actor,
        created_at=at,
        must_confirm=asks,
        confirm_to=contact_on_record(held) if asks else "",
    )
    return entered, True


def hold_merchant(merchant: Merchant) -> Merchant:
    """The merchant as it is now, held until the transaction ends: whoever changes an account takes this first."""
    return Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)


def contact_on_record(merchant: Merchant) -> str:
    """Where a code reaches the merchant; '' where nothing does (a land line only)."""
    way = reachable_by(phone=merchant.phone, email=merchant.email)
    return way[1] if way else ""


@transaction.atomic
def index_next_holders(*, size: int = 2_000) -> int:
    """Gives the next accounts without a holder index theirs; how many. They came from a version that had none."""
    waiting = BankAccount.objects.filter(holder_index="").order_by("id").select_for_update(skip_locked=True)
    accounts = list(waiting.only("holder")[:size])
    for account in accounts:
        account.holder_index = holder_index(account.holder)
    BankAccount.objects.bulk_update(accounts, ["holder_index"])
    return len(accounts)
