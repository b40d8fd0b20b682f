import pghistory
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from compensation.policy.transitions import GRANT_CHUNK, GRANT_JOB, GRANT_JOB_RUN
from compensation.programmes.models import BenefitPackage, Programme
from compensation.runtime.triggers import MovesOnly
from users.models.user import User


@pghistory.track()
class GrantJob(models.Model):
    """A bulk run that grants a package to all members with `member_id < members_below`.

    `state` is the business side (who wanted and approved it), `run_state` the running side. `rehearsal` holds what was
    counted before approval: expected, to_grant, excluded by reason, value_won.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="grant_jobs")
    package = models.ForeignKey(BenefitPackage, on_delete=models.PROTECT, related_name="grant_jobs")
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="draft")
    run_state = models.CharField(max_length=10, default="idle")
    chunk_size = models.PositiveIntegerField()
    members_below = models.BigIntegerField(null=True)
    rehearsal = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grant_jobs_made")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grant_jobs_approved", null=True)
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("maker")), name="grant_job_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(run_state="idle") | Q(state="approved", approver__isnull=False),
                name="grant_job_runs_only_approved",
            ),
        ]
        triggers = [
            MovesOnly(name="grant_job_moves", field="state", moves=GRANT_JOB.moves),
            MovesOnly(name="grant_job_runs", field="run_state", moves=GRANT_JOB_RUN.moves),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} #{self.pk}"


class GrantChunk(models.Model):
    """One slice of a grant job: the members with `lower_id <= id < upper_id`. The truth of what is left to do.

    `finished_at` is when its members were granted: the end of validity is counted from there.
    """

    job = models.ForeignKey(GrantJob, on_delete=models.PROTECT, related_name="chunks", db_index=False)
    number = models.PositiveIntegerField()
    lower_id = models.BigIntegerField()
    upper_id = models.BigIntegerField()
    state = models.CharField(max_length=10, default="pending")
    attempts = models.PositiveSmallIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    granted = models.PositiveIntegerField(default=0)
    excluded_withdrawn = models.PositiveIntegerField(default=0)
    excluded_suspended = models.PositiveIntegerField(default=0)
    excluded_already_granted = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="grant_chunk_number_once"),
            models.CheckConstraint(condition=Q(upper_id__gt=F("lower_id")), name="grant_chunk_is_a_range"),
            models.CheckConstraint(
                condition=Q(
                    expected=F("granted")
                    + F("excluded_withdrawn")
                    + F("excluded_suspended")
                    + F("excluded_already_granted")
                    + F("failed")
                ),
                name="grant_chunk_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["job", "number"], name="grant_chunk_pending", condition=Q(state="pending")),
        ]
        triggers = [MovesOnly(name="grant_chunk_moves", field="state", moves=GRANT_CHUNK.moves)]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
