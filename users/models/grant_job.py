import pghistory
import pgtrigger
from django.contrib.postgres.functions import RandomUUID
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from compensation import limits
from compensation.policy.audiences import Audience
from compensation.policy.transitions import GRANT_CHUNK, GRANT_JOB, GRANT_JOB_RUN
from compensation.programmes.models import BenefitPackage, Programme
from compensation.runtime.triggers import MovesOnly
from users.models.user import User

LIST_LOADED = "list_loaded"  # label of the event of a job whose own row stayed as it was


class GrantJobKind(models.TextChoices):
    GRANT = "grant"
    RECALL = "recall"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.ManualEvent(LIST_LOADED))
class GrantJob(models.Model):
    """A bulk run that grants a package to its audience, or takes back (recalls) what an earlier job granted.

    By `reference` it is known in addresses: its number would tell how many there are.
    `state` is the business side (who wanted and approved it), `run_state` the running side. The audience is those of
    the members with `member_id < members_below` whom `audience` (policy.audiences.Audience) and the job's
    AudienceMembers describe. `rehearsal` holds what was counted before approval: expected, to_grant, excluded by
    reason, value_won, sample, seconds, and what was in the package. Of jobs that wait, the lowest `priority` goes
    first. `members_per_second` None is as fast as it goes. `retried_at` is when failed chunks were put back last.
    """

    reference = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="grant_jobs")
    package = models.ForeignKey(BenefitPackage, on_delete=models.PROTECT, related_name="grant_jobs")
    kind = models.CharField(max_length=10, choices=GrantJobKind.choices, default=GrantJobKind.GRANT)
    recalls = models.ForeignKey("self", on_delete=models.PROTECT, related_name="recalled_by", null=True)
    audience = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    note = models.CharField(max_length=limits.GRANT_NOTE_LENGTH_MAX, blank=True)
    state = models.CharField(max_length=10, default="draft")
    run_state = models.CharField(max_length=10, default="idle")
    priority = models.PositiveSmallIntegerField(default=5)
    starts_at = models.DateTimeField(null=True)
    members_per_second = models.PositiveIntegerField(null=True)
    workers = models.PositiveSmallIntegerField(default=limits.GRANT_WORKERS_MAX)
    chunk_size = models.PositiveIntegerField()
    members_below = models.BigIntegerField(null=True)
    rehearsal = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grant_jobs_made")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grant_jobs_approved", null=True)
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    retried_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("maker")), name="grant_job_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(run_state="idle")
                | Q(state="approved", approver__isnull=False)
                | Q(state="cancelled", run_state="finished", approver__isnull=False),
                name="grant_job_runs_only_approved",
            ),
            models.CheckConstraint(
                condition=Q(kind="grant", recalls__isnull=True) | Q(kind="recall", recalls__isnull=False),
                name="grant_job_recalls_a_job",
            ),
        ]
        triggers = [
            MovesOnly(name="grant_job_moves", field="state", moves=GRANT_JOB.moves),
            MovesOnly(name="grant_job_runs", field="run_state", moves=GRANT_JOB_RUN.moves),
            pgtrigger.Protect(
                name="approved_grant_job_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state IN ('approved', 'cancelled') AND"
                    " (OLD.package_id, OLD.kind, OLD.recalls_id, OLD.audience, OLD.members_below, OLD.rehearsal)"
                    " IS DISTINCT FROM"
                    " (NEW.package_id, NEW.kind, NEW.recalls_id, NEW.audience, NEW.members_below, NEW.rehearsal)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} #{self.pk}"

    @property
    def who(self) -> Audience:
        """The audience, read."""
        return Audience.from_json(self.audience)


class GrantChunk(models.Model):
    """One slice of a grant job: the members with `lower_id <= id < upper_id`. The truth of what is left to do.

    `finished_at` is when its members were granted: the end of validity is counted from there. A chunk of a recall
    takes back what one chunk (`recalls`) granted.
    """

    job = models.ForeignKey(GrantJob, on_delete=models.PROTECT, related_name="chunks", db_index=False)
    number = models.PositiveIntegerField()
    recalls = models.ForeignKey("self", on_delete=models.PROTECT, related_name="recalled_by", null=True)
    lower_id = models.BigIntegerField()
    upper_id = models.BigIntegerField()
    state = models.CharField(max_length=10, default="pending")
    attempts = models.PositiveSmallIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    granted = models.PositiveIntegerField(default=0)
    excluded_withdrawn = models.PositiveIntegerField(default=0)
    excluded_suspended = models.PositiveIntegerField(default=0)
    excluded_listed = models.PositiveIntegerField(default=0, db_default=0)
    excluded_recalled = models.PositiveIntegerField(default=0, db_default=0)
    excluded_already_granted = models.PositiveIntegerField(default=0)
    recalled = models.PositiveIntegerField(default=0, db_default=0)
    kept_used = models.PositiveIntegerField(default=0, db_default=0)
    kept_expired = models.PositiveIntegerField(default=0, db_default=0)
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
                    + F("excluded_listed")
                    + F("excluded_recalled")
                    + F("excluded_already_granted")
                    + F("recalled")
                    + F("kept_used")
                    + F("kept_expired")
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


class AudienceMember(models.Model):
    """A member whom a list names for a job: to be in it (`out` False), or to be left out, with the reason.

    Who is on both lists is left out. Loaded by COPY, up to millions at a time, so foreign keys are not checked row by
    row; the statement that loads them takes members that exist only.
    """

    pk = models.CompositePrimaryKey("job_id", "out", "member_id")
    job = models.ForeignKey(GrantJob, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    out = models.BooleanField()
    member = models.ForeignKey("Member", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    reason = models.CharField(max_length=limits.GRANT_NOTE_LENGTH_MAX, blank=True)

    def __str__(self) -> str:
        return f"{self.job_id}/{self.member_id}"
