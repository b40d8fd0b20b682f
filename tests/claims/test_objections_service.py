"""Objection and confirmation: within the days, one at a time, and nothing of the payout waits for them."""

from datetime import datetime

import pytest

from claims.models import Claim, ClaimTransition, Determination, Objection
from claims.selectors.status import policy_for, status_of
from claims.services.facts import correct_facts
from claims.services.objections import ObjectionRefused, file_objection, withdraw_objection
from claims.services.questions import ask
from compensation.ledger.models import Transfer
from compensation.messaging.models import Message
from tests.cast import NOW, SEOUL
from tests.claims.status_cast import (
    BEFORE_THE_COUNCIL,
    DAY,
    SALES,
    WITHOUT_SUPPORT,
    assessed_claim,
    hong,
    paper,
    told,
)
from tests.concurrency.waiting import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]

LAST_MOMENT = datetime(2023, 3, 2, 23, 59, 59, tzinfo=SEOUL)


def file(determination, *, kind="objection", reasons="다릅니다.", evidence=(), at=NOW + DAY) -> Objection:
    actor = hong(determination.claim.programme)
    return file_objection(
        determination=determination, kind=kind, reasons=reasons, evidence=list(evidence), actor=actor, at=at
    )


def everything_about(claim) -> tuple:
    """What a payout hangs on."""
    claim = Claim.objects.get(pk=claim.pk)
    rows = (
        ClaimTransition.objects.filter(claim=claim),
        Determination.objects.filter(claim=claim),
        Transfer.objects.all(),
    )
    return (claim.state, claim.determination_id, claim.facts_version, *(list(row.values()) for row in rows))


@pytest.mark.parametrize("kind", ["objection", "confirmation"])
def test_neither_touches_the_claim_its_determination_or_what_is_booked(programme, tmp_path, kind):
    claim = assessed_claim(programme)
    before = everything_about(claim)
    objection = file(claim.determination, kind=kind, evidence=[paper(claim, tmp_path)])
    assert everything_about(claim) == before
    withdraw_objection(objection=objection, actor=hong(programme), at=NOW + 2 * DAY)
    assert everything_about(claim) == before


def test_any_determination_can_be_objected_to(programme):
    for lost_sales_won in (200_000, WITHOUT_SUPPORT):
        claim = assessed_claim(programme, lost_sales_won=lost_sales_won)
        file(claim.determination)
        assert told(claim) == ["objection_received"]


def test_the_merchant_is_told_until_when_it_is_decided(programme, tmp_path):
    claim = assessed_claim(programme)
    file(claim.determination, kind="confirmation", evidence=[paper(claim, tmp_path)])
    message = Message.objects.get()
    assert message.template == "confirmation_received"
    assert "2023년 2월 22일" in message.body  # fifteen working days after 1 February


@pytest.mark.parametrize(
    ("lost_sales_won", "kind", "reasons", "code"),
    [
        (WITHOUT_SUPPORT, "confirmation", "큽니다.", "no_confirmation"),
        (200_000, "confirmation", "큽니다.", "confirmation_papers_missing"),
        (200_000, "objection", " \n", "objection_reasons_missing"),
        (200_000, "objection", "가" * 2_001, "text_too_long"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(programme, lost_sales_won, kind, reasons, code):
    claim = assessed_claim(programme, lost_sales_won=lost_sales_won)
    with pytest.raises(ValueError, match=r"\.") as refused:
        file(claim.determination, kind=kind, reasons=reasons)
    assert refused.value.code == code
    assert told(claim) == []


def test_the_last_moment_counts_and_midnight_is_too_late(programme):
    claim = assessed_claim(programme)
    midnight = datetime(2023, 3, 3, tzinfo=SEOUL)
    with pytest.raises(ObjectionRefused) as refused:
        file(claim.determination, at=midnight)
    assert refused.value.code == "too_late"
    assert file(claim.determination, at=LAST_MOMENT).state == "received"


def test_one_is_open_at_a_time_and_a_second_click_is_the_same(programme, tmp_path):
    claim = assessed_claim(programme)
    assert file(claim.determination) == file(claim.determination)
    with pytest.raises(ObjectionRefused) as refused:
        file(claim.determination, kind="confirmation", evidence=[paper(claim, tmp_path)])
    assert refused.value.code == "already_open"


def test_a_determination_that_no_longer_counts_cannot_be_objected_to(programme, officer):
    claim = assessed_claim(programme)
    old = claim.determination
    correct_facts(claim=claim, changes={"reported_margin_bp": 9_000}, actor=officer, reason="고침", at=NOW + DAY)
    with pytest.raises(ObjectionRefused) as refused:
        file(old)
    assert refused.value.code == "not_current"


def test_after_it_was_taken_back_another_can_be_filed_until_the_same_day(programme):
    claim = assessed_claim(programme)
    withdraw_objection(objection=file(claim.determination), actor=hong(programme), at=NOW + 2 * DAY)
    again = file(claim.determination, reasons="생각해 보니 다릅니다.", at=NOW + 3 * DAY)
    withdraw_objection(objection=again, actor=hong(programme), at=NOW + 4 * DAY)
    withdraw_objection(objection=again, actor=hong(programme), at=NOW + 5 * DAY)
    assert set(Objection.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert Objection.objects.get(pk=again.pk).closed_at == NOW + 4 * DAY


def test_what_was_decided_cannot_be_taken_back(programme):
    objection = file(assessed_claim(programme).determination)
    Objection.objects.filter(pk=objection.pk).update(state="decided", closed_at=NOW + 2 * DAY)
    with pytest.raises(ObjectionRefused) as refused:
        withdraw_objection(objection=objection, actor=hong(programme), at=NOW + 3 * DAY)
    assert refused.value.code == "objection_decided"


def test_its_clock_stands_still_while_the_merchant_is_asked(programme, officer):
    claim = assessed_claim(programme)
    objection = file(claim.determination)
    ask(claim=claim, kinds=[SALES], text="", actor=officer, at=NOW + 2 * DAY)
    claim = Claim.objects.get(pk=claim.pk)
    status = status_of(claim=claim, policy=policy_for(claim=claim), at=NOW + 30 * DAY)
    assert (status.objection, status.objection_reading.is_paused) == (objection, True)
    withdraw_objection(objection=objection, actor=hong(programme), at=NOW + 31 * DAY)
    assert claim.questions.get().state == "cancelled"


def test_papers_of_another_claim_are_not_taken(programme, tmp_path):
    claim, other = assessed_claim(programme), assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    with pytest.raises(ObjectionRefused) as refused:
        file(claim.determination, evidence=[paper(other, tmp_path)])
    assert refused.value.code == "objection_paper_unfit"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_and_the_other_gets_a_sentence(programme):
    claim = assessed_claim(programme)
    outcomes = at_once(*[lambda text=text: file(claim.determination, reasons=text) for text in ("이유 1", "이유 2")])
    assert sorted(isinstance(outcome, ObjectionRefused) for outcome in outcomes) == [False, True]
    assert told(claim) == ["objection_received"]
