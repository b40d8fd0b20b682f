"""Destroying what is no longer needed, every night. What is kept how long: compensation/limits.py.

Batch by batch, each a transaction that holds its rows and passes over those that somebody else holds: a killed worker
leaves a smaller rest, two runs at once share the work.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from claims.models import ClaimDraft, ClaimOrigin, Evidence, EvidencePage
from claims.services.bank_files.retention import EXPIRING as BANK_FILES
from claims.services.drafts.context import AGENT, WEB
from claims.services.evidence_files import store
from compensation import limits
from compensation.audit.models import Destruction
from compensation.audit.services import because
from compensation.messaging.services.retention import BODIES
from compensation.programmes.models import IntakeWindow
from compensation.runtime.idempotency import IDEMPOTENCY_KEYS
from compensation.runtime.retention import Expiring, deleted_rows
from users.services.handover.retention import HANDOVER_FILES
from users.services.retention import API_TOKENS, DEVICES, SESSIONS, SIGN_IN_CODES

DRAFT_KEPT = timedelta(days=limits.DRAFT_KEPT_DAYS)
ORIGIN_KEPT = timedelta(days=limits.CLAIM_ORIGIN_KEPT_DAYS)
DRAFT_FILES = "draft_files"


def destroy_expired(
    *,
    actor: AbstractBaseUser,
    at: datetime,
    stop: Callable[[], bool] = lambda: False,
    batch: int = limits.DESTROYED_PER_BATCH,
) -> Destruction:
    """Destroys everything whose time is over at `at`; the record of it, with how many of each kind.

    Asks `stop` after every batch: then the record says that the run did not finish, and the next one goes on.
    """
    run = Destruction.objects.create(by_id=actor.pk, at=at)
    for kind in KINDS:
        while _destroy_batch(run, kind, actor, batch) == batch:
            if stop():
                return run
    run.is_finished = True
    run.save(update_fields=["is_finished"])
    return run


def count_expired(*, at: datetime) -> dict[str, int]:
    """How many of each kind `destroy_expired` would find."""
    counts = {kind.code: kind.due(at).count() for kind in KINDS}
    return counts | {DRAFT_FILES: Evidence.objects.filter(draft__in=_drafts(at)).count()}


def draft_kept_until(*, closes_at: datetime) -> datetime:
    """The first moment at which an unsent draft may be gone, where the last intake window closes at `closes_at`."""
    return closes_at + DRAFT_KEPT


@transaction.atomic
def _destroy_batch(run: Destruction, kind: Expiring, actor: AbstractBaseUser, size: int) -> int:
    """Destroys up to `size` and writes down how many, in one transaction; how many were taken."""
    free = kind.due(run.at).select_for_update(skip_locked=True, of=("self",))
    keys = list(free.order_by("pk").values_list("pk", flat=True)[:size])
    if keys:
        with because(actor=actor, reason="retention"):
            destroyed = kind.destroy(free.model._default_manager.filter(pk__in=keys))
        for code, count in destroyed.items():
            run.counts[code] = run.counts.get(code, 0) + count
        run.save(update_fields=["counts"])
    return len(keys)


def _drafts(at: datetime) -> QuerySet[ClaimDraft]:
    """Drafts that were not sent, and whose last intake window closed long enough ago."""
    over = Q(pk__in=[])
    for channel in (WEB, AGENT):
        ends = IntakeWindow.objects.filter(channels__contains=[channel]).values("programme")
        closed = ends.annotate(last=Max("closes_at")).filter(last__lte=at - DRAFT_KEPT).values("programme")
        over |= Q(by_agent=channel == AGENT, programme__in=closed)
    return ClaimDraft.objects.filter(over, claim__isnull=True)


def _destroy_drafts(drafts: QuerySet[ClaimDraft]) -> Mapping[str, int]:
    """With their papers: the rows now, the files once that is durable."""
    evidence = Evidence.objects.filter(draft__in=drafts)
    pages = EvidencePage.objects.filter(evidence__in=evidence)
    keys = [*evidence.exclude(storage_key="").values_list("storage_key", flat=True)]
    keys += pages.values_list("storage_key", flat=True)
    pages.delete()
    counts = {DRAFT_FILES: evidence.delete()[0], DRAFTS.code: drafts.delete()[0]}
    store.drop_after_commit(keys=keys)
    return counts


DRAFTS = Expiring("drafts", _drafts, _destroy_drafts)
ORIGINS = deleted_rows("claim_origins", lambda at: ClaimOrigin.objects.filter(claim__received_at__lte=at - ORIGIN_KEPT))
KINDS = (
    DRAFTS,
    ORIGINS,
    BODIES,
    SIGN_IN_CODES,
    API_TOKENS,
    SESSIONS,
    DEVICES,
    IDEMPOTENCY_KEYS,
    HANDOVER_FILES,
    *BANK_FILES,
)
