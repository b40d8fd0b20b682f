"""What workers do for a file after it was received: the malware scan, then pictures of its pages; and tidying up.

A worker takes a file for some minutes (`due_at` moves on, committed), does its work without holding a row, and writes
the outcome by conditional updates. Killed, it leaves a file that is due again; two at once leave one outcome.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from claims.gateways import malware_scan
from claims.models import Evidence, EvidencePage
from claims.services.claim_lock import lock_claim
from claims.services.evidence_files import store
from claims.services.evidence_files.previews import PagePicture, make_pages
from claims.services.evidence_notices import tell_that_infected
from claims.services.reviews import ask_for_checks, keep_review
from compensation import limits
from compensation.audit.services import because
from compensation.policy.transitions import EvidenceScanState
from compensation.runtime.tasks import send_after_commit
from users.services.people import system_user

logger = logging.getLogger(__name__)
_OPEN_STATES = (EvidenceScanState.WAITING, EvidenceScanState.UNSCANNED)


def work_on_next(*, at: datetime) -> bool:
    """Scans and draws the file that has been due longest; False when none is due."""
    evidence = _take(at)
    if evidence is None:
        return False
    if _scan(evidence, at):
        _draw(evidence, at)
    return True


def sweep(*, at: datetime) -> None:
    """Sends a worker where something is due: a lost message, a killed worker, a scanner that has come back.

    What was received while there was no scanner is scanned as soon as there is one.
    """
    if malware_scan.scanner_is_set_up():
        Evidence.objects.filter(scan_state=EvidenceScanState.UNSCANNED, due_at=None).update(due_at=at)
    if Evidence.objects.filter(due_at__lte=at).exists():
        send_after_commit("claims.work_on_evidence")


def remove_orphans(*, shards: Iterable[str], at: datetime) -> int:
    """Removes the files of these shards that are older than ORPHAN_SECONDS and have no row; how many they were."""
    before, removed = at - timedelta(seconds=limits.ORPHAN_SECONDS), 0
    for shard in shards:
        keys = set(store.kept_before(shard=shard, moment=before))
        for model in (Evidence, EvidencePage):
            keys -= set(model.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
        store.drop(keys=sorted(keys))
        removed += len(keys)
    return removed


def shards_at(*, at: datetime) -> tuple[str, ...]:
    """The shards whose turn it is: a few each minute, so that a sweep takes as long as it takes with few files."""
    count = limits.ORPHAN_SHARDS_PER_SWEEP
    first = int(at.timestamp()) // 60 * count % len(store.SHARDS)
    return store.SHARDS[first : first + count]


@transaction.atomic
def _take(at: datetime) -> Evidence | None:
    evidence = (
        Evidence.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(due_at__lte=at)
        .order_by("due_at", "id")
        .first()
    )
    if evidence:
        lease = at + timedelta(seconds=limits.EVIDENCE_LEASE_SECONDS)
        Evidence.objects.filter(pk=evidence.pk).update(due_at=lease, tries=F("tries") + 1)
    return evidence


def _scan(evidence: Evidence, at: datetime) -> bool:
    """Has the file scanned, where that is still to be done; whether it may be shown."""
    if evidence.scan_state not in _OPEN_STATES:
        return evidence.scan_state == EvidenceScanState.CLEAN
    if not malware_scan.scanner_is_set_up():
        _settle(evidence, EvidenceScanState.UNSCANNED, None, "")
        return True
    try:
        with store.open_kept(key=evidence.storage_key) as content:
            verdict = malware_scan.scan(content=content)
    except malware_scan.ScannerUnavailable as problem:
        logger.warning("The malware scanner gave no verdict: %s", problem)
        again = at + timedelta(seconds=limits.SCAN_RETRY_SECONDS)
        Evidence.objects.filter(pk=evidence.pk).update(due_at=again, tries=0)
        return False
    if verdict.is_clean:
        _settle(evidence, EvidenceScanState.CLEAN, at, "")
    else:
        _refuse_infected(evidence, verdict.finding, at)
    return verdict.is_clean


def _settle(evidence: Evidence, state: EvidenceScanState, scanned_at: datetime | None, finding: str) -> bool:
    """Moves the scan on; False where another worker was first, or the file was taken back meanwhile."""
    waiting = Evidence.objects.filter(pk=evidence.pk, scan_state__in=[old for old in _OPEN_STATES if old != state])
    with transaction.atomic(), because(actor=system_user(), reason="malware scan"):
        return waiting.update(scan_state=state, scanned_at=scanned_at, scan_finding=finding) == 1


@transaction.atomic
def _refuse_infected(evidence: Evidence, finding: str, at: datetime) -> None:
    """The file and its pictures go, the row stays and says why; the merchant is told."""
    if not _settle(evidence, EvidenceScanState.INFECTED, at, finding):
        return
    pages = EvidencePage.objects.filter(evidence=evidence)
    keys = [evidence.storage_key, *pages.values_list("storage_key", flat=True)]
    pages.delete()
    Evidence.objects.filter(pk=evidence.pk).update(storage_key="", due_at=None)
    store.drop_after_commit(keys=keys)
    if evidence.claim:  # a document that the council needs may be missing again
        claim = lock_claim(evidence.claim)
        keep_review(claim=claim, at=at)
        ask_for_checks(claim=claim, at=at)
    tell_that_infected(evidence=evidence, at=at)


def _draw(evidence: Evidence, at: datetime) -> None:
    """Makes pictures of the pages, where there are none yet. A file over which workers die is left without."""
    if evidence.previewed_at:
        Evidence.objects.filter(pk=evidence.pk).update(due_at=None)
        return
    given_up = evidence.tries >= limits.PREVIEW_TRIES_MAX
    made = [] if given_up else make_pages(storage_key=evidence.storage_key, content_type=evidence.content_type)
    if not _keep_pages(evidence, made, at):
        store.drop(keys=[page.storage_key for page in made])


@transaction.atomic
def _keep_pages(evidence: Evidence, made: list[PagePicture], at: datetime) -> bool:
    """False where the file was taken back, found infected or drawn by another worker meanwhile."""
    still = Evidence.objects.select_for_update().filter(
        pk=evidence.pk, previewed_at=None, storage_key=evidence.storage_key
    )
    if not still.exists():
        return False
    EvidencePage.objects.bulk_create(
        EvidencePage(
            evidence=evidence,
            number=page.number,
            storage_key=page.storage_key,
            width=page.width,
            height=page.height,
        )
        for page in made
    )
    Evidence.objects.filter(pk=evidence.pk).update(previewed_at=at, due_at=None, tries=0)
    return True
