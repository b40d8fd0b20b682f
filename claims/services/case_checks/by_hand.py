"""What a person found out about a case, with a note. It counts until the machine finds something new."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from claims.models import Check, CheckOutcome, Claim, Review
from claims.services.case_acting import hold_case
from claims.services.reviews import keep_review
from compensation import limits
from compensation.audit.services import because
from compensation.policy.case_checks import CHECKS
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from users.models import User


class CheckRefused(ValueRefused):
    """A check that is not known, without an outcome, or without a note."""


@transaction.atomic
def record_check(*, claim: Claim, code: str, outcome: str, note: str, actor: User, at: datetime) -> Check:
    """Records what the actor found for a check of policy.case_checks. The same again is the same check.

    Raises CheckRefused; DeskRefused where no review is open or somebody else has to do it; ValueRefused: a long note.
    """
    if code not in CHECKS:
        raise _unknown()
    if outcome not in CheckOutcome.values:
        raise _no_outcome()
    said = parse_paragraphs(note, length_max=limits.REVIEW_NOTE_LENGTH_MAX)
    if not said:
        raise _no_note()
    claim, review = hold_case(claim=claim, actor=actor)
    newest = Check.objects.filter(claim=claim, code=code).order_by("-id").first()
    if newest and (newest.checked_by_id, newest.outcome, newest.note) == (actor.pk, outcome, said):
        return newest  # a second click
    with because(actor=actor, reason="case checked", code=code):
        check = Check.objects.create(
            claim=claim,
            code=code,
            outcome=outcome,
            found=newest.found if newest else [],
            note=said,
            checked_by=actor,
            checked_at=at,
        )
        Review.objects.filter(pk=review.pk).update(version=F("version") + 1)
        keep_review(claim=claim, at=at)
    return check


def _unknown() -> CheckRefused:
    return CheckRefused("check_unknown", "없는 확인 항목입니다.", "There is no such check.")


def _no_outcome() -> CheckRefused:
    return CheckRefused("check_outcome_missing", "확인한 결과를 골라 주세요.", "Please choose what you found.")


def _no_note() -> CheckRefused:
    return CheckRefused(
        "check_note_missing",
        "무엇을 보고 확인했는지 적어 주세요.",
        "Please write what you looked at.",
    )
