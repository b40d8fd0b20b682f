"""A batch: an exact list, frozen, approved by others, released once. What must not be paid is kept back, and why."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from claims.models import BatchApproval, Payout, PayoutBatch, SecondLook
from claims.selectors.payouts import KEPT_BACK_BECAUSE, kept_back, list_of, plan
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
from claims.services.payouts.holding import hold_payout, lift_hold, retry_payout
from claims.services.payouts.releasing import approve_batch, finish_release, release_batch
from compensation.ledger.models import Transfer
from compensation.ledger.selectors import balances
from compensation.policy.payouts import ApprovalStep, PayoutRules, approvals_needed
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.payout_cast import (
    TODAY,
    approved_batch,
    approvers,
    batch_of,
    determined,
    frozen,
    give_account,
    profile_of,
    released,
    states,
)

pytestmark = pytest.mark.django_db(transaction=True)


def draw_again(claim, ops):
    """Its second look is not done."""
    draw = claim.programme.second_look_draws.latest("id")
    SecondLook.objects.filter(determination=claim.determination_id)._raw_delete("default")
    SecondLook.objects.create(draw=draw, programme=claim.programme, determination=claim.determination)


CHANGES = {
    "held": lambda claim, ops: hold_payout(payout=claim.payouts.get(), reason="확인 중", actor=ops, at=NOW),
    "second_look": draw_again,
    "account_refused": lambda claim, ops: give_account(claim.merchant, "1", standing="refused"),
    "account_to_check": lambda claim, ops: give_account(claim.merchant, "1", standing="to_check"),
    "account_not_asked": lambda claim, ops: give_account(claim.merchant, "1", standing="entered"),
    "account_changed": lambda claim, ops: give_account(claim.merchant, "1", must_confirm=True),
}


@pytest.mark.parametrize("because", CHANGES)
def test_what_must_not_be_paid_is_kept_back_with_its_reason(programme, ops, because):
    first, *_others = determined(programme)
    CHANGES[because](first, ops)
    found = plan(programme=programme)
    assert {code: kept.count for code, kept in found.kept_back.items()} == {because: 1}
    assert (found.payable.count, found.payable.won) == (2, 60_000)
    assert [(payout.claim, code) for payout, code in kept_back(programme=programme)] == [(first, because)]
    assert because in KEPT_BACK_BECAUSE
    assert batch_of(programme, ops).payouts.count() == 2


def test_a_change_of_account_that_was_confirmed_twice_is_paid_to_the_new_one(programme, ops, second_ops):
    first, *_others = determined(programme)
    new = give_account(
        first.merchant, "1", must_confirm=True, confirmed_at=NOW, approved_by=second_ops, approved_at=NOW
    )
    batch_of(programme, ops)
    assert first.payouts.get().account == new


def test_a_hold_that_is_lifted_is_paid(programme, ops):
    [claim] = determined(programme, count=1)
    hold_payout(payout=claim.payouts.get(), reason="확인 중", actor=ops, at=NOW)
    lift_hold(payout=claim.payouts.get(), actor=ops, at=NOW)
    assert plan(programme=programme).payable.count == 1


@pytest.mark.parametrize(
    ("faulty", "code"),
    [
        ({"pay_on": TODAY - timedelta(days=1)}, "batch_day"),
        ({"pay_on": TODAY + timedelta(days=61)}, "batch_day"),
        ({"size": 0}, "batch_size"),
        ({"size": 200_001}, "batch_size"),
    ],
)
def test_a_batch_that_cannot_be_is_refused(programme, ops, faulty, code):
    determined(programme)
    good = {"programme": programme, "profile": profile_of(programme), "pay_on": TODAY, "actor": ops, "at": NOW}
    with pytest.raises(BatchRefused) as refused:
        make_batch(**good | faulty)
    assert refused.value.code == code


def test_nothing_to_pay_is_no_batch(programme, ops):
    with pytest.raises(BatchRefused) as refused:
        batch_of(programme, ops)
    assert refused.value.code == "batch_nothing"


def test_a_batch_of_a_size_takes_the_oldest(programme, ops):
    determined(programme)
    batch = batch_of(programme, ops, size=2)
    assert states() == ["batched", "batched", "due"]
    assert (batch.filled_at, fill_next(batch=batch, at=NOW)) == (NOW, False)


def test_a_payout_is_in_one_batch_only(programme, ops):
    determined(programme)
    first = batch_of(programme, ops, size=2)
    second = batch_of(programme, ops)
    assert (first.payouts.count(), second.payouts.count()) == (2, 1)


def test_freezing_needs_the_list_that_was_seen(programme, ops):
    determined(programme)
    batch = batch_of(programme, ops)
    digest = list_of(batch=batch).digest
    take_out(batch=batch, payouts=[batch.payouts.first().pk], reason="따로 지급", actor=ops, at=NOW)
    with pytest.raises(BatchRefused) as refused:
        freeze_batch(batch=batch, digest=digest, actor=ops, at=NOW)
    assert refused.value.code == "batch_list_changed"


def test_a_frozen_list_carries_what_it_has_to_keep_to(programme, ops):
    determined(programme)
    batch = frozen(programme, ops)
    assert (batch.payouts_count, batch.total_won, batch.approvals_needed) == (3, 90_000, 2)
    assert batch.policy_version.frozen_at
    assert freeze_batch(batch=batch, digest=batch.digest, actor=ops, at=NOW).frozen_at == batch.frozen_at


def test_a_batch_over_the_budget_is_not_frozen(programme, ops, monkeypatch):
    determined(programme)
    batch = batch_of(programme, ops)
    monkeypatch.setattr("claims.services.payouts.batches.budget_left_won", lambda **_: 89_999)
    with pytest.raises(BatchRefused, match="1 won over it"):
        freeze_batch(batch=batch, digest=list_of(batch=batch).digest, actor=ops, at=NOW)


@pytest.mark.parametrize(("total_won", "people"), [(1, 2), (100_000_000, 2), (100_000_001, 3), (10_000_000_000, 3)])
def test_a_larger_sum_needs_more_people(total_won, people):
    rules = PayoutRules(10**10, (ApprovalStep(100_000_000, 2), ApprovalStep(None, 3)), "지원")
    assert approvals_needed(total_won=total_won, rules=rules) == people


def test_whoever_made_a_batch_does_not_approve_it(programme, ops):
    determined(programme)
    batch = frozen(programme, ops)
    with pytest.raises(BatchRefused) as refused:
        approve_batch(batch=batch, digest=batch.digest, actor=ops, at=NOW)
    assert refused.value.code == "approver_made_it"
    with pytest.raises(IntegrityError, match="does not approve"), transaction.atomic():
        BatchApproval.objects.create(batch=batch, approver=ops, digest=batch.digest, at=NOW)


def test_one_person_twice_is_one_approval(programme, ops):
    determined(programme)
    batch, (first, _second) = frozen(programme, ops), approvers(programme)
    for _ in range(2):
        approve_batch(batch=batch, digest=batch.digest, actor=first, at=NOW)
    with pytest.raises(BatchRefused, match="1 more"):
        release_batch(batch=batch, actor=ops, at=NOW)


def test_a_list_that_was_changed_needs_new_approvals(programme, ops):
    determined(programme)
    batch = thaw_batch(batch=approved_batch(programme, ops), reason="한 건 제외", actor=ops, at=NOW)
    take_out(batch=batch, payouts=[batch.payouts.first().pk], reason="따로 지급", actor=ops, at=NOW)
    batch = freeze_batch(batch=batch, digest=list_of(batch=batch).digest, actor=ops, at=NOW)
    with pytest.raises(BatchRefused, match="2 more"):
        release_batch(batch=batch, actor=ops, at=NOW)


def test_a_release_moves_and_books_everything_once(programme, ops):
    determined(programme)
    batch = released(programme, ops)
    assert (states(), batch.state) == (["released"] * 3, "releasing")
    assert release_batch(batch=batch, actor=ops, at=NOW).state == "releasing"
    balance = balances(programme=programme)
    assert (balance["merchant_payable"], balance["payouts_released"]) == (0, 90_000)
    assert Transfer.objects.filter(kind="payout_released").count() == 3
    assert [event.kind for event in batch.events.all()] == [
        "made",
        "filled",
        "frozen",
        "approved",
        "approved",
        "released",
    ]


def test_a_release_is_not_over_before_its_files_hold_all_of_it(programme, ops):
    determined(programme)
    batch = released(programme, ops)
    file = {"name": "f", "storage_name": "f", "sha256": "0" * 64, "size_bytes": 1, "made_at": NOW}
    batch.files.create(number=1, rows=2, total_won=60_000, **file)
    assert finish_release(batch=batch, at=NOW) is False
    batch.files.create(number=2, rows=1, total_won=30_000, **file)
    assert finish_release(batch=batch, at=NOW) is True
    assert finish_release(batch=batch, at=NOW) is True
    assert PayoutBatch.objects.get().state == "released"


def test_one_batch_is_released_at_a_time(programme, ops):
    determined(programme)
    released(programme, ops, size=2)
    with pytest.raises(BatchRefused) as refused:
        release_batch(batch=approved_batch(programme, ops), actor=ops, at=NOW)
    assert refused.value.code == "batch_another_releasing"
    assert states() == ["released", "released", "batched"]


def test_what_must_not_be_paid_any_more_keeps_the_whole_batch(programme, ops):
    determined(programme)
    batch = approved_batch(programme, ops)
    give_account(Payout.objects.first().merchant, "1", standing="to_check")
    with pytest.raises(BatchRefused) as refused:
        release_batch(batch=batch, actor=ops, at=NOW)
    assert (refused.value.code, states()) == ("batch_unfit", ["batched"] * 3)
    batch = thaw_batch(batch=batch, reason="계좌 변경", actor=ops, at=NOW)
    assert take_out_unfit(batch=batch, actor=ops, at=NOW) == 1
    assert states() == ["due", "batched", "batched"]


def test_a_batch_is_not_released_after_its_day_in_seoul(programme, ops):
    determined(programme)
    batch, midnight = approved_batch(programme, ops), NOW + timedelta(hours=14)
    with pytest.raises(BatchRefused) as refused:
        release_batch(batch=batch, actor=ops, at=midnight)
    assert refused.value.code == "batch_day_past"
    assert release_batch(batch=batch, actor=ops, at=midnight - timedelta(seconds=1)).state == "releasing"


def test_a_batch_that_is_given_up_frees_its_payouts(programme, ops):
    determined(programme)
    batch = cancel_batch(batch=frozen(programme, ops), reason="날짜를 잘못 골랐습니다.", actor=ops, at=NOW)
    assert (batch.state, states()) == ("cancelled", ["due"] * 3)
    assert cancel_batch(batch=batch, reason="다시", actor=ops, at=NOW).closed_at == batch.closed_at


@pytest.mark.parametrize("change", [thaw_batch, cancel_batch])
def test_a_change_by_hand_needs_its_reason(programme, ops, change):
    determined(programme)
    with pytest.raises(BatchRefused) as refused:
        change(batch=frozen(programme, ops), reason="  ", actor=ops, at=NOW)
    assert refused.value.code == "payout_reason_missing"


@pytest.mark.parametrize("change", [thaw_batch, cancel_batch])
def test_what_is_with_the_bank_is_not_taken_back(programme, ops, change):
    determined(programme)
    batch = released(programme, ops)
    with pytest.raises(BatchRefused) as refused:
        change(batch=batch, reason="실수", actor=ops, at=NOW)
    assert refused.value.code == "batch_moved_on"
    with pytest.raises(BatchRefused, match="kept back"):
        hold_payout(payout=Payout.objects.first(), reason="실수", actor=ops, at=NOW)


def test_only_what_came_back_is_tried_again(programme, ops):
    determined(programme)
    released(programme, ops)
    with pytest.raises(BatchRefused) as refused:
        retry_payout(payout=Payout.objects.first(), reason="은행 점검", actor=ops, at=NOW)
    assert refused.value.code == "payout_not_returned"


def test_another_programmes_payouts_are_not_touched(programme, ops):
    determined(programme)
    stranger = person("stranger", programme, Role.OPS)
    batch = frozen(programme, ops)
    assert batch.approvals_needed == 2
    assert approve_batch(batch=batch, digest=batch.digest, actor=stranger, at=NOW).approver == stranger
