import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.assessment import APPEND_ONLY
from claims.models.payout import PayoutBatch
from compensation import limits
from compensation.programmes.models import Programme
from compensation.runtime.sealed_files import SealedFileName


class BankProfile(models.Model):
    """How a bank's bulk transfer file looks, and how its results come back: data (policy/bank_profiles.py), versioned.

    A changed layout is a new row with the next version. `checked_by`: who held it against the bank's own sample; until
    then every page says that it has to be. A batch keeps the version it was made with.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="bank_profiles", db_index=False)
    code = models.SlugField(max_length=30)
    version = models.PositiveSmallIntegerField(default=1)
    layout = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    made_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code", "version"], name="bank_profile_version_once")
        ]
        triggers = [
            pgtrigger.Protect(
                name="bank_profile_layout_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("programme", "code", "version", "layout"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class BankFile(models.Model):
    """A file that was made for the bank: what is in it, and by what it is known again. Append-only.

    A batch with more rows than a file may have has several, numbered from 1. The content is kept encrypted
    (`storage_name`, which alone may change) until its time is over; `sha256` is that of the file as it is downloaded.
    """

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="files", db_index=False)
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=limits.FILE_NAME_LENGTH_MAX)
    storage_name = SealedFileName(kept_in="bank_files")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    total_won = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="bank_file_number_once")]
        triggers = [
            pgtrigger.Protect(name="bank_files_are_append_only", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="bank_file_stays_what_it_was",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["storage_name"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BankFileDownload(models.Model):
    """That somebody had a bank file, with every account in it, and why. Append-only."""

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="downloads")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="bank_file_downloads_stay", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.file_id}: {self.actor_id}"


class ResultFile(models.Model):
    """A result file from the bank: read as a whole or refused as a whole, with every fault and its line.

    The same content is read once per batch (`sha256`); a refused one may come again. Counts are of its lines;
    `faults` are the first of them as {"line", "code", "ko", "en"}, `faults_count` all.
    """

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="results")
    name = models.CharField(max_length=limits.FILE_NAME_LENGTH_MAX)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    is_accepted = models.BooleanField()
    lines = models.PositiveIntegerField(default=0)
    paid_count = models.PositiveIntegerField(default=0)
    paid_won = models.BigIntegerField(default=0)
    returned_count = models.PositiveIntegerField(default=0)
    returned_won = models.BigIntegerField(default=0)
    unknown_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)  # of all these, lines of which we knew already
    faults_count = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "sha256"], condition=Q(is_accepted=True), name="result_read_once_per_batch"
            )
        ]
        triggers = [pgtrigger.Protect(name="results_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return self.name


class ResultUpload(models.Model):
    """A result file as it was sent in: what a worker has to read, and afterwards the bank's voucher, kept encrypted.

    The row is there before its file (`stored_at`), so that no file lies about without one. `finished_at` without a
    `result`: workers died over it (`tries`), and it was given up. A blank `storage_name`: its time was over.
    """

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="uploads")
    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True)
    name = models.CharField(max_length=limits.FILE_NAME_LENGTH_MAX)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    storage_name = SealedFileName(kept_in="bank_files")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    sent_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    result = models.ForeignKey(ResultFile, on_delete=models.PROTECT, related_name="uploads", null=True, db_index=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=Q(finished_at=None), name="result_upload_waits")]
        triggers = [
            pgtrigger.Protect(
                name="result_upload_stays_what_came",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "batch", "reference", "name", "sha256", "size_bytes", "sent_by", "sent_at"
                ),
            ),
            pgtrigger.Protect(
                name="stored_result_upload_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__stored_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.name}"
