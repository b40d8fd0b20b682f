"""The invariants of the money: nothing to say about an honest programme, and a name for everything that breaks."""

import json

import pytest
from django.core.management import CommandError, call_command

from claims.models import MoneyCheck, Payout
from claims.services.payouts.due import settle_claim
from claims.services.payouts.invariant_queries import INVARIANTS
from claims.services.payouts.invariants import newest_check, verify, violations
from claims.tasks import verify_money
from tests.cast import NOW
from tests.claims.bank_cast import bank_folder, with_bank
from tests.claims.money_cast import AT_ONCE, bank_says, paid_out, past_the_triggers
from tests.claims.payout_cast import batch_of, determined, give_account, topped_up
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank_folder")]
__all__ = ["bank_folder"]


def found(programme):
    return violations(programme, at=NOW, grace=AT_ONCE)


def codes(programme):
    return {violation.code for violation in found(programme)}


def test_nothing_breaks_from_the_determination_to_the_banks_word(programme, ops):
    assert found(programme) == []
    determined(programme)
    assert found(programme) == []
    batch_of(programme, ops, size=1)
    assert found(programme) == []
    batch = with_bank(programme, ops)
    assert found(programme) == []
    first, second = batch.payouts.order_by("id").values_list("pk", flat=True)
    bank_says(batch, {first: "paid"}, ops)
    assert found(programme) == []
    bank_says(batch, {second: "returned"}, ops)
    assert found(programme) == []


def test_a_returned_sum_that_is_paid_again_breaks_nothing(programme, ops):
    [claim] = determined(programme, count=1)
    paid_out(programme, ops, returned=1)
    give_account(claim.merchant, "220000000001")
    assert settle_claim(claim=claim, actor=ops, at=NOW) == 1
    assert found(programme) == []
    paid_out(programme, ops)
    assert found(programme) == []
    assert list(Payout.objects.order_by("id").values_list("state", flat=True)) == ["returned", "paid"]


# What is done to the rows of a closed batch of three, and which invariants then say so.
BREAKS = {
    "DELETE FROM ledger_transfer WHERE kind = 'determination' AND id = (SELECT min(id) FROM ledger_transfer)": {
        "determinations_are_booked",
        "ledger_is_the_payouts",
    },
    "DELETE FROM ledger_transfer WHERE kind = 'payout_paid' AND source_id = (SELECT max(id) FROM claims_payout)": {
        "payouts_are_booked",
        "ledger_is_the_payouts",
    },
    "UPDATE ledger_transfer SET amount_won = 1 WHERE kind = 'payout_returned'": {
        "payouts_are_booked",
        "ledger_is_the_payouts",
    },
    "UPDATE claims_payout SET state = 'cancelled', batch_id = NULL WHERE id = (SELECT max(id) FROM claims_payout)": {
        "payouts_are_what_was_determined",
        "payouts_are_booked",
        "ledger_is_the_payouts",
        "batches_add_up",
        "released_lists_are_what_was_approved",
    },
    "UPDATE claims_payout SET state = 'released' WHERE state = 'paid'": {
        "payouts_are_booked",
        "ledger_is_the_payouts",
        "batches_add_up",
    },
    "UPDATE claims_payout SET account_id = (SELECT min(account_id) FROM claims_payout)": {
        "released_lists_are_what_was_approved"
    },
    "UPDATE claims_payout SET amount_won = 60000 WHERE id = (SELECT max(id) FROM claims_payout)": {
        "payouts_are_booked",
        "ledger_is_the_payouts",
        "batches_add_up",
        "released_lists_are_what_was_approved",
        "nobody_is_paid_twice",
    },
    "UPDATE claims_bankfile SET rows = rows - 1": {"bank_files_hold_every_payout"},
    "DELETE FROM claims_bankfile": {"bank_files_hold_every_payout"},
    "DELETE FROM claims_batchapproval WHERE id = (SELECT max(id) FROM claims_batchapproval)": {
        "batches_are_approved_by_others"
    },
    "UPDATE claims_batchapproval SET approver_id = (SELECT made_by_id FROM claims_payoutbatch) "
    "WHERE id = (SELECT max(id) FROM claims_batchapproval)": {"batches_are_approved_by_others"},
    "INSERT INTO claims_payout (reference, programme_id, claim_id, merchant_id, determination_id, amount_won, attempt, "
    "origin, state, made_at, return_code) SELECT 'again', programme_id, claim_id, merchant_id, determination_id, "
    "amount_won, 2, 'difference', 'due', made_at, '' FROM claims_payout WHERE state = 'returned'": {
        "returns_that_wait_are_owed"
    },
    "INSERT INTO claims_payout (reference, programme_id, claim_id, merchant_id, determination_id, amount_won, attempt, "
    "origin, state, made_at, return_code, follows_id) SELECT 'again', programme_id, claim_id, merchant_id, "
    "determination_id, amount_won, 2, 'after_return', 'due', made_at, '', id FROM claims_payout "
    "WHERE state = 'returned'": {"returns_are_owed_again_once", "ledger_is_the_payouts"},
    "UPDATE claims_determination SET amount_won = 0 WHERE id = (SELECT determination_id FROM claims_payout "
    "WHERE state = 'returned')": {
        "determinations_are_booked",
        "ledger_is_the_payouts",
        "returns_that_wait_are_owed",
    },
    "UPDATE claims_payout SET given_up_at = made_at WHERE state = 'returned'": {
        "payouts_are_what_was_determined",
        "returns_are_owed_again_once",
        "ledger_is_the_payouts",
    },
    "UPDATE claims_claim SET state = 'received' WHERE id = (SELECT max(id) FROM claims_claim)": {
        "determinations_are_booked",
        "ledger_is_the_payouts",
    },
}


