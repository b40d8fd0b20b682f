"""Opening and closing the review (심사) of a claim, and keeping what the queue shows of it up to date.

Whoever changes something that a review shows a copy of (deadline, missing documents, failed checks) calls `keep_review`
in the same transaction, holding the claim.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from claims.models import AgendaItem, Check, CheckOutcome, Claim, Objection, Review
from claims.selectors.evidence import CERTIFICATE, missing_documents_of
from claims.selectors.status import objection_reading, policy_for, status_of
from compensation.policy.deadlines import Clock, due_at
from compensation.policy.document import Policy
from compensation.policy.evidence import missing_documents
from compensation.policy.transitions import OPEN_REVIEW_STATES, AgendaItemState, ReviewState
from compensation.programmes.models import Programme
from compensation.runtime.tasks import send_after_commit
from compensation.values.working_days import working_calendar

OPEN_REVIEWS = """
INSERT INTO claims_review (programme_id, claim_id, assessment_id, assessed_won, state, opened_at, due_at, missing,
    marks, tags, held_because, version, checks_due_at)
SELECT claim.programme_id, claim.id, assessment.id, assessment.assessed_won, 'open', %(at)s, %(due_at)s,
    cardinality(%(needed)s) - (
        SELECT count(*) FROM unnest(%(needed)s) AS kind WHERE
            EXISTS (SELECT 1 FROM claims_evidence paper
                WHERE paper.claim_id = claim.id AND paper.kind = kind AND paper.scan_state <> 'infected')
            OR (kind = %(certificate)s AND merchant.certificate_state = 'verified')
    ), '{}', '{}', '', 1, %(at)s
FROM claims_claim AS claim
JOIN claims_assessment AS assessment ON assessment.id = claim.assessment_id
JOIN merchants_merchant AS merchant ON merchant.id = claim.merchant_id
WHERE claim.id = ANY(%(claims)s) AND claim.state = 'awaiting_council'
ON CONFLICT (claim_id) WHERE state IN ('open', 'held', 'referred') DO UPDATE
    SET assessment_id = EXCLUDED.assessment_id, assessed_won = EXCLUDED.assessed_won, missing = EXCLUDED.missing,
        checks_due_at = EXCLUDED.checks_due_at
RETURNING id
"""
CLOSE_DECIDED = """
UPDATE claims_review AS review SET state = 'closed', closed_at = %(at)s
FROM claims_claim AS claim
WHERE claim.id = ANY(%(claims)s) AND review.claim_id = claim.id AND claim.state = 'determined'
    AND review.objection_id IS NULL AND review.state IN ('open', 'held', 'referred')
