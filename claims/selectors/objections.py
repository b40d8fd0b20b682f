"""The objections and requests for confirmation that are under review."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from claims.models import Determination, Proposal, Review
from claims.selectors.queue import held_by
from compensation.policy.transitions import OPEN_REVIEW_STATES
from compensation.programmes.models import Programme
from users.models import User


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """An objection in the queue.

    `short_won`: by how much what was granted falls short of the assessed loss, in whole won. `prepared_by`: who worked
    on the first decision and must not have this case; nobody where the rule decided alone.
    """

    review: Review
    determination: Determination
    short_won: int
    prepared_by: tuple[User, ...]


def objections_under_review(*, programme: Programme, whose: str, user: User) -> QuerySet[Review]:
    """Most urgent first, those that wait for the merchant last. `whose`: as `held_by` has it."""
    theirs = held_by(whose=whose, user=user)
    rows = Review.objects.filter(theirs, programme=programme, state__in=OPEN_REVIEW_STATES, objection__isnull=False)
    rows = rows.select_related("claim__merchant", "officer", "objection__determination__assessment")
    hidden = ("claim__merchant__phone", "claim__merchant__email", "objection__reasons")  # encrypted, and not shown
    return rows.defer(*hidden).order_by(F("due_at").asc(nulls_last=True), "id")


def objection_rows(*, reviews: Sequence[Review]) -> list[ObjectionRow]:
    """What the queue shows of each. Three queries, however many there are."""
    prepared_by = _prepared_by(reviews)
    rows = []
    for review in reviews:
        determination = review.objection.determination  # type: ignore[union-attr]  # only reviews of objections
        short_won = max(review.assessed_won - determination.amount_won, 0)
        rows.append(ObjectionRow(review, determination, short_won, prepared_by.get(review.pk, ())))
    return rows


def _prepared_by(reviews: Sequence[Review]) -> dict[int, tuple[User, ...]]:
    """By review: officers of earlier reviews of the claim, and who proposed in them, as claims.services.desk has it."""
    claims = [review.claim_id for review in reviews]
    earlier = Review.objects.filter(claim__in=claims, officer__isnull=False).values_list("claim", "pk", "officer")
    proposed = Proposal.objects.filter(review__claim__in=claims).values_list("review__claim", "review", "made_by")
    people = defaultdict(list)
    for claim, review_id, officer in (*earlier, *proposed):
        people[claim].append((review_id, officer))
    officers = User.objects.in_bulk({officer for found in people.values() for _, officer in found})
    by_review = {}
    for review in reviews:
        before = {officer for review_id, officer in people[review.claim_id] if review_id < review.pk}
        by_review[review.pk] = tuple(officers[pk] for pk in sorted(before))
    return by_review
