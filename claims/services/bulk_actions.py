"""What is done with many cases: whom each action leaves out, and what it does with one.

Whom it leaves out is a preview, from few queries; what can really be done, the services of a single case say.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from claims.models import BulkAction, Question, Review, Verdict
from claims.services import desk, desk_refusals, question_refusals
from claims.services.proposals import ProposalDetails, case_of, read_proposal
from claims.services.questions import ask
from compensation import limits
from compensation.policy.money import floor_won
from compensation.policy.transitions import ClaimState, QuestionState, ReviewState
from compensation.programmes.models import PolicyVersion
from compensation.values.refused import ValueRefused
from users.models import User

Parameters = Mapping[str, Any]  # of a job, as claims.services.bulk_parameters reads them


def do_one(*, action: BulkAction, review: Review, parameters: Parameters, actor: User, at: datetime) -> None:
    """Does it with one case, in the caller's transaction. Raises ValueRefused.

    Assigning is done with all at once, by desk.assign. A case that nobody has is taken by whoever refers it.
    """
    if action == BulkAction.ASK:
        row = desk.held(review=review)
        desk.refuse_others_case(review=row, actor=actor)
        ask(claim=row.claim, kinds=parameters["kinds"], text=parameters["text"], actor=actor, at=at)
    elif action == BulkAction.TAG:
        desk.tag(review=review, add=parameters["add"], remove=parameters["remove"], actor=actor, version=None, at=at)
    else:
        row = desk.take(review=review, actor=actor, version=None, at=at)
        proposal = proposal_for(review=row, parameters=parameters)
        desk.refer(review=row, proposal=proposal, actor=actor, version=None, at=at)


def proposal_for(*, review: Review, parameters: Parameters) -> ProposalDetails:
    """What a job proposes for one case: one amount, or a share of the assessed loss rounded down to a whole won."""
    verdict, share_bp = Verdict(parameters["verdict"]), parameters["share_bp"]
    amount_won = parameters["amount_won"]
    if share_bp is not None:
        amount_won = floor_won(numerator=review.assessed_won * share_bp, denominator=limits.RATIO_BP_MAX)
    if verdict == Verdict.REFUSE:
        amount_won = 0
    return ProposalDetails(verdict, amount_won, parameters["reasons"], parameters["text"])


def why_not(
    *, action: BulkAction, reviews: Sequence[Review], parameters: Parameters, actor: User
) -> dict[int, ValueRefused]:
    """By id of the review, why it would be left out. A few queries for any number of reviews (reviews_named)."""
    ids = [review.pk for review in reviews]
    officer = User.objects.get(pk=parameters["officer"]) if action == BulkAction.ASSIGN else actor
    unfit = Review.objects.filter(desk.unfit_for(officer), pk__in=ids)
    questions = Question.objects.filter(claim__reviews__in=ids, state=QuestionState.ASKED)
    known = _Known(
        parameters=parameters,
        officer=officer,
        unfit=frozenset(unfit.values_list("pk", flat=True)),
        asked=frozenset(questions.values_list("claim", flat=True)),
        policies=PolicyVersion.objects.in_bulk({review.assessment.policy_version_id for review in reviews}),
    )
    faults = {review.pk: _RULES[action](review, known) for review in reviews}
    return {pk: fault for pk, fault in faults.items() if fault is not None}


class _Known(NamedTuple):
    """What the rules of the preview look at besides the review: ids of reviews and claims, policy versions by id."""

    parameters: Parameters
    officer: User
    unfit: frozenset[int]
    asked: frozenset[int]
    policies: Mapping[int, PolicyVersion]


def _others(review: Review, known: _Known) -> ValueRefused | None:
    """Somebody else has it, or it is nothing for this officer."""
    if review.officer_id not in (None, known.officer.pk):
        return desk_refusals.HasOfficer([review])
    return desk_refusals.unfit(review, known.officer) if review.pk in known.unfit else None


def _why_not_asked(review: Review, known: _Known) -> ValueRefused | None:
    if review.officer_id not in (None, known.officer.pk):
        return desk_refusals.HasOfficer([review])
    if review.claim_id in known.asked:
        return question_refusals.already_asked()
    if _is_assessed_again(review):
        return question_refusals.not_under_review()
    return None


def _why_not_tagged(review: Review, known: _Known) -> ValueRefused | None:
    tags = (set(review.tags) | set(known.parameters["add"])) - set(known.parameters["remove"])
    return desk_refusals.tags_too_many() if len(tags) > limits.TAGS_MAX else None


def _why_not_referred(review: Review, known: _Known) -> ValueRefused | None:
    if fault := _others(review, known):
        return fault
    if review.state != ReviewState.OPEN:
        return desk_refusals.not_open(review)
    if _is_assessed_again(review):
        return desk_refusals.being_assessed()
    if review.claim_id in known.asked:
        return desk_refusals.merchant_is_asked()
    policy = known.policies[review.assessment.policy_version_id].policy
    try:
        proposal = proposal_for(review=review, parameters=known.parameters)
        read_proposal(proposal=proposal, case=case_of(review=review, claim=review.claim), policy=policy)
    except ValueRefused as refused:
        return refused
    return None


def _is_assessed_again(review: Review) -> bool:
    return not review.objection_id and review.claim.state != ClaimState.AWAITING_COUNCIL


_RULES: Mapping[BulkAction, Callable[[Review, _Known], ValueRefused | None]] = {
    BulkAction.ASK: _why_not_asked,
    BulkAction.ASSIGN: _others,
    BulkAction.TAG: _why_not_tagged,
    BulkAction.REFER: _why_not_referred,
}
