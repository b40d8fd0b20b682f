"""Top-ups by two people at the same moment: approved once, never over the budget, withdrawn or released."""

import pytest

from claims.models import Payout
from claims.services.payouts.batch_rows import BatchRefused
from claims.services.payouts.invariants import violations
from claims.services.payouts.releasing import release_batch
from claims.services.payouts.top_up_refusals import TopUpRefused
from claims.services.payouts.top_up_withdrawal import withdraw_top_up
from claims.services.payouts.top_ups import approve_top_up
from compensation.ledger.models import Transfer
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.payout_cast import approved_batch, determined, proposed, topped_up
from tests.concurrency.waiting import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(programme):
    return [person(name, programme, Role.OPS) for name in ("ops", "ops2", "ops3")]


def refused_or(act):
    try:
        return act()
    except (BatchRefused, TopUpRefused) as refused:
        return refused.code


def test_two_people_who_approve_at_once_approve_once(programme, people):
    maker, *approvers = people
    top_up = proposed(determined(programme), maker)
    at_once(*[lambda by=by: approve_top_up(top_up=top_up, actor=by, at=NOW) for by in approvers])
    assert (Payout.objects.filter(origin="top_up").count(), Transfer.objects.filter(kind="top_up").count()) == (3, 3)
    assert violations(programme) == []


def test_of_two_top_ups_that_the_budget_has_room_for_one_is_approved(programme, people, monkeypatch):
    maker, *approvers = people
    claims = determined(programme, count=2)
    top_ups = [proposed([claim], maker) for claim in claims]
    left = "claims.services.payouts.top_ups.uncommitted_won"
    monkeypatch.setattr(left, lambda **_: 20_000 - 20_000 * Transfer.objects.filter(kind="top_up").count())
    given = zip(top_ups, approvers, strict=True)
    told = at_once(
        *[lambda t=t, by=by: refused_or(lambda: approve_top_up(top_up=t, actor=by, at=NOW)) for t, by in given]
    )
    assert "top_up_budget" in told
    assert Transfer.objects.filter(kind="top_up").count() == 1


def test_a_top_up_is_withdrawn_or_released_and_never_both(programme, people):
    maker, other, _ = people
    top_up = topped_up(determined(programme, count=1), maker, other)
    batch = approved_batch(programme, maker)
    at_once(
        lambda: refused_or(lambda: withdraw_top_up(top_up=top_up, reason="잘못", actor=other, at=NOW)),
        lambda: refused_or(lambda: release_batch(batch=batch, actor=other, at=NOW)),
    )
    is_withdrawn = top_up.claims.get().withdrawn_at is not None
    assert Payout.objects.get(origin="top_up").state == ("cancelled" if is_withdrawn else "released")
    assert violations(programme) == []
