"""A merchant and their program."""

import pytest

from compensation.programmes.models import Programme
from tests.api.cast import Program
from tests.cast import one_claim, person
from tests.claims.evidence_cast import kept
from tests.claims.pages_cast import merchant_with_account
from users.models import User

__all__ = ["kept"]


@pytest.fixture
def merchant(programme: Programme) -> User:
    """Acts for a business with one claim, which is not assessed yet."""
    user = person("merchant", programme)
    merchant_with_account(one_claim(programme=programme, lost_sales_won=200_000), user=user)
    return user


@pytest.fixture
def program(merchant: User) -> Program:
    return Program(merchant)


@pytest.fixture
def stranger(programme: Programme) -> Program:
    """Acts for nobody."""
    return Program(person("stranger", programme))


@pytest.fixture
def nobody(programme: Programme) -> Program:
    """Has not signed in."""
    return Program()
