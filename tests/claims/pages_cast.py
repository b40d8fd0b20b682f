"""Claims that were assessed, and the people who look at them."""

from django.db.models import F

from claims.models import Claim, ClaimLoss
from claims.services.assessment import assess_next_batch
from compensation.programmes.models import Programme
from merchants.models import BankAccount, Merchant, Representative
from tests.cast import MANY_CLAIMS, NOW, make_claims
from tests.database import look_over_tables
from users.models import User
from users.services.people import system_user


def assessed_claims(*, programme: Programme, count: int) -> None:
    """`count` claims of as many merchants, assessed; the large losses of every fourth wait for the council."""
    make_claims(programme=programme, count=count)
    every_fourth = Claim.objects.alias(rest=F("id") % 4).filter(programme=programme, rest=0)
    ClaimLoss.objects.filter(claim__in=every_fourth).update(lost_sales_won=9_000_000)
    every_fourth.update(lost_sales_won=9_000_000)
    while assess_next_batch(programme=programme, actor=system_user(), at=NOW):
        pass
    if count >= MANY_CLAIMS:
        look_over_tables()


def merchant_with_account(claim: Claim, *, user: User | None = None) -> Merchant:
    """The claim's merchant with a phone number, an address and a bank account, represented by `user`."""
    merchant = claim.merchant
    merchant.phone, merchant.email, merchant.representative_name = "+821012345678", "hong@example.kr", "홍길동"
    merchant.save()
    BankAccount.objects.create(
        merchant=merchant,
        bank_code="004",
        number="98765432101234",
        number_last4="1234",
        holder="홍길동",
        created_at=NOW,
    )
    if user:
        Representative.objects.create(merchant=merchant, user=user, since=NOW)
    return merchant
