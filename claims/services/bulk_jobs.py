"""Bulk work: one action on up to BULK_CASES_MAX cases, chosen by an officer and worked off one case at a time.

Each case is a transaction of its own: what cannot be done is noted with its reason, and the others go on. The items in
the table are what is left to do, so a killed worker, a lost message or a second one changes nothing. Only assigning is
all or nothing (as for a few cases on the queue): its items are one transaction.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from claims.models import BulkAction, BulkItem, BulkJob, Review
from claims.services.bulk_actions import do_one, proposal_for, why_not
from claims.services.desk import HasOfficer, assign
from compensation import limits
from compensation.audit.services import because
from compensation.programmes.models import Programme
from compensation.runtime.tasks import send_after_commit
from compensation.values.refused import ValueRefused
from users.models import User

logger = logging.getLogger(__name__)

PENDING, DONE, FAILED = "pending", "done", "failed"


class BulkRefused(ValueRefused):
    """No such job can be started."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a job would do: the cases, those left out with why, and what it would propose in all (whole won)."""

    included: tuple[Review, ...]
    excluded: tuple[tuple[Review, ValueRefused], ...]
    proposed_won: int


def preview(*, action: BulkAction, reviews: Sequence[Review], parameters: Mapping[str, Any], actor: User) -> Preview:
    """Whom the job would reach, as things are now. Changes nothing."""
    faults = why_not(action=action, reviews=reviews, parameters=parameters, actor=actor)
    included = tuple(review for review in reviews if review.pk not in faults)
    proposed_won = 0
    if action == BulkAction.REFER:
        proposed_won = sum(proposal_for(review=review, parameters=parameters).amount_won for review in included)
    excluded = tuple((review, faults[review.pk]) for review in reviews if review.pk in faults)
    return Preview(included, excluded, proposed_won)


@transaction.atomic
def start_job(
    *,
    programme: Programme,
    action: BulkAction,
    reviews: Sequence[Review],
    parameters: Mapping[str, Any],
    reference: str,
    actor: User,
    at: datetime,
) -> BulkJob:
    """Starts a job; `reference` is the one that the preview was made with: sent twice, it is one job.

    Raises BulkRefused: no case, or too many.
    """
    if not 0 < len(reviews) <= limits.BULK_CASES_MAX:
        raise BulkRefused(
            "bulk_cases",
            f"1건에서 {limits.BULK_CASES_MAX}건까지 골라 주세요.",
            f"Please choose from 1 to {limits.BULK_CASES_MAX} cases.",
        )
    job, is_new = BulkJob.objects.get_or_create(
        reference=reference,
        programme=programme,
        made_by=actor,
        defaults={"action": action, "parameters": json.dumps(parameters), "made_at": at},
    )
    if is_new:
        BulkItem.objects.bulk_create(BulkItem(job=job, review=review) for review in reviews)
        send_after_commit("claims.work_on_bulk_job", job_id=job.pk)
    return job


def work_on_next(*, job: BulkJob, at: datetime) -> bool:
    """Does the next case that nobody is at; False where there is none, and then the job may be over."""
    worked = _assign_all(job, at) if job.action == BulkAction.ASSIGN else _do_next(job, at)
    if not worked:
        _finish(job, at)
    return worked


def sweep() -> None:
    """Sends a worker for every unfinished job: a lost message, a killed worker."""
    for pk in BulkJob.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True):
        send_after_commit("claims.work_on_bulk_job", job_id=pk)


@transaction.atomic
def _do_next(job: BulkJob, at: datetime) -> bool:
    waiting = BulkItem.objects.filter(job=job, outcome=PENDING).order_by("id")
    item = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("review__claim").first()
    if item is None:
        return False
    parameters, action = json.loads(job.parameters), BulkAction(job.action)
    try:
        with transaction.atomic(), because(actor=job.made_by, reason="bulk work", job=job.reference):
            do_one(action=action, review=item.review, parameters=parameters, actor=job.made_by, at=at)
    except ValueRefused as refused:
        _note(item, refused)
    except (OperationalError, InterfaceError):
        raise  # a deadlock, a lost connection: the item stays, and is done again
    except Exception:
        logger.exception("bulk job %s, item %s", job.reference, item.pk)
        _note(item, _unexpected())
    else:
        BulkItem.objects.filter(pk=item.pk).update(outcome=DONE)
    return True


@transaction.atomic
def _assign_all(job: BulkJob, at: datetime) -> bool:
    if not BulkJob.objects.select_for_update(skip_locked=True).filter(pk=job.pk).exists():
        return False
    items = list(BulkItem.objects.filter(job=job, outcome=PENDING).select_related("review__claim", "review__officer"))
    if not items:
        return False
    officer = User.objects.get(pk=json.loads(job.parameters)["officer"])
    try:
        with transaction.atomic():
            assign(reviews=[item.review for item in items], officer=officer, actor=job.made_by, at=at)
    except HasOfficer as refused:
        taken = {review.pk: HasOfficer([review]) for review in refused.taken}
        for item in items:
            _note(item, taken.get(item.review_id, _all_or_none()))
    except ValueRefused as refused:
        for item in items:
            _note(item, refused)
    else:
        BulkItem.objects.filter(job=job).update(outcome=DONE)
    return True


def _note(item: BulkItem, refused: ValueRefused) -> None:
    BulkItem.objects.filter(pk=item.pk).update(
        outcome=FAILED, fault=refused.code, fault_text={"ko": refused.message_ko, "en": refused.message_en}
    )


def _finish(job: BulkJob, at: datetime) -> None:
    """Where nothing is left; what another worker is at still counts as left."""
    if not BulkItem.objects.filter(job=job, outcome=PENDING).exists():
        BulkJob.objects.filter(pk=job.pk, finished_at=None).update(finished_at=at)


def _all_or_none() -> BulkRefused:
    return BulkRefused(
        "assign_all_or_none",
        "다른 건을 이미 맡은 담당자가 있어 아무 건도 지정하지 않았습니다.",
        "Somebody has one of the other cases, so none was assigned.",
    )


def _unexpected() -> BulkRefused:
    return BulkRefused(
        "bulk_unexpected",
        "알 수 없는 오류로 처리하지 못했습니다. 이 건은 심사 화면에서 직접 처리해 주세요.",
        "An unexpected error. Please do this case on its own page.",
    )
