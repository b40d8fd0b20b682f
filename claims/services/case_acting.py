"""Acting in a case beside the desk: not in the own business, nor in what one decided, nor in somebody else's case."""

from claims.models import Claim, Review
from claims.services import desk_refusals as refusals
from claims.services.claim_lock import lock_claim
from claims.services.desk_rows import refuse_others_case, refuse_unfit
from claims.services.reviews import open_review_of
from users.models import User


def hold_case(*, claim: Claim, actor: User) -> tuple[Claim, Review]:
    """The claim and its open review, held until the transaction ends, for an officer who may act in it.

    Raises DeskRefused: the review is over, somebody else has the case, or it is nothing for this officer.
    """
    claim = lock_claim(claim)
    review = open_review_of(claim=claim)
    if review is None:
        raise refusals.closed(list(claim.reviews.select_related("claim").order_by("-id")[:1]))
    refuse_unless_fit(review=review, actor=actor)
    return claim, review


def refuse_unless_fit(*, review: Review, actor: User) -> None:
    """Raises DeskRefused where this officer must not act in the case."""
    refuse_others_case(review=review, actor=actor)
    refuse_unfit([review], actor)