"""


def review_assessed(*, claim_ids: Sequence[int], policy: Policy, at: datetime) -> int:
    """Opens the review of each of these claims that now waits for the council, and ends that of those decided by rule.

    A part of the assessment's transaction, which holds the claims. Returns how many reviews are open.
    """
    clock = Clock(at, policy.deadlines.council_working_days)
    parameters: dict[str, Any] = {
        "claims": list(claim_ids),
        "needed": [kind.code for kind in missing_documents(policy=policy, present=())],
        "certificate": CERTIFICATE,
        "due_at": due_at(clock=clock, holidays=working_calendar()),
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_DECIDED, parameters)
        cursor.execute(OPEN_REVIEWS, parameters)
        opened = cursor.rowcount
    if opened:
        send_after_commit("claims.run_case_checks")
    return opened


def open_objection_review(*, objection: Objection, at: datetime) -> Review:
    """The review of an objection or a request for confirmation; it is about what was assessed for the determination."""
    assessment = objection.determination.assessment
    review = Review.objects.create(
        programme_id=objection.claim.programme_id,
        claim=objection.claim,
        objection=objection,
        assessment=assessment,
        assessed_won=assessment.assessed_won,
        opened_at=at,
    )
    keep_review(claim=objection.claim, at=at)
    ask_for_checks(claim=objection.claim, at=at)
    return review


def open_review_of(*, claim: Claim) -> Review | None:
    """The review that is open, held; the caller holds the claim."""
    return Review.objects.select_for_update().filter(claim=claim, state__in=OPEN_REVIEW_STATES).first()


def keep_review(*, claim: Claim, at: datetime) -> None:
    """Brings deadline, missing documents and marks of the claim's open review up to date; nothing where none is open.

    Read anew from the database: what the caller has prefetched may be older than its own changes.
    """
    review = open_review_of(claim=claim)
    if review is None:
        return
    fresh = Claim.objects.select_related("merchant", "programme", "assessment__policy_version").get(pk=claim.pk)
    policy = policy_for(claim=fresh)
    Review.objects.filter(pk=review.pk).update(
        due_at=_due_at(review, fresh, policy, at),
        missing=len(missing_documents_of(claim=fresh, policy=policy)),
        marks=marks_of(claim=fresh),
    )


def ask_for_checks(*, claim: Claim, at: datetime) -> None:
    """Has the machine check the merchant's cases (again): something that it looks at has changed.

    A part of the caller's transaction, which holds the claim.
    """
    reviews = Review.objects.filter(claim__merchant=claim.merchant_id, state__in=OPEN_REVIEW_STATES)
    if reviews.update(checks_due_at=at):
        send_after_commit("claims.run_case_checks")


def marks_of(*, claim: Claim) -> list[str]:
    """The codes of the checks whose newest finding is a failure, in alphabetical order."""
    newest = Check.objects.filter(claim=claim).order_by("code", "-id").distinct("code")
    return [check.code for check in newest if check.outcome == CheckOutcome.FAILED]


def close_review(*, claim: Claim, at: datetime) -> None:
    """Ends the open review, and takes the case off an agenda: there is nothing to decide any more."""
    if review := open_review_of(claim=claim):
        drop_from_agenda(review=review, at=at)
        Review.objects.filter(pk=review.pk).update(state=ReviewState.CLOSED, closed_at=at)


def reopen_referred(*, claim: Claim, at: datetime) -> None:
    """What was proposed rests on facts that changed: off the agenda, back to the officer."""
    if review := open_review_of(claim=claim):
        drop_from_agenda(review=review, at=at)
        if review.state == ReviewState.REFERRED:
            Review.objects.filter(pk=review.pk).update(state=ReviewState.OPEN)


def drop_from_agenda(*, review: Review, at: datetime) -> None:
    """Takes the case off the agenda that it is on; its votes stay as they are, and count for nothing."""
    on_agenda = AgendaItem.objects.filter(review=review, state=AgendaItemState.OPEN)
    on_agenda.update(state=AgendaItemState.DROPPED, closed_at=at)


@transaction.atomic
def open_missing_reviews(*, programme: Programme, at: datetime, size: int = 1_000) -> int:
    """Opens reviews of claims before the council, and of open objections, that have none: filed by an older version."""
    waiting = Claim.objects.filter(programme=programme, state="awaiting_council").exclude(
        reviews__state__in=OPEN_REVIEW_STATES
    )
    claims = list(waiting.select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("id")[:size])
    for claim in claims:
        review_assessed(claim_ids=[claim.pk], policy=policy_for(claim=claim), at=at)
        keep_review(claim=claim, at=at)
    objections = Objection.objects.filter(claim__programme=programme, state="received", review__isnull=True)
    missing = list(objections.select_related("claim", "determination__assessment").order_by("id")[:size])
    for objection in missing:
        Claim.objects.select_for_update(no_key=True).get(pk=objection.claim_id)
        if not Review.objects.filter(objection=objection).exists():
            open_objection_review(objection=objection, at=at)
    return len(claims) + len(missing)


def _due_at(review: Review, claim: Claim, policy: Policy, at: datetime) -> datetime | None:
    if review.objection:
        questions = list(claim.questions.all())
        return objection_reading(objection=review.objection, questions=questions, policy=policy, at=at).due_at
    reading = status_of(claim=claim, policy=policy, at=at).reading
    return reading.due_at if reading else None
