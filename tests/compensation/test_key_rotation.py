"""A newer key: everything is encrypted by it, found by its index as before, and the older one is needed no more."""

import base64
import json

import pytest
from django.core.management import call_command
from django.db import connection

from compensation.audit.services import because
from compensation.runtime import encryption
from compensation.runtime.key_rotation import encrypted_columns, left_to_rotate, rotate_next
from merchants.models import AccountInquiry, BankAccount, Merchant
from tests.cast import NOW
from tests.claims.status_cast import assessed_claim
from users.services.people import system_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def newer_key(settings):
    """A second key, as after ENCRYPTION_KEYS was changed and everything was started anew."""
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS | {"2": base64.urlsafe_b64encode(b"n" * 32).decode()}
    encryption._current_key_id.cache_clear()
    encryption._cipher.cache_clear()
    yield
    encryption._current_key_id.cache_clear()
    encryption._cipher.cache_clear()


@pytest.fixture
def account(programme) -> BankAccount:
    """With an inquiry, whose table is append-only, and a history of its merchant."""
    account = assessed_claim(programme).merchant.bank_accounts.get()
    AccountInquiry.objects.create(
        account=account, transaction_id="1", outcome="matches", answered_name="홍길동", at=NOW
    )
    with because(actor=system_user(), reason="test"):
        Merchant.objects.filter(pk=account.merchant_id).update(phone="+821099999999")
    return account


def stored(table: str, column: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT left({column}, 2) FROM {table} WHERE {column} <> ''")
        return {key for (key,) in cursor.fetchall()}


def test_everything_is_encrypted_by_the_newest_key_and_reads_the_same(account, newer_key, capsys):
    call_command("rotate_encryption", "--json", verbosity=0)
    assert json.loads(capsys.readouterr().out)["columns"]["merchants_bankaccount.number"] == 1
    assert stored("merchants_bankaccount", "number") == stored("merchants_accountinquiry", "answered_name") == {"2:"}
    assert stored("merchants_merchant", "phone") == stored("merchants_merchantevent", "phone") == {"2:"}
    account.refresh_from_db()
    assert (account.number, account.inquiries.get().answered_name) == ("98765432101234", "홍길동")
    assert sum(left_to_rotate(column=column) for column in encrypted_columns()) == 0


def test_it_goes_on_where_it_was_interrupted(account, programme, request):
    assessed_claim(programme)
    request.getfixturevalue("newer_key")
    column = next(column for column in encrypted_columns() if str(column) == "merchants_bankaccount.holder")
    assert (rotate_next(column=column, size=1), left_to_rotate(column=column)) == (1, 1)
    assert (rotate_next(column=column, size=1), rotate_next(column=column)) == (1, 0)


def test_a_dry_run_counts_only(account, newer_key, capsys):
    call_command("rotate_encryption", "--dry-run", "--json", verbosity=0)
    assert json.loads(capsys.readouterr().out)["values"]
    assert stored("merchants_bankaccount", "number") == {"1:"}
