"""The officers' desk: who works on a case (a claim under review), and what becomes of it until the council votes.

`version` is that of the case as the officer's page showed it: whoever acts on an older one is told so (None: bulk work,
which acts on whatever the case is now). Each change raises it by one; a repeated click changes nothing. The claim is
held first, then the review.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from claims.models import AgendaItem, Proposal, Question, Review
from claims.services import desk_refusals as refusals
from claims.services.desk_refusals import ChangedMeanwhile, DeskRefused, HasOfficer
from claims.services.desk_rows import (
    all_held,
    changed,
    held,
    refuse_other_version,
    refuse_others_case,
    refuse_stranger,
    refuse_unfit,
    refuse_unless_open,
    refuse_unless_own,
    unfit_for,
)
from claims.services.proposals import ProposalDetails, case_of, is_same, read_proposal
from compensation import limits
from compensation.audit.services import because
from compensation.policy.transitions import AgendaItemState, ClaimState, QuestionState, ReviewState
from compensation.programmes.models import Programme
from compensation.values.names import parse_name
from compensation.values.paragraphs import parse_paragraphs
from users.models import User

__all__ = [
    "ChangedMeanwhile",
    "DeskRefused",
    "HasOfficer",
    "ProposalDetails",
    "assign",
    "held",
    "hold",
    "parse_tag",
    "refer",
    "refuse_others_case",
    "release",
    "resume",
    "tag",
    "take",
    "take_back",
    "take_next",
    "unfit_for",
]


@transaction.atomic
def take(*, review: Review, actor: User, version: int | None, at: datetime) -> Review:
    """The actor works on the case from now on. Raises HasOfficer, ChangedMeanwhile, DeskRefused."""
    row = held(review=review)
    if row.officer_id == actor.pk:
        return row
    refuse_others_case(review=row, actor=actor)
    refuse_other_version(row, version)
    refuse_unfit([row], actor)
    return changed(row, actor=actor, reason="case taken", at=at, officer=actor, taken_at=at)


@transaction.atomic
def take_next(*, programme: Programme, actor: User, at: datetime) -> Review | None:
    """Takes the open case without an officer that is due first; None when there is none for the actor.

    Not one whose merchant is asked something: nobody can go on with it.

    Cases that somebody is taking right now are passed over, so that two officers who ask at once get two cases.
    Raises DeskRefused: no officer of the programme.
    """
    refuse_stranger(programme, actor)
    waiting = Review.objects.filter(programme=programme, state=ReviewState.OPEN, officer=None)
    fit = waiting.filter(due_at__isnull=False).exclude(unfit_for(actor))
    rows = fit.select_for_update(skip_locked=True, of=("self", "claim"), no_key=True).select_related("claim")
    review = rows.order_by("due_at", "id").first()
    if review is None:
        return None
    return changed(review, actor=actor, reason="next case taken", at=at, officer=actor, taken_at=at)


@transaction.atomic
def assign(*, reviews: Iterable[Review], officer: User, actor: User, at: datetime) -> int:
    """Gives the cases to an officer: all of them or none; how many were not that officer's before.

    Raises HasOfficer, which names each case that somebody else has; DeskRefused where one cannot be that officer's.
    """
    cases = all_held(reviews)
    if taken := [review for review in cases if review.officer_id not in (None, officer.pk)]:
        raise HasOfficer(taken)
    fresh = [review for review in cases if review.officer_id is None]
    refuse_unfit(fresh, officer)
    with because(actor=actor, reason="case assigned", at=at.isoformat()):
        rows = Review.objects.filter(pk__in=[review.pk for review in fresh])
        return rows.update(officer=officer, taken_at=at, version=F("version") + 1)


@transaction.atomic
def release(*, review: Review, actor: User, version: int | None, at: datetime, reason: str = "") -> Review:
    """Nobody has the case any more. Somebody else's is released with a reason (ours). Raises DeskRefused."""
    row = held(review=review)
    if row.officer_id is None:
        return row
    refuse_other_version(row, version)
    said = parse_paragraphs(reason, length_max=limits.REVIEW_NOTE_LENGTH_MAX)
    if row.officer_id != actor.pk and not said:
        raise refusals.reason_missing()
    return changed(row, actor=actor, reason="case released", at=at, said=said, officer=None, taken_at=None)


