"""Evidence: taking a file for a draft or a claim, taking it back, and handing it over when a draft becomes a claim.

A file is looked at and stored before the transaction; the transaction holds the draft or claim, so that the bounds hold
and the same file goes in once, whoever sends it beside whom. Without a commit the stored file has no row, and goes.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, Sum

from claims.models import Claim, ClaimDraft, Evidence
from claims.services.evidence_files import refusals, store
from claims.services.evidence_files.inspection import Inspected, Upload, inspect
from claims.services.reviews import ask_for_checks, keep_review
from compensation import limits
from compensation.audit.services import because
from compensation.policy.transitions import LIVE_CLAIM_STATES, EvidenceScanState
from compensation.programmes.selectors import current_policy
from compensation.runtime.tasks import send_after_commit
from users.models import User

Owner = ClaimDraft | Claim
_INFECTED = Q(scan_state=EvidenceScanState.INFECTED)


def receive_evidence(*, owner: Owner, kind: str, upload: Upload, actor: User, at: datetime) -> Evidence:
    """Takes a file as evidence of `kind` (a code of the programme's policy) and has it scanned and drawn.

    Raises EvidenceRefused: of another kind than we take, broken, too large, there already, or nothing can be added now.
    ClaimDraft.DoesNotExist: the draft was thrown away meanwhile.
    """
    if kind not in {known.code for known in current_policy(programme=owner.programme).policy.evidence_kinds}:
        raise refusals.kind_unknown()
    inspected = inspect(upload=upload)
    key = store.keep_file(path=upload.path)
    try:
        return _record(owner, kind, upload, inspected, key, actor, at)
    except refusals.EvidenceRefused:
        store.drop(keys=[key])
        raise


@transaction.atomic
def remove_evidence(*, draft: ClaimDraft, reference: str, actor: User) -> None:
    """Takes a file back before the claim is submitted. One that is not (or no longer) there is no error.

    Raises EvidenceRefused when the draft has become a claim: what was submitted stays; ClaimDraft.DoesNotExist.
    """
    _lock(draft)
    evidence = Evidence.objects.filter(draft=draft, reference=reference).first()
    if evidence is None:
        return
    keys = [key for key in (evidence.storage_key, *evidence.pages.values_list("storage_key", flat=True)) if key]
    with because(actor=actor, reason="evidence taken back"):
        evidence.delete()
    store.drop_after_commit(keys=keys)


def hand_over_evidence(*, draft: ClaimDraft, claim: Claim, actor: User) -> int:
    """Makes the draft's evidence the claim's, in the transaction that submits it; how many files these are."""
    with because(actor=actor, reason="claim submitted"):
        return Evidence.objects.filter(draft=draft).update(draft=None, claim=claim)


@transaction.atomic
def _record(
    owner: Owner, kind: str, upload: Upload, inspected: Inspected, key: str, actor: User, at: datetime
) -> Evidence:
    _lock(owner)
    _refuse_repeated(owner, upload.sha256)
    _refuse_overfull(owner, upload.size_bytes)
    side = {"draft": owner} if isinstance(owner, ClaimDraft) else {"claim": owner}
    with because(actor=actor, reason="evidence received"):
        evidence = Evidence.objects.create(
            **side,
            kind=kind,
            file_name=inspected.file_name,
            content_type=inspected.content_type,
            page_count=inspected.page_count,
            size_bytes=upload.size_bytes,
            sha256=upload.sha256,
            storage_key=key,
            uploaded_by=actor,
            received_at=at,
            due_at=at,
        )
    if isinstance(owner, Claim):
        keep_review(claim=owner, at=at)
        ask_for_checks(claim=owner, at=at)
    send_after_commit("claims.work_on_evidence")
    return evidence


def _lock(owner: Owner) -> None:
    """Holds the draft or claim until the transaction ends. Raises EvidenceRefused when its evidence may not change."""
    if isinstance(owner, ClaimDraft):
        is_open = ClaimDraft.objects.select_for_update(no_key=True).get(pk=owner.pk).claim_id is None
    else:
        is_open = Claim.objects.select_for_update(no_key=True).get(pk=owner.pk).state in LIVE_CLAIM_STATES
    if not is_open:
        raise refusals.not_open()


def _refuse_repeated(owner: Owner, sha256: str) -> None:
    same = owner.evidence.filter(sha256=sha256).first()
    if same and same.scan_state == EvidenceScanState.INFECTED:
        raise refusals.infected_before()
    if same:
        raise refusals.already_there(same.file_name)


def _refuse_overfull(owner: Owner, size_bytes: int) -> None:
    """An infected file is not kept, and does not take anybody's room."""
    there = owner.evidence.exclude(_INFECTED).aggregate(files=Count("id"), size_bytes=Sum("size_bytes", default=0))
    too_large = there["size_bytes"] + size_bytes > limits.EVIDENCE_CLAIM_BYTES_MAX
    if too_large or there["files"] >= limits.EVIDENCE_FILES_MAX:
        raise refusals.claim_is_full()
