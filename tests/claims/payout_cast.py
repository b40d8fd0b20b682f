"""Payouts in tests: determined claims of merchants with accounts, batches on their way, people who approve."""

from datetime import date, datetime

from django.db import connection

from claims.models import BankProfile, Claim, Payout, PayoutBatch, SecondLook, TopUp
from claims.selectors.payouts import list_of
from claims.services.assessment import assess_next_batch
from claims.services.bank_files.profiles import ensure_profiles
from claims.services.payouts.batches import fill_next, freeze_batch, make_batch
from claims.services.payouts.releasing import approve_batch, release_batch
from claims.services.payouts.top_ups import approve_top_up, propose_top_up
from claims.services.second_looks import draw
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme, Role
from compensation.runtime.encryption import blind_index, encrypt
from merchants.models import BankAccount, Merchant
from tests.cast import NOW, make_claims, one_claim, person, ready_made
from tests.database import look_over_tables
from users.models import User
from users.services.people import system_user

TODAY = date(2023, 1, 31)


def with_accounts(*, standing: str = "verified") -> None:
    """Every merchant without an account gets one of its own."""
    for merchant in Merchant.objects.filter(bank_accounts=None):
        give_account(merchant, f"110{merchant.pk:09}", standing=standing)


def give_account(merchant: Merchant, number: str, *, standing: str = "verified", **more: object) -> BankAccount:
    return BankAccount.objects.create(
        merchant=merchant,
        bank_code="004",
        number=number,
        number_index=blind_index(number, context="merchants_bankaccount.number"),
        number_last4=number[-4:],
        holder=merchant.representative_name or "김소상",
        holder_index="",
        standing=standing,
        created_at=NOW,
        **more,
    )


@ready_made
def determined(programme: Programme, *, count: int = 3, lost_sales_won: int = 200_000) -> list[Claim]:
    """Claims in the first tier (30,000 won each), looked at twice, whose merchants have verified accounts."""
    claims = [one_claim(programme=programme, lost_sales_won=lost_sales_won) for _ in range(count)]
    settle_all(programme)
    return [Claim.objects.get(pk=claim.pk) for claim in claims]


def settle_all(programme: Programme) -> None:
    """Everything is assessed, drawn and agreed with; every merchant has an account."""
    while assess_next_batch(programme=programme, actor=system_user(), at=NOW):
        pass
    looked_at(programme)
    with_accounts()


def looked_at(programme: Programme) -> None:
    draw(programme=programme, at=NOW)
    waiting = SecondLook.objects.filter(outcome="")
    if waiting.exists():
        looker = User.objects.filter(username="looker").first() or person("looker", programme, Role.OFFICER)
        waiting.update(outcome="agrees", looked_by=looker, looked_at=NOW)


def many_determined(programme: Programme, count: int) -> None:
    """A spread of claims of which those in the tiers get payouts."""
    make_claims(programme=programme, count=count)
    while assess_next_batch(programme=programme, actor=system_user(), at=NOW):
        pass
    looked_at(programme)
    with connection.cursor() as cursor:
        sealed = encrypt("110123456789", context="merchants_bankaccount.number")
        holder = encrypt("김소상", context="merchants_bankaccount.holder")
        cursor.execute(
            "INSERT INTO merchants_bankaccount (merchant_id, bank_code, number, number_index, number_last4, holder,"
            " holder_index, standing, created_at) SELECT id, '004', %s, md5(id::text), '6789', %s, '', 'verified', %s"
            " FROM merchants_merchant",
            [sealed, holder, NOW],
        )
    look_over_tables()


def profile_of(programme: Programme) -> BankProfile:
    ensure_profiles(programme, NOW)
    return BankProfile.objects.filter(programme=programme).order_by("pk").first()


def batch_of(
    programme: Programme, maker: User, *, at: datetime = NOW, pay_on: date | None = None, **more: object
) -> PayoutBatch:
    """A draft with everything that may be paid, to be paid on the day it is made."""
    day = pay_on or day_in_seoul(at)
    batch = make_batch(programme=programme, profile=profile_of(programme), pay_on=day, actor=maker, at=at, **more)
    while fill_next(batch=batch, at=at):
        pass
    return PayoutBatch.objects.get(pk=batch.pk)


def frozen(programme: Programme, maker: User, *, at: datetime = NOW, **more: object) -> PayoutBatch:
    batch = batch_of(programme, maker, at=at, **more)
    return freeze_batch(batch=batch, digest=list_of(batch=batch).digest, actor=maker, at=at)


def approvers(programme: Programme) -> tuple[User, User]:
    known = [User.objects.filter(username=name).first() for name in ("first", "second")]
    return tuple(
        user or person(name, programme, Role.OPS) for name, user in zip(("first", "second"), known, strict=True)
    )


def approved_batch(programme: Programme, maker: User, *, at: datetime = NOW, **more: object) -> PayoutBatch:
    batch = frozen(programme, maker, at=at, **more)
    for approver in approvers(programme):
        approve_batch(batch=batch, digest=batch.digest, actor=approver, at=at)
    return batch


def released(programme: Programme, maker: User, *, at: datetime = NOW, **more: object) -> PayoutBatch:
    """With the bank, its files not made yet."""
    return release_batch(batch=approved_batch(programme, maker, at=at, **more), actor=maker, at=at)


def proposed(claims: list[Claim], by: User, *, amount_won: int = 20_000, **more: object) -> TopUp:
    about = {"reason_code": "our_delay", "reason": "지급이 한 달 늦었습니다.", "at": NOW} | more
    listed = "\n".join(claim.reference for claim in claims)
    return propose_top_up(programme=claims[0].programme, amount_won=amount_won, listed=listed, actor=by, **about)


def topped_up(claims: list[Claim], by: User, approver: User, *, amount_won: int = 20_000) -> TopUp:
    return approve_top_up(top_up=proposed(claims, by, amount_won=amount_won), actor=approver, at=NOW)


def states() -> list[str]:
    return list(Payout.objects.order_by("id").values_list("state", flat=True))
