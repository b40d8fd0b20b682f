"""Holding the cases that an officer acts on, and what every action on the desk checks."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import rules
from django.db.models import Exists, F, OuterRef, Q

from claims.models import Claim, Proposal, Review
from claims.services import desk_refusals as refusals
from claims.services.desk_refusals import HasOfficer
from compensation.audit.services import because
from compensation.policy.transitions import OPEN_REVIEW_STATES, ReviewState
from compensation.programmes.models import Programme
from merchants.models import Representative
from users.models import User

RELATIONS = ("claim__merchant", "claim__determination", "programme", "officer", "assessment__policy_version")


def unfit_for(officer: User) -> Q:
    """The reviews that this officer must not have: of an own business, and objections to what the officer prepared.

    Whoever worked on, or proposed in, an earlier review of the claim prepared it (ours; also a trigger of the table).
    """
    earlier = Review.objects.filter(claim=OuterRef("claim"), pk__lt=OuterRef("pk"))
    prepared = Exists(earlier.filter(officer=officer)) | Exists(
        Proposal.objects.filter(review__claim=OuterRef("claim"), review__lt=OuterRef("pk"), made_by=officer)
    )
    own = Exists(Representative.objects.filter(merchant=OuterRef("claim__merchant"), user=officer))
    return Q(own) | (Q(objection__isnull=False) & (Q(prepared) | Q(objection__determination__actor=officer)))


def held(*, review: Review) -> Review:
    """The review as it is now, held after its claim until the transaction ends. Raises DeskRefused where it is over."""
    [row] = all_held([review])
    return row


def refuse_others_case(*, review: Review, actor: User) -> None:
    """Raises HasOfficer where somebody else has the case."""
    if review.officer_id not in (None, actor.pk):
        raise HasOfficer([review])


def all_held(reviews: Iterable[Review]) -> list[Review]:
    """The reviews as they are now, held after their claims, in one order. Raises DeskRefused where one is over."""
    rows = Review.objects.filter(pk__in=[review.pk for review in reviews])
    claims = Claim.objects.filter(reviews__in=rows).order_by("pk")
    list(claims.select_for_update(of=("self",), no_key=True))
    rows = rows.select_related(*RELATIONS).order_by("pk").select_for_update(of=("self",), no_key=True)
    if over := [review for review in rows if review.state not in OPEN_REVIEW_STATES]:
        raise refusals.closed(over)
    return list(rows)


def changed(review: Review, *, actor: User, reason: str, at: datetime, said: str = "", **fields: Any) -> Review:
    """Writes the fields of a review that is held; its version goes up by one."""
    with because(actor=actor, reason=reason, at=at.isoformat(), **({"said": said} if said else {})):
        Review.objects.filter(pk=review.pk).update(version=F("version") + 1, **fields)
    for name, value in (fields | {"version": review.version + 1}).items():
        setattr(review, name, value)
    return review


def refuse_other_version(review: Review, version: int | None) -> None:
    if version is not None and version != review.version:
        raise refusals.changed_meanwhile()


def refuse_unless_own(review: Review, actor: User) -> None:
    refuse_others_case(review=review, actor=actor)
    if review.officer_id is None:
        raise refusals.not_taken()


def refuse_unless_open(review: Review) -> None:
    if review.state != ReviewState.OPEN:
        raise refusals.not_open(review)


def refuse_stranger(programme: Programme, officer: User) -> None:
    if not rules.has_perm("programmes.prepare_cases", officer, programme):
        raise refusals.no_officer(officer)


def refuse_unfit(reviews: Sequence[Review], officer: User) -> None:
    """Where one of the cases of a programme is nothing for this officer. Two queries for any number of them."""
    for review in reviews[:1]:
        refuse_stranger(review.programme, officer)
    unfit = set(
        Review.objects.filter(unfit_for(officer), pk__in=[row.pk for row in reviews]).values_list("pk", flat=True)
    )
    for review in reviews:
        if review.pk in unfit:
            raise refusals.unfit(review, officer)
