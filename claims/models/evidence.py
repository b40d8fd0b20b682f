import secrets

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.models.draft import ClaimDraft
from compensation import limits
from compensation.policy.transitions import EVIDENCE_SCAN
from compensation.runtime.triggers import MovesOnly

_RECEIPT_HEAD, _RECEIPT_TAIL = 8, 4  # characters of the hash that people compare


def evidence_reference() -> str:
    """What stands in a document's addresses: unguessable."""
    return secrets.token_urlsafe(16)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent("changed", condition=pghistory.AnyChange("scan_state", "claim", "draft", "kind")),
    pghistory.DeleteEvent(),
    exclude=["file_name"],  # people put names into it, and the history outlives the file
)
class Evidence(models.Model):
    """A document of a named kind (a code of the policy's evidence kinds) that belongs to a claim, or to its draft.

    `storage_key` names the file in the storage `evidence`; blank where there is none (an infected one was removed, the
    association keeps it). `scan_state` is what the malware scan said. `due_at` is when a worker has to look at it
    (scan, previews), None when nothing is left to do; `tries` counts the workers that set out and did not come back.
    `page_count` is the document's own count, None where it has no pages; its pictures are in `pages`.
    """

    reference = models.CharField(max_length=32, unique=True, default=evidence_reference)
    draft = models.ForeignKey(
        ClaimDraft, on_delete=models.PROTECT, related_name="evidence", null=True, default=None, db_index=False
    )
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="evidence", null=True, default=None, db_index=False
    )
    kind = models.CharField(max_length=limits.EVIDENCE_CODE_LENGTH_MAX)
    file_name = models.CharField(max_length=limits.FILE_NAME_LENGTH_MAX)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=64, blank=True)
    page_count = models.PositiveIntegerField(null=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    received_at = models.DateTimeField()

    scan_state = models.CharField(max_length=12, default=EVIDENCE_SCAN.initial)
    scanned_at = models.DateTimeField(null=True)
    scan_finding = models.CharField(max_length=limits.DESCRIPTION_LENGTH_MAX, blank=True)
    previewed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=False, draft__isnull=True) | Q(claim__isnull=True, draft__isnull=False),
                name="evidence_of_a_claim_or_of_a_draft",
            ),
            # The same file is there once; these also serve the lists of a claim and of a draft.
            models.UniqueConstraint(fields=["claim", "sha256"], name="evidence_once_per_claim"),
            models.UniqueConstraint(fields=["draft", "sha256"], name="evidence_once_per_draft"),
            # Also serves the sweeper that looks for files without a row.
            models.UniqueConstraint(fields=["storage_key"], condition=~Q(storage_key=""), name="evidence_storage_key"),
        ]
        indexes = [
            # Serves the workers: only what is still to be looked at is in it.
            models.Index(fields=["due_at"], name="evidence_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["id"], name="evidence_unscanned", condition=Q(scan_state="unscanned")),
            # Serves the check for the same document behind several claims.
            models.Index(fields=["sha256"], name="evidence_by_content", condition=Q(claim__isnull=False)),
        ]
        triggers = [
            MovesOnly(name="evidence_scan_moves", field="scan_state", moves=EVIDENCE_SCAN.moves),
            pgtrigger.Protect(
                name="evidence_of_a_claim_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__claim__isnull=False),
            ),
            pgtrigger.Protect(
                name="evidence_is_not_edited",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("reference", "sha256", "size_bytes", "content_type", "received_at"),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def receipt(self) -> str:
        """The hash as people compare it: the first eight and the last four characters."""
        return f"{self.sha256[:_RECEIPT_HEAD]}…{self.sha256[-_RECEIPT_TAIL:]}"


class EvidencePage(models.Model):
    """A picture of one page of a document (from 1), made from the file: WebP, without anything else of the file."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="pages", db_index=False)
    number = models.PositiveSmallIntegerField()
    storage_key = models.CharField(max_length=64, unique=True)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["evidence", "number"], name="evidence_page_once")]

    def __str__(self) -> str:
        return f"{self.evidence_id}/{self.number}"
