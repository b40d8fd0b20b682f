"""Which decided cases a case is compared with: those that are alike, as far as there are enough of them."""

import pytest

from claims.models import Claim, CouncilDecision
from claims.selectors.similar import similar_cases
from claims.services.council.undoing import undo
from tests.cast import NOW, a_council, a_session, ready_made, referred_review
from tests.claims.council_cast import vote_all
from tests.claims.desk_cast import another, case

pytestmark = pytest.mark.django_db


@ready_made
def nine_decided(programme) -> list[CouncilDecision]:
    """Of one kind; the last was refused."""
    council = a_council(programme)
    reviews = [referred_review(programme) for _ in range(9)]
    *granted, refused = a_session(programme, *reviews).items.all()
    return [*(vote_all(item, council) for item in granted), vote_all(refused, council, *["refuse"] * 5)]


@pytest.fixture
def decided(programme) -> list[CouncilDecision]:
    return nine_decided(programme)


@pytest.mark.parametrize(
    ("differs", "step"),
    [
        ({}, 0),
        ({"industry_code": "855"}, 2),
        ({"services": ["map"]}, 3),
    ],
)
def test_likeness_is_given_up_where_there_are_too_few(programme, decided, differs, step):
    claim = case(programme).claim
    for name, value in differs.items():
        setattr(claim, name, value)
    found = similar_cases(claim=claim, assessed_won=9_000_000)
    assert (found.step, len(found.cases)) == (step, 9)
    assert (found.usual.low_bp, found.usual.high_bp) == (0, 2_222)


def test_another_size_is_compared_with_all_and_the_case_never_with_itself(programme, decided):
    own = Claim.objects.get(determination=decided[0].determination)
    assert similar_cases(claim=own, assessed_won=600_000).step == 4
    assert own.reference not in {row.reference for row in similar_cases(claim=own, assessed_won=600_000).cases}


def test_what_was_undone_is_no_example_and_few_cases_say_nothing_is_usual(programme, decided):
    for decision in decided[:2]:
        undo(decision=decision, reason="표결 착오", actor=another(programme), at=NOW)
    found = similar_cases(claim=case(programme).claim, assessed_won=9_000_000)
    assert (len(found.cases), found.usual) == (7, None)
