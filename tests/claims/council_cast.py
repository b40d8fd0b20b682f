"""Voting in tests: who votes what, and what came of it."""

from datetime import datetime, timedelta

import pytest

from claims.models import AgendaItem, Claim, CouncilDecision, Vote
from claims.services.council.voting import cast_vote, recuse
from claims.services.objections import file_objection
from compensation.ledger.selectors import balances
from compensation.programmes.models import Programme
from tests.cast import NOW, CouncilCast, a_council, a_session, refer, referred_review
from tests.claims.status_cast import assessed_claim, hong
from users.models import User

HOUR = timedelta(hours=1)
REASONS = {
    "support": [],
    "support_other": ["loss_partly_proven"],
    "refuse": ["loss_not_proven"],
    "send_back": ["needs_more_facts"],
}


@pytest.fixture
def council(programme: Programme) -> CouncilCast:
    return a_council(programme)


@pytest.fixture
def item(programme: Programme, council: CouncilCast) -> AgendaItem:
    """A case of 9,000,000 won of loss, of which 2,000,000 are proposed; the vote is open."""
    return a_session(programme, referred_review(programme)).items.get()


def vote(
    item: AgendaItem,
    member: User,
    choice: str = "support",
    *,
    amount_won: int = 0,
    at: datetime = NOW + HOUR,
    **more: object,
) -> Vote:
    details = {"reasons": REASONS.get(choice, []), "text": ""} | more
    return cast_vote(item=item, member=member, choice=choice, amount_won=amount_won, at=at, **details)


def step_aside(item: AgendaItem, member: User, *, at: datetime = NOW + HOUR) -> None:
    recuse(item=item, member=member, basis="own_interest", text="", at=at)


def vote_all(item: AgendaItem, council: CouncilCast, *choices: str, at: datetime = NOW + HOUR) -> CouncilDecision:
    """Each member in turn; amounts are written as `support_other 1500000`."""
    for member, said in zip(council.members, choices or ("support",) * 5, strict=True):
        choice, _, amount = said.partition(" ")
        vote(item, member, choice, amount_won=int(amount or 0), at=at)
    return CouncilDecision.objects.get(item=item)


def claim_of(item: AgendaItem) -> Claim:
    return Claim.objects.get(reviews=item.review_id)


def payable_won(programme: Programme) -> int:
    return balances(programme=programme)["merchant_payable"]


def objected(programme: Programme, council: CouncilCast, *, amount_won: int = 100_000) -> AgendaItem:
    """An objection to a tier's 30,000 won for a loss of 200,000, on an agenda."""
    claim = assessed_claim(programme)
    objection = file_objection(
        determination=claim.determination,
        kind="objection",
        reasons="더 큽니다.",
        evidence=[],
        actor=hong(programme),
        at=NOW,
    )
    return a_session(programme, refer(objection.review, amount_won=amount_won)).items.get()
