"""Whatever people and the bank do, in whatever order: the invariants of the money hold after every step.

Hypothesis drives the services against the real database; each of its examples is a transaction that is rolled back.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from claims.models import Claim, Payout, PayoutBatch, TopUp
from claims.selectors.overpayments import overpayments
from claims.selectors.payouts import list_of
from claims.services.account_change import change_account
from claims.services.assessment import assess_next_batch
from claims.services.bank_files.writing import write_next_file
from claims.services.facts import correct_facts
from claims.services.intake import LossDetails
from claims.services.objections import file_objection
from claims.services.payouts.batch_rows import BatchRefused
from claims.services.payouts.batches import (
    cancel_batch,
    fill_next,
    freeze_batch,
    make_batch,
    take_out,
    take_out_unfit,
    thaw_batch,
)
from claims.services.payouts.due import make_missing
from claims.services.payouts.holding import hold_payout, lift_hold, retry_payout
from claims.services.payouts.invariants import violations
from claims.services.payouts.overpayments import decide, propose
from claims.services.payouts.releasing import approve_batch, finish_release, release_batch
from claims.services.payouts.top_up_refusals import TopUpRefused
from claims.services.payouts.top_up_withdrawal import withdraw_top_up
from claims.services.payouts.top_ups import approve_top_up, drop_top_up
from compensation.programmes.models import Programme
from merchants.models import BankAccount
from merchants.services.bank_accounts import BankAccountDetails
from tests.cast import NOW, CouncilCast, a_council, a_session, one_claim, refer
from tests.claims.bank_cast import bank_folder
from tests.claims.council_cast import vote_all
from tests.claims.money_cast import AT_ONCE, bank_says
from tests.claims.payout_cast import TODAY, approvers, looked_at, profile_of, proposed, settle_all
from users.models import User
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank_folder")]
__all__ = ["bank_folder"]

EXAMPLES, STEPS, CLAIMS_MAX = 12, 25, 5
# Lost sales in won, all of them loss: nothing, the tier of 30,000 won, the one of 50,000.
LOST = st.sampled_from([0, 200_000, 400_000])
PLACES = st.integers(0, 5)  # which of those that there are, counted round


class Cast:
    """Who works, made once for all examples."""

    def __init__(self, programme: Programme, ops: User, second_ops: User, officer: User) -> None:
        self.programme, self.ops, self.second_ops, self.officer = programme, ops, second_ops, officer
        self.approvers, self.profile = approvers(programme), profile_of(programme)
        self.council: CouncilCast = a_council(programme)


class Money(RuleBasedStateMachine):
    """The road of claims' money, walked at random. A refusal is an answer: nothing may have changed by it."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.programme, self.ops, self.numbers = self.cast.programme, self.cast.ops, 0
        self.said: list[tuple[PayoutBatch, dict[int, str]]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @invariant()
    def the_money_agrees(self) -> None:
        assert violations(self.programme, at=NOW, grace=AT_ONCE) == []

    # --- claims ---

    @initialize(lost_won=st.sampled_from([200_000, 400_000]))
    def begin(self, lost_won: int) -> None:
        """Something is with the bank already: most of what can go wrong comes after that."""
        for _ in range(2):
            self.determine(lost_won)
        self.send(2)

    @precondition(lambda self: Claim.objects.count() < CLAIMS_MAX)
    @rule(lost_won=LOST)
    def determine(self, lost_won: int) -> None:
        one_claim(programme=self.programme, lost_sales_won=lost_won)
        settle_all(self.programme)

    @precondition(lambda self: self.determined())
    @rule(place=PLACES, lost_won=LOST)
    def correct(self, place: int, lost_won: int) -> None:
        """The facts were others: lower or higher, also after the money left."""
        claim = pick(self.determined(), place)
        incident = self.programme.incident
        loss = LossDetails("messenger", incident.began_at, incident.ended_at, lost_won, False)
        correct_facts(claim=claim, changes={"losses": [loss]}, actor=self.cast.officer, reason="장부 확인", at=NOW)
        assess_next_batch(programme=self.programme, actor=system_user(), at=NOW)
        looked_at(self.programme)

    @precondition(lambda self: self.determined())
    @rule(place=PLACES, amount_won=st.sampled_from([40_000, 90_000]))
    def object_to(self, place: int, amount_won: int) -> None:
        """The council grants more, or leaves it as it was."""
        claim = pick(self.determined(), place)
        if claim.objections.exists():
            return  # the second one needs other people
        about = {"determination": claim.determination, "kind": "objection", "reasons": "더", "evidence": []}
        objection = file_objection(**about, actor=system_user(), at=NOW)
        item = a_session(self.programme, refer(objection.review, amount_won=amount_won)).items.get()
        vote_all(item, self.cast.council)
        looked_at(self.programme)

    @precondition(lambda self: self.determined())
    @rule(place=PLACES, is_confirmed=st.booleans())
    def change_account(self, place: int, is_confirmed: bool) -> None:
        """The merchant names another one; the old contact and a second person say yes, or are still asked."""
        self.numbers += 1
        details = BankAccountDetails("004", f"2200000{self.numbers:05}", "김소상")
        account = change_account(claim=pick(self.determined(), place), account=details, actor=self.ops, at=NOW)
        if is_confirmed:
            confirmed = {"confirmed_at": NOW, "approved_by": self.cast.second_ops, "approved_at": NOW}
            BankAccount.objects.filter(pk=account.pk).update(standing="verified", **confirmed)

    # --- payouts ---

    @precondition(lambda self: self.payouts("due", "batched"))
    @rule(place=PLACES, lifted=st.booleans())
    def hold(self, place: int, lifted: bool) -> None:
        payout = pick(self.payouts("due", "batched"), place)
        hold_payout(payout=payout, reason="확인", actor=self.ops, at=NOW)
        if lifted:
            lift_hold(payout=payout, actor=self.ops, at=NOW)

    @precondition(lambda self: self.payouts("returned"))
    @rule(place=PLACES)
    def retry(self, place: int) -> None:
        payout = pick(self.payouts("returned"), place)
        refused_or(lambda: retry_payout(payout=payout, reason="다시", actor=self.ops, at=NOW))

    @rule()
    def look_for_missing(self) -> None:
        """The night finds what came back after the account was changed; looking twice finds nothing more."""
        make_missing(programme=self.programme, actor=self.ops, at=NOW)
        assert make_missing(programme=self.programme, actor=self.ops, at=NOW) == 0

    @rule(choice=st.sampled_from(["waive", "repaid"]))
    def settle_overpayments(self, choice: str) -> None:
        for found in overpayments(programme=self.programme):
            if found.decidable_won:
                said = {"choice": choice, "amount_won": None, "reason": "소액"}
                proposal = propose(claim=found.claim, actor=self.ops, at=NOW, **said)
                decide(proposal=proposal, actor=self.cast.second_ops, at=NOW)

    @precondition(lambda self: self.determined())
    @rule(place=PLACES, count=st.integers(1, 2), is_approved=st.booleans())
    def top_up(self, place: int, count: int, is_approved: bool) -> None:
        """More for one or two claims, approved (and once more) or dropped."""
        claims = [pick(self.determined(), place + more) for more in range(min(count, len(self.determined())))]
        top_up = refused_or(lambda: proposed(claims, self.ops, amount_won=7_000))
        for _ in range(2):
            decided = approve_top_up if is_approved else drop_top_up
            if top_up:
                refused_or(lambda act=decided: act(top_up=top_up, actor=self.cast.second_ops, at=NOW))

    @precondition(lambda self: TopUp.objects.filter(is_approved=True))
    @rule(place=PLACES)
    def withdraw(self, place: int) -> None:
        top_up = pick(list(TopUp.objects.filter(is_approved=True).order_by("id")), place)
        refused_or(lambda: withdraw_top_up(top_up=top_up, reason="다시", actor=self.ops, at=NOW))

    # --- batches ---

    @rule(size=st.integers(1, 3))
    def batch(self, size: int) -> None:
        about = {"profile": self.cast.profile, "pay_on": TODAY, "size": size}
        batch = refused_or(lambda: make_batch(programme=self.programme, actor=self.ops, at=NOW, **about))
        while batch and fill_next(batch=batch, at=NOW):
            pass

    @rule(size=st.integers(1, 3))
    def send(self, size: int) -> None:
        """The whole road of a batch, where nothing is in its way."""
        self.batch(size)
        if self.batches("draft"):
            self.freeze(-1)
        if self.batches("frozen"):
            self.approve_and_release(-1, 2)
        if self.batches("releasing"):
            self.make_files()

    @precondition(lambda self: self.batches("draft"))
    @rule(place=PLACES)
    def freeze(self, place: int) -> None:
        batch = pick(self.batches("draft"), place)
        refused_or(lambda: take_out_unfit(batch=batch, actor=self.ops, at=NOW))
        refused_or(lambda: freeze_batch(batch=batch, digest=list_of(batch=batch).digest, actor=self.ops, at=NOW))

    @precondition(lambda self: self.batches("frozen"))
    @rule(place=PLACES, people=st.integers(1, 2))
    def approve_and_release(self, place: int, people: int) -> None:
        batch = pick(self.batches("frozen"), place)
        for approver in self.cast.approvers[:people]:
            refused_or(lambda by=approver: approve_batch(batch=batch, digest=batch.digest, actor=by, at=NOW))
        for _ in range(2):
            refused_or(lambda: release_batch(batch=batch, actor=self.ops, at=NOW))

    @precondition(lambda self: self.batches("draft", "frozen"))
    @rule(place=PLACES, how=st.sampled_from(["thaw", "cancel", "take out"]))
    def give_up(self, place: int, how: str) -> None:
        batch = pick(self.batches("draft", "frozen"), place)
        by: dict[str, Any] = {"batch": batch, "reason": "다시", "actor": self.ops, "at": NOW}
        payouts = list(batch.payouts.order_by("id").values_list("pk", flat=True)[:1])
        ways: dict[str, Callable[[], object]] = {
            "thaw": lambda: thaw_batch(**by),
            "cancel": lambda: cancel_batch(**by),
            "take out": lambda: take_out(payouts=payouts, **by),
        }
        refused_or(ways[how])

    @precondition(lambda self: self.batches("releasing"))
    @rule()
    def make_files(self) -> None:
        [batch] = self.batches("releasing")
        while write_next_file(batch.pk, NOW):
            pass
        assert finish_release(batch=batch, at=NOW)

    @precondition(lambda self: self.batches("released"))
    @rule(place=PLACES, seed=st.integers(0, 1_000))
    def hear_from_the_bank(self, place: int, seed: int) -> None:
        """Of some payouts, whatever the bank likes; what was unknown is told later."""
        batch, luck = pick(self.batches("released"), place), random.Random(seed)
        waiting = batch.payouts.filter(state__in=("released", "unknown")).order_by("id").values_list("pk", flat=True)
        outcomes = {pk: luck.choice(["paid", "paid", "returned", "unknown"]) for pk in waiting if luck.random() < 0.8}
        if outcomes:
            bank_says(batch, outcomes, self.ops)
            self.said.append((batch, outcomes))

    @precondition(lambda self: self.said)
    @rule(place=PLACES)
    def hear_it_again(self, place: int) -> None:
        """The same file once more changes nothing."""
        before = list(Payout.objects.order_by("id").values())
        batch, outcomes = pick(self.said, place)
        bank_says(batch, outcomes, self.ops)
        assert list(Payout.objects.order_by("id").values()) == before

    # --- what there is ---

    def determined(self) -> list[Claim]:
        rows = Claim.objects.filter(state="determined").select_related("determination", "merchant", "programme")
        return list(rows.order_by("id"))

    def payouts(self, *states: str) -> list[Payout]:
        return list(Payout.objects.filter(state__in=states).select_related("claim").order_by("id"))

    def batches(self, *states: str) -> list[PayoutBatch]:
        return list(PayoutBatch.objects.filter(state__in=states).order_by("id"))


def pick(things: list[Any], place: int) -> Any:
    return things[place % len(things)]


def refused_or(act: Callable[[], Any]) -> Any:
    """What the service answers; None where it refuses."""
    try:
        return act()
    except (BatchRefused, TopUpRefused):
        return None


def test_the_money_agrees_whatever_is_done(programme, ops, second_ops, officer):
    Money.cast = Cast(programme, ops, second_ops, officer)
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
