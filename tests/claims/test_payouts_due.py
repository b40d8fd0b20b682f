"""A determination makes its payout by rule; what changes afterwards never pays twice and takes nothing back."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from claims.models import Claim, Payout, ResultFile
from claims.services.assessment import assess_next_batch
from claims.services.council.undoing import UndoRefused, undo
from claims.services.facts import correct_facts
from claims.services.intake import LossDetails
from claims.services.payouts.due import make_missing, settle, settle_claim
from compensation.ledger.models import Transfer
from compensation.ledger.selectors import balances
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.council_cast import *  # noqa: F403 - its fixtures
from tests.claims.council_cast import claim_of, vote_all
from tests.claims.payout_cast import TODAY, determined, give_account, looked_at, released, states, with_accounts
from users.services.people import system_user

pytestmark = pytest.mark.django_db(transaction=True)


def undoer(programme):
    return person("undoer", programme, Role.OFFICER)


def returned(batch) -> None:
    """As a result file of the bank does it, in short."""
    file = ResultFile.objects.create(
        batch=batch, name="r", sha256="0" * 64, size_bytes=1, is_accepted=True, read_by=batch.made_by, read_at=NOW
    )
    for payout in batch.payouts.all():
        Payout.objects.filter(pk=payout.pk).update(state="returned", result_file=file, result_line=1, settled_on=TODAY)
        Transfer.objects.create(
            programme=batch.programme,
            from_account="payouts_released",
            to_account="payouts_returned",
            amount_won=payout.amount_won,
            kind="payout_returned",
            source_id=payout.pk,
            booked_at=NOW,
        )


def correct(claim: Claim, lost_sales_won: int, officer) -> None:
    incident = claim.programme.incident
    loss = LossDetails("messenger", incident.began_at, incident.ended_at, lost_sales_won, False)
    correct_facts(claim=claim, changes={"losses": [loss]}, actor=officer, reason="전표를 다시 보았습니다.", at=NOW)
    assess_next_batch(programme=claim.programme, actor=system_user(), at=NOW)


@pytest.mark.parametrize(("lost_sales_won", "amounts"), [(0, []), (1, [30_000]), (500_000, [50_000]), (500_001, [])])
def test_every_determined_sum_has_its_payout_at_once(programme, lost_sales_won, amounts):
    determined(programme, count=1, lost_sales_won=lost_sales_won)
    assert list(Payout.objects.values_list("amount_won", flat=True)) == amounts


def test_settling_again_changes_nothing(programme):
    claims = determined(programme)
    before = list(Payout.objects.values())
    assert settle(claims=[claim.pk for claim in claims], actor=system_user(), at=NOW) == 0
    assert make_missing(programme=programme, actor=system_user(), at=NOW) == 0
    assert list(Payout.objects.values()) == before


def test_a_payout_that_was_lost_comes_back_with_the_same_reference(programme):
    [claim] = determined(programme, count=1)
    reference = claim.payouts.get().reference
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM claims_payouttransition; DELETE FROM claims_payout")
    assert make_missing(programme=programme, actor=system_user(), at=NOW) == 1
    assert claim.payouts.get().reference == reference


def test_a_correction_cancels_the_payout_and_the_new_determination_has_its_own(programme, officer):
    [claim] = determined(programme, count=1)
    correct(claim, 400_000, officer)
    assert list(claim.payouts.order_by("id").values_list("state", "amount_won")) == [
        ("cancelled", 30_000),
        ("due", 50_000),
    ]


@pytest.mark.parametrize(
    ("lost_sales_won", "payouts"),
    [(400_000, [("released", 30_000), ("due", 20_000)]), (1, [("released", 30_000)]), (0, [("released", 30_000)])],
)
def test_what_left_stays_and_only_a_difference_is_paid_on_top(programme, ops, officer, lost_sales_won, payouts):
    [claim] = determined(programme, count=1)
    released(programme, ops)
    correct(claim, lost_sales_won, officer)
    assert list(claim.payouts.order_by("id").values_list("state", "amount_won")) == payouts


def test_a_difference_names_the_payout_it_follows(programme, ops, officer):
    [claim] = determined(programme, count=1)
    released(programme, ops)
    correct(claim, 400_000, officer)
    first, second = claim.payouts.order_by("id")
    assert (second.origin, second.follows, second.attempt) == ("difference", first, 1)


def test_a_council_decision_is_paid_and_undoing_it_cancels_the_payout(programme, officer, item, council):
    decision = vote_all(item, council)
    claim = claim_of(item)
    assert claim.payouts.get().amount_won == 2_000_000
    undo(decision=decision, reason="금액을 잘못 보았습니다.", actor=undoer(programme), at=NOW)
    assert claim.payouts.get().state == "cancelled"


def test_a_decision_that_is_with_the_bank_is_not_undone(programme, ops, item, council):
    decision = vote_all(item, council)
    looked_at(programme)
    with_accounts()
    released(programme, ops)
    with pytest.raises(UndoRefused, match="cannot be undone any more"):
        undo(decision=decision, reason="금액을 잘못 보았습니다.", actor=undoer(programme), at=NOW)
    assert states() == ["released"]


def test_a_returned_payout_waits_for_another_account(programme, ops):
    [claim] = determined(programme, count=1)
    returned(released(programme, ops))
    assert settle_claim(claim=claim, actor=ops, at=NOW) == 0
    give_account(claim.merchant, "999888777666")
    assert settle_claim(claim=claim, actor=ops, at=NOW) == 1
    old, new = claim.payouts.order_by("id")
    assert (new.origin, new.follows, new.attempt, new.amount_won) == ("after_return", old, 2, 30_000)
    assert new.reference != old.reference
    balance = balances(programme=programme)
    assert (balance["merchant_payable"], balance["payouts_returned"]) == (30_000, 0)


def test_the_database_refuses_a_second_live_payout_another_amount_and_deletion(programme):
    [claim] = determined(programme, count=1)
    payout = claim.payouts.get()
    twice = {field: getattr(payout, field) for field in ("programme", "claim", "merchant", "determination", "account")}
    with pytest.raises(IntegrityError, match="one_live_payout_per_determination"), transaction.atomic():
        Payout.objects.create(**twice, reference="X", attempt=2, amount_won=30_000, made_at=NOW)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Payout.objects.filter(pk=payout.pk).update(amount_won=1)
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        Payout.objects.filter(pk=payout.pk)._raw_delete("default")


def test_a_returned_sum_of_which_nothing_is_owed_any_more_goes_back_to_the_budget(programme, ops, officer):
    [claim] = determined(programme, count=1)
    returned(released(programme, ops))
    correct(claim, 0, officer)
    assert balances(programme=programme)["payouts_returned"] == 0
    assert balances(programme=programme)["budget"] == 0
    give_account(claim.merchant, "220000000001")
    assert make_missing(programme=programme, actor=ops, at=NOW) == 0
    claim.refresh_from_db()
    correct(claim, 500_000, officer)
    assert list(Payout.objects.order_by("id").values_list("state", "amount_won")) == [
        ("returned", 30_000),
        ("due", 50_000),
    ]
    assert balances(programme=programme)["merchant_payable"] == 50_000