@transaction.atomic
def hold(*, review: Review, reason: str, actor: User, version: int | None, at: datetime) -> Review:
    """Puts the case aside, with a reason; its deadline goes on. Raises DeskRefused; ValueRefused for a long reason."""
    row = held(review=review)
    said = parse_paragraphs(reason, length_max=limits.REVIEW_NOTE_LENGTH_MAX)
    if (row.state, row.held_because) == (ReviewState.HELD, said):
        return row
    refuse_unless_own(row, actor)
    refuse_other_version(row, version)
    if not said:
        raise refusals.reason_missing()
    refuse_unless_open(row)
    return changed(row, actor=actor, reason="case held", at=at, state=ReviewState.HELD, held_because=said)


@transaction.atomic
def resume(*, review: Review, actor: User, version: int | None, at: datetime) -> Review:
    """Goes on with a case that was put aside. Raises DeskRefused."""
    row = held(review=review)
    if row.state == ReviewState.OPEN:
        return row
    refuse_unless_own(row, actor)
    refuse_other_version(row, version)
    if row.state != ReviewState.HELD:
        raise refusals.not_open(row)
    return changed(row, actor=actor, reason="case resumed", at=at, state=ReviewState.OPEN, held_because="")


@transaction.atomic
def refer(*, review: Review, proposal: ProposalDetails, actor: User, version: int | None, at: datetime) -> Review:
    """Refers the case to the council with a proposal. Raises DeskRefused, ProposalRefused; ValueRefused: long text."""
    row = held(review=review)
    policy = row.assessment.policy_version.policy
    read = read_proposal(proposal=proposal, case=case_of(review=row, claim=row.claim), policy=policy)
    latest = row.proposals.last()
    if row.state == ReviewState.REFERRED and is_same(proposal=latest, details=read):
        return row
    refuse_unless_own(row, actor)
    refuse_other_version(row, version)
    refuse_unless_open(row)
    if not row.objection_id and row.claim.state != ClaimState.AWAITING_COUNCIL:
        raise refusals.being_assessed()
    if Question.objects.filter(claim=row.claim, state=QuestionState.ASKED).exists():
        raise refusals.merchant_is_asked()
    Proposal.objects.create(
        review=row,
        verdict=read.verdict,
        amount_won=read.amount_won,
        reasons=list(read.reasons),
        text=read.text,
        made_by=actor,
        made_at=at,
    )
    return changed(row, actor=actor, reason="case referred", at=at, state=ReviewState.REFERRED)


@transaction.atomic
def take_back(*, review: Review, actor: User, version: int | None, at: datetime) -> Review:
    """Takes the case back from the council, while it is on no agenda. Raises DeskRefused."""
    row = held(review=review)
    if row.state == ReviewState.OPEN:
        return row
    refuse_unless_own(row, actor)
    refuse_other_version(row, version)
    if row.state != ReviewState.REFERRED:
        raise refusals.not_open(row)
    if AgendaItem.objects.filter(review=row, state=AgendaItemState.OPEN).exists():
        raise refusals.on_agenda()
    return changed(row, actor=actor, reason="case taken back", at=at, state=ReviewState.OPEN)


@transaction.atomic
def tag(
    *,
    review: Review,
    add: Collection[str] = (),
    remove: Collection[str] = (),
    actor: User,
    version: int | None,
    at: datetime,
) -> Review:
    """Puts words on the case and takes others off, whoever has it. Raises DeskRefused; ValueRefused for no word."""
    row = held(review=review)
    words = {parse_tag(word) for word in add}
    tags = [word for word in row.tags if word not in remove] + sorted(words - set(row.tags) - set(remove))
    if tags == row.tags:
        return row
    refuse_other_version(row, version)
    if len(tags) > limits.TAGS_MAX:
        raise refusals.tags_too_many()
    return changed(row, actor=actor, reason="case tagged", at=at, tags=tags)


def parse_tag(word: object) -> str:
    """A word by which officers find cases again: a name of at most TAG_LENGTH_MAX characters. Raises ValueRefused."""
    return parse_name(word, length_max=limits.TAG_LENGTH_MAX)
