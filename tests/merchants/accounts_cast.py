"""Hong's diner with something to be paid, her account, and a bank that knows it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from claims.models import Claim
from claims.services.account_checks import ask_next, want_accounts
from compensation.programmes.models import Programme
from merchants.models import BankAccount
from merchants.standins.open_banking import OpenBanking
from tests.cast import NOW
from tests.claims.status_cast import assessed_claim

LATER = NOW + timedelta(hours=1)
NUMBER = ("004", "98765432101234")  # of the account that tests/claims/pages_cast.py enters


@pytest.fixture
def bank(settings: object) -> Iterator[OpenBanking]:
    """Open Banking, and a bank behind it that has Hong's account as she named it."""
    with OpenBanking(holders={NUMBER: "홍길동"}) as server:
        settings.OPEN_BANKING = server.options  # type: ignore[attr-defined]
        yield server


@pytest.fixture
def claim(programme: Programme) -> Claim:
    """Hong's, in a tier, with an account on record whose holder nobody has asked about."""
    return assessed_claim(programme)


def account_of(claim: Claim) -> BankAccount:
    return BankAccount.objects.filter(merchant=claim.merchant).latest()


def asked(claim: Claim, at: object = NOW) -> BankAccount:
    """The account after the sweeper and the worker had their turn."""
    want_accounts(at=at)
    ask_next(at=at)
    return account_of(claim)


def standing(account: BankAccount, standing: str) -> BankAccount:
    """The account, moved there without anybody's decision."""
    BankAccount.objects.filter(pk=account.pk).update(standing=standing, due_at=None)
    account.refresh_from_db()
    return account
