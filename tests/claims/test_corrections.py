"""Correcting facts: old and new are kept, the loss is assessed again, and what is objected to stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import InternalError

from claims.models import Assessment, Claim, FactCorrection, Question, Review
from claims.services.assessed_facts import facts_of_claim
from claims.services.assessment import assess_next_batch
from claims.services.desk import DeskRefused, refer, take
from claims.services.fact_answers import read_correction, typed_facts
from claims.services.facts import FactsNotCorrectable, correct_facts, facts_as_json, preview_correction
from claims.services.objections import file_objection
from claims.services.questions import ask
from compensation.ledger.selectors import balances
from compensation.values.refused import ValueRefused
from tests.cast import NOW
from tests.claims.desk_cast import GRANT, another, case, objection_after
from tests.claims.status_cast import assessed_claim, hong
from users.services.people import system_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def changed(claim: Claim, **fields: object) -> dict[str, object]:
    """The losses of a claim of one loss, with other fields."""
    [loss] = facts_of_claim(claim=claim)["losses"]
    return {"losses": (replace(loss, **fields),)}


def correct(claim: Claim, officer, changes: dict[str, object], reason: str = "세금계산서를 확인했습니다.") -> None:
    correct_facts(claim=claim, changes=changes, actor=officer, reason=reason, at=LATER)


def objected(programme) -> Claim:
    """In a tier with 30,000 won for 200,000 won of loss, and objected to."""
    claim = assessed_claim(programme)
    file_objection(
        determination=claim.determination,
        kind="objection",
        reasons="더 큽니다.",
        evidence=[],
        actor=hong(programme),
        at=NOW,
    )
    return claim


def test_what_is_shown_before_is_what_comes_out(programme, officer):
    claim = case(programme, assessed_won=9_000_000).claim
    changes = changed(claim, lost_sales_won=600_000)
    old, new = preview_correction(claim=claim, changes=changes)
    assert (old.assessed_won, new.assessed_won) == (9_000_000, 600_000)
    assert Claim.objects.get(pk=claim.pk).facts_version == 1
    correct(claim, officer, changes)
    assess_next_batch(programme=programme, actor=system_user(), at=LATER)
    claim.refresh_from_db()
    assert (claim.state, claim.assessment.assessed_won) == ("awaiting_council", 600_000)
    assert [row.as_json() for row in new.steps] == claim.assessment.steps


def test_old_and_new_value_and_the_reason_are_kept_for_good(programme, officer):
    claim = case(programme, assessed_won=9_000_000).claim
    changes = changed(claim, lost_sales_won=600_000) | {"reported_margin_bp": 5_000}
    before = facts_as_json(changed(claim) | {"reported_margin_bp": 10_000})
    correct(claim, officer, changes, "영수증과 다릅니다.")
    kept = FactCorrection.objects.get(claim=claim)
    assert (kept.old, kept.new) == (before, facts_as_json(changes))
    assert (kept.facts_version, kept.reason, kept.corrected_by) == (2, "영수증과 다릅니다.", officer)
    with pytest.raises(InternalError), transaction.atomic():
        FactCorrection.objects.update(reason="다른 이유")


def test_a_proposal_that_rests_on_the_old_facts_goes_back_and_an_old_page_cannot_refer(programme, officer):
    review = take(review=case(programme), actor=officer, version=None, at=NOW)
    refer(review=review, proposal=GRANT, actor=officer, version=None, at=NOW)
    seen = Review.objects.get(pk=review.pk).version
    correct(review.claim, officer, changed(review.claim, lost_sales_won=8_000_000))
    assess_next_batch(programme=programme, actor=system_user(), at=LATER)
    after = Review.objects.get(pk=review.pk)
    assert (after.state, after.assessed_won, after.officer) == ("open", 8_000_000, officer)
    with pytest.raises(DeskRefused) as refused:
        refer(review=after, proposal=GRANT, actor=officer, version=seen, at=LATER)
    assert refused.value.code == "case_changed"


def test_what_falls_into_a_tier_ends_the_review(programme, officer):
    review = case(programme)
    correct(review.claim, officer, changed(review.claim, lost_sales_won=300_000))
    assess_next_batch(programme=programme, actor=system_user(), at=LATER)
    review.refresh_from_db()
    assert (review.state, Claim.objects.get(pk=review.claim_id).determination.amount_won) == ("closed", 30_000)


def test_while_a_determination_is_objected_to_it_stays_and_the_review_goes_on_with_the_new_loss(programme, officer):
    claim = objected(programme)
    paid, determined, assessed = balances(programme=programme), claim.determination_id, claim.assessment_id
    correct(claim, officer, changed(claim, lost_sales_won=700_000))
    after, review = Claim.objects.get(pk=claim.pk), Review.objects.get(claim=claim)
    assert (after.state, after.determination_id, after.assessment_id) == ("determined", determined, assessed)
    assert (after.facts_version, after.lost_sales_won) == (2, 700_000)
    new = Assessment.objects.get(claim=claim, facts_version=2)
    assert (review.assessment, review.assessed_won, review.state) == (new, 700_000, "open")
    assert balances(programme=programme) == paid
    assert not assess_next_batch(programme=programme, actor=system_user(), at=LATER)


def test_the_open_question_is_closed_and_the_checks_run_again(programme, officer):
    review = case(programme)
    ask(claim=review.claim, kinds=[], text="왜 다른가요?", actor=officer, at=NOW)
    Review.objects.filter(pk=review.pk).update(checks_due_at=None)
    correct(review.claim, officer, changed(review.claim, lost_sales_won=800_000))
    assert Question.objects.get().state == "cancelled"
    assert Review.objects.get(pk=review.pk).checks_due_at == LATER


@pytest.mark.parametrize(
    ("changes", "reason", "code"),
    [
        ({"reported_margin_bp": 9_000}, " ", "correction_reason_missing"),
        ({"reported_margin_bp": 9_000}, "가" * 501, "text_too_long"),
        ({"merchant": 1}, "정정", "facts_unknown"),
    ],
)
def test_a_correction_without_reason_or_of_something_else_is_refused(programme, officer, changes, reason, code):
    claim = case(programme).claim
    with pytest.raises(ValueRefused) as refused:
        correct(claim, officer, changes, reason)
    assert (refused.value.code, FactCorrection.objects.count()) == (code, 0)


def test_facts_that_changed_meanwhile_are_not_overwritten(programme, officer):
    claim = case(programme).claim
    stale = Claim.objects.get(pk=claim.pk)
    correct(claim, officer, {"reported_margin_bp": 9_000})
    with pytest.raises(FactsNotCorrectable) as refused:
        correct(stale, officer, {"reported_margin_bp": 8_000})
    assert refused.value.code == "facts_changed"


def test_whoever_should_not_have_the_case_does_not_correct_it(programme, officer):
    review = case(programme)
    take(review=review, actor=another(programme), version=None, at=NOW)
    with pytest.raises(DeskRefused) as refused:
        correct(review.claim, officer, {"reported_margin_bp": 9_000})
    assert refused.value.code == "case_has_officer"
    objection = objection_after(programme, officer)
    with pytest.raises(DeskRefused) as refused:
        correct(objection.claim, officer, {"reported_margin_bp": 9_000})
    assert refused.value.code == "case_decided_before"


def test_what_the_form_shows_of_a_claim_reads_back_as_the_same_facts(programme, officer):
    claim = case(programme).claim
    read = read_correction(claim=claim, typed=typed_facts(claim=claim), actor=officer)
    assert [problem.code for problem in read.problems] == ["nothing_changed"]


TYPED = [
    ("periods", {"service": "messenger", "began": "2022.10.15", "ended": "2022-10-16"}, "losses"),
    ("losses", {"lost_sales": "350,000원"}, "losses"),
    ("alternative", {"alternative": "유"}, "losses"),
    ("margin", {"margin": "12.5", "basis": "own", "industry": ""}, "reported_margin_bp"),
    ("margin", {"margin": "100%", "basis": "own", "industry": "855"}, "industry_code"),
]


@pytest.mark.parametrize(("step", "said", "name"), TYPED)
def test_what_is_typed_is_read_by_the_parsers_of_the_form(programme, officer, step, said, name):
    claim = case(programme).claim
    typed = typed_facts(claim=claim)
    lines = typed[step].get("lines")
    if isinstance(lines, list):
        lines[0] |= said
    else:
        (lines["1"] if lines else typed[step]).update(said)
    read = read_correction(claim=claim, typed=typed, actor=officer)
    assert (read.problems, set(read.values)) == ((), {name})
