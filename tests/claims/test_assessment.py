"""Assessment in bulk: every claim ends where the policy says, once, whatever runs twice."""

import pytest
from django.db import InternalError, transaction

from claims.models import Assessment, Claim, ClaimTransition, Determination
from claims.selectors.evidence import missing_documents_of
from claims.services.assessment import assess_next_batch, assessment_stalls
from claims.services.facts import FactsNotCorrectable, correct_facts
from claims.services.intake import LossDetails
from compensation.ledger.models import Account, Transfer
from compensation.ledger.selectors import balances
from compensation.programmes.models import PolicyVersion
from compensation.programmes.selectors import current_policy
from tests.cast import NOW, make_claims, one_claim


def loss_of(claim, lost_sales_won):
    incident = claim.programme.incident
    return LossDetails("messenger", incident.began_at, incident.ended_at, lost_sales_won, False)


def assess_all(programme, actor):
    while assess_next_batch(programme=programme, actor=actor, at=NOW, size=50):
        pass


@pytest.mark.parametrize(
    ("assessed_won", "state", "amount_won"),
    [
        (0, "determined", 0),
        (1, "determined", 30_000),
        (299_999, "determined", 30_000),
        (300_000, "determined", 30_000),
        (300_001, "determined", 50_000),
        (500_000, "determined", 50_000),
        (500_001, "awaiting_council", None),
    ],
)
def test_a_claim_ends_where_its_assessed_loss_puts_it(programme, ops, assessed_won, state, amount_won):
    claim = one_claim(programme=programme, lost_sales_won=assessed_won)
    assess_all(programme, ops)
    claim.refresh_from_db()
    assert (claim.state, claim.assessment.assessed_won) == (state, assessed_won)
    assert (claim.determination.amount_won if claim.determination else None) == amount_won


def test_nothing_assessed_says_why(programme, ops):
    claim = one_claim(programme=programme, lost_sales_won=0)
    assess_all(programme, ops)
    claim.refresh_from_db()
    assert claim.determination.reason == "nothing_assessed"


def test_a_claim_for_the_council_lists_what_is_missing(programme, ops):
    claim = one_claim(programme=programme, lost_sales_won=900_000)
    claim.evidence.create(kind="sales_loss_proof", file_name="매출.pdf", size_bytes=9, sha256="0" * 64, received_at=NOW)
    assess_all(programme, ops)
    missing = missing_documents_of(claim=claim, policy=current_policy(programme=programme).policy)
    assert [kind.code for kind in missing] == ["small_merchant_certificate", "business_use_proof"]


def test_assessing_again_changes_nothing(programme, ops):
    make_claims(programme=programme, count=120)
    assess_all(programme, ops)
    before = [model.objects.count() for model in (Assessment, Determination, ClaimTransition, Transfer)]
    assess_all(programme, ops)
    assert before == [model.objects.count() for model in (Assessment, Determination, ClaimTransition, Transfer)]
    assert before[0] == 120
    assert not Claim.objects.filter(state="received").exists()


def test_what_is_due_is_what_the_ledger_set_aside(programme, ops):
    make_claims(programme=programme, count=120)
    assess_all(programme, ops)
    due = sum(Determination.objects.values_list("amount_won", flat=True))
    assert due > 0
    assert balances(programme=programme)[Account.MERCHANT_PAYABLE] == due


def test_the_working_is_stored_with_its_policy_version(programme, ops):
    claim = one_claim(programme=programme, lost_sales_won=250_000)
    assess_all(programme, ops)
    assessment = Assessment.objects.get(claim=claim)
    assert [step[0] for step in assessment.steps] == ["lost_sales", "margin", "attribution", "assessed_loss", "tier"]
    assert assessment.policy_version.number == 1
    assert assessment.policy_version.frozen_at == NOW


def test_a_frozen_policy_cannot_be_changed_by_any_statement(programme, ops):
    one_claim(programme=programme, lost_sales_won=250_000)
    assess_all(programme, ops)
    with pytest.raises(InternalError), transaction.atomic():
        PolicyVersion.objects.filter(programme=programme).update(document={})


def test_corrected_facts_are_assessed_again_and_the_old_rows_stay(programme, ops, officer):
    claim = one_claim(programme=programme, lost_sales_won=250_000)
    assess_all(programme, ops)
    claim.refresh_from_db()
    first = claim.determination
    correct_facts(claim=claim, changes={"losses": [loss_of(claim, 400_000)]}, actor=officer, reason="영수증", at=NOW)
    assess_all(programme, ops)
    claim.refresh_from_db()
    assert [row.assessed_won for row in claim.assessments.order_by("id")] == [250_000, 400_000]
    assert (claim.determination.amount_won, claim.determination.supersedes) == (50_000, first)
    assert balances(programme=programme)[Account.MERCHANT_PAYABLE] == 50_000


def test_facts_that_somebody_else_corrected_meanwhile_are_not_overwritten(programme, ops, officer):
    claim = one_claim(programme=programme, lost_sales_won=250_000)
    stale = Claim.objects.get(pk=claim.pk)
    correct_facts(claim=claim, changes={"losses": [loss_of(claim, 1)]}, actor=officer, reason="정정", at=NOW)
    with pytest.raises(FactsNotCorrectable):
        correct_facts(claim=stale, changes={"losses": [loss_of(claim, 2)]}, actor=officer, reason="정정", at=NOW)


def test_what_was_assessed_and_decided_cannot_be_edited(programme, ops):
    one_claim(programme=programme, lost_sales_won=250_000)
    assess_all(programme, ops)
    for rows in (Assessment.objects.all(), Determination.objects.all(), ClaimTransition.objects.all()):
        for change in (lambda rows=rows: rows.update(claim_id=1), lambda rows=rows: rows._raw_delete(rows.db)):
            with pytest.raises(InternalError), transaction.atomic():
                change()


def test_claims_that_wait_while_nobody_works_are_noticed(programme, ops):
    assert not assessment_stalls(programme=programme)
    one_claim(programme=programme, lost_sales_won=250_000)
    assert assessment_stalls(programme=programme)
    assess_all(programme, ops)
    assert not assessment_stalls(programme=programme)
