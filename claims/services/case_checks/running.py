"""Running the machine's checks: by workers for reviews that are due, and for one case when an officer asks.

A worker takes due reviews for two minutes (`checks_due_at` moves on, committed), asks the tax service without holding
a row, and writes what is new in one transaction that holds the claims. Killed, it leaves reviews that are due again.
A finding is written when it differs from the machine's last: so what a person found stays the newest until something
changed.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from claims.gateways.business_registry import RegistryUnavailable, registry_is_set_up, states_of
from claims.models import Check, CheckOutcome, Claim, Review
from claims.services.case_checks.machine import Finding, findings
from compensation import limits
from compensation.policy.case_checks import BUSINESS_ACTIVE
from compensation.policy.transitions import OPEN_REVIEW_STATES
from compensation.runtime.tasks import send_after_commit

logger = logging.getLogger(__name__)

KEEP_MARKS = """
UPDATE claims_review AS review SET marks = COALESCE((
    SELECT array_agg(code ORDER BY code) FROM (
        SELECT DISTINCT ON (code) code, outcome FROM claims_check WHERE claim_id = review.claim_id
        ORDER BY code, id DESC
    ) AS newest WHERE outcome = 'failed'
), '{}')
WHERE review.claim_id = ANY(%(claims)s) AND review.state = ANY(%(open)s)
"""


def run_machine_checks(*, claim: Claim, at: datetime) -> int:
    """Runs all checks of one claim now; how many found something new."""
    registry, _ = _ask_registry([claim.merchant.business_number])
    return len(_check([claim.pk], registry, at))


def run_due_checks(*, at: datetime, size: int = limits.CHECKED_CLAIMS_PER_BATCH) -> int:
    """Runs the checks of the reviews that have been due longest; how many reviews that were, 0 when none is due."""
    lease = at + timedelta(seconds=limits.CHECKS_LEASE_SECONDS)
    taken = _take(at, lease, size)
    numbers = sorted({review.claim.merchant.business_number for review in taken})
    registry, is_down = _ask_registry(numbers)
    _check(sorted({review.claim_id for review in taken}), registry, at)
    # What changed since the review was taken has made it due again, at another moment than the lease's end.
    done = Review.objects.filter(pk__in=[review.pk for review in taken], checks_due_at=lease)
    done.update(checks_due_at=at + timedelta(seconds=limits.REGISTRY_RETRY_SECONDS) if is_down else None)
    return len(taken)


def sweep_checks(*, at: datetime) -> None:
    """Sends a worker where reviews are due: a lost message, a killed worker, a register that did not answer."""
    if Review.objects.filter(checks_due_at__lte=at).exists():
        send_after_commit("claims.run_case_checks")


@transaction.atomic
def _take(at: datetime, lease: datetime, size: int) -> Sequence[Review]:
    due = Review.objects.filter(checks_due_at__lte=at).order_by("checks_due_at", "id")
    rows = due.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("claim__merchant")
    taken = list(rows[:size])
    Review.objects.filter(pk__in=[review.pk for review in taken]).update(checks_due_at=lease)
    return taken


def _ask_registry(business_numbers: Sequence[str]) -> tuple[Mapping[str, str], bool]:
    """What the tax service says of these businesses, and whether it did not answer."""
    if not business_numbers or not registry_is_set_up():
        return {}, False
    try:
        return states_of(business_numbers=business_numbers), False
    except RegistryUnavailable as fault:
        logger.warning("The register of businesses did not answer: %s", fault)
        return {}, True


@transaction.atomic
def _check(claim_ids: Sequence[int], registry: Mapping[str, str], at: datetime) -> list[Check]:
    rows = Claim.objects.filter(pk__in=claim_ids).select_related("merchant").order_by("pk")
    claims = list(rows.select_for_update(of=("self",), no_key=True))
    known = _known(claim_ids)
    fresh = [
        Check(claim_id=found.claim_id, code=found.code, outcome=found.outcome, found=found.found, checked_at=at)
        for found in findings(claims=claims, registry=registry)
        if _is_new(found, known.get((found.claim_id, found.code)))
    ]
    Check.objects.bulk_create(fresh)
    with connection.cursor() as cursor:
        cursor.execute(KEEP_MARKS, {"claims": list(claim_ids), "open": list(OPEN_REVIEW_STATES)})
    return fresh


def _known(claim_ids: Sequence[int]) -> dict[tuple[int, str], Check]:
    """What the machine last found, by claim and check."""
    rows = Check.objects.filter(claim__in=claim_ids, checked_by=None).order_by("claim", "code", "-id")
    return {(row.claim_id, row.code): row for row in rows.distinct("claim", "code")}


def _is_new(found: Finding, known: Check | None) -> bool:
    """That nobody answered is no news about a business."""
    if known is None:
        return True
    if found.code == BUSINESS_ACTIVE and found.outcome == CheckOutcome.NO_DATA:
        return False
    return (known.outcome, known.found) != (found.outcome, found.found)