@pytest.mark.parametrize("statement", BREAKS)
def test_what_breaks_is_named(programme, ops, statement):
    determined(programme)
    paid_out(programme, ops, returned=1)
    with past_the_triggers() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount
    assert codes(programme) == BREAKS[statement]


# The same of one claim with a top-up of 5,000 won that is due.
TOP_UP_BREAKS = {
    "DELETE FROM ledger_transfer WHERE kind = 'top_up'": {"top_ups_are_booked", "ledger_is_the_payouts"},
    "UPDATE claims_payout SET state = 'cancelled' WHERE top_up_id IS NOT NULL": {"top_ups_are_paid_once"},
    "UPDATE claims_payout SET amount_won = 6000 WHERE top_up_id IS NOT NULL": {"top_ups_are_paid_once"},
    "UPDATE claims_topupclaim SET withdrawn_at = now()": {
        "top_ups_are_booked",
        "top_ups_are_paid_once",
        "ledger_is_the_payouts",
    },
    "UPDATE claims_topup SET is_approved = false": {
        "top_ups_are_booked",
        "top_ups_are_paid_once",
        "ledger_is_the_payouts",
    },
}


@pytest.mark.parametrize("statement", TOP_UP_BREAKS)
def test_what_breaks_of_a_top_up_is_named(programme, ops, second_ops, statement):
    topped_up(determined(programme, count=1), ops, second_ops, amount_won=5_000)
    assert found(programme) == []
    with past_the_triggers() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount
    assert codes(programme) == TOP_UP_BREAKS[statement]


def test_every_invariant_can_break():
    named = {code for breaks in (BREAKS, TOP_UP_BREAKS) for broken in breaks.values() for code in broken}
    assert named == {invariant.code for invariant in INVARIANTS}


def test_a_payout_that_is_missing_is_missed_after_its_grace_and_too_much_at_once(programme):
    determined(programme, count=1)
    Payout.objects.update(state="cancelled")
    assert violations(programme, at=NOW) == []
    [missing] = found(programme)
    assert "30,000원" in missing.ko
    assert "30,000 won are still owed, but the payouts that wait come to 0 won" in missing.en


def test_a_look_is_kept_and_the_newest_is_shown(programme, ops):
    determined(programme, count=1)
    assert verify(programme=programme, by=ops, at=NOW).violations_count == 0
    with past_the_triggers() as cursor:
        cursor.execute("DELETE FROM ledger_transfer")
    verify_money()
    check = newest_check(programme=programme)
    assert (check.by, check.violations_count, MoneyCheck.objects.count()) == (system_user(), 2, 2)
    assert {row["code"] for row in check.violations} == {"determinations_are_booked", "ledger_is_the_payouts"}


def test_the_command_names_each_and_exits_with_an_error(programme, ops, capsys):
    determined(programme)
    call_command("ledger", "verify", "1015")
    assert "everything agrees" in capsys.readouterr().out
    with past_the_triggers() as cursor:
        cursor.execute("DELETE FROM ledger_transfer WHERE id = (SELECT min(id) FROM ledger_transfer)")
    with pytest.raises(CommandError) as error:
        call_command("ledger", "verify", "1015", "--json")
    assert error.value.returncode == 2
    assert {row["code"] for row in json.loads(capsys.readouterr().out)} == {
        "determinations_are_booked",
        "ledger_is_the_payouts",
    }
