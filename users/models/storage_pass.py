"""What members apply for, first come, first served: the line, who started their pass, and how the quota was changed."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from compensation.policy.transitions import PASS_QUOTA_CHANGE
from compensation.programmes.models import BenefitItem, Programme
from compensation.runtime.triggers import MovesOnly
from users.models.member import Member
from users.models.user import User


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("quota", "opens_at")),  # not one per application
    exclude=["last_place", "last_applied_at", "last_applied_at_before"],
)
class StoragePass(models.Model):
    """A pass of a programme: from when on one can apply, how many may have it, and how long the line is.

    The row is locked by whoever puts people in line: `last_place` is how many are in it, `last_applied_at` when the
    last of them came, `last_applied_at_before` when the last of those came whom the latest batch found in line.
    `last_place` beyond `quota` is the line behind.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="storage_passes")
    item = models.OneToOneField(BenefitItem, on_delete=models.PROTECT, related_name="storage_pass")
    opens_at = models.DateTimeField()
    quota = models.PositiveBigIntegerField()
    last_place = models.PositiveBigIntegerField(default=0)
    last_applied_at = models.DateTimeField(null=True)
    last_applied_at_before = models.DateTimeField(null=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="line_never_shortens",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__last_place__lt=pgtrigger.F("old__last_place")),
            ),
            pgtrigger.Protect(
                name="issued_passes_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__quota__lt=pgtrigger.F("old__quota"))
                & pgtrigger.Q(new__quota__lt=pgtrigger.F("old__last_place")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.last_place} of {self.quota}"


class PassApplication(models.Model):
    """That a member is in line, and where. Places count from 1 without gaps and grow with `applied_at`.

    One row per member and pass, keyed by both. Foreign keys are not checked row by row: the statement that puts people
    in line reads the members that it takes.
    """

    pk = models.CompositePrimaryKey("storage_pass_id", "member_id")
    storage_pass = models.ForeignKey(StoragePass, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    place = models.PositiveBigIntegerField()
    applied_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["storage_pass", "place"], name="pass_place_once")]
        triggers = [
            pgtrigger.Protect(name="applications_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.storage_pass_id}/{self.member_id}: {self.place}"


_SERVED_ONLY = """
    IF NOT EXISTS (
        SELECT FROM users_passapplication application
          JOIN users_storagepass pass ON pass.id = application.storage_pass_id
         WHERE application.storage_pass_id = NEW.storage_pass_id AND application.member_id = NEW.member_id
           AND application.place <= pass.quota
    ) THEN
        RAISE EXCEPTION 'a pass beyond the quota cannot exist: % of %', NEW.storage_pass_id, NEW.member_id;
    END IF;
    RETURN NEW;
"""


class PassActivation(models.Model):
    """That a member started the pass: it ends at `ends_at` for good. `reminded_at`: when they were told of the end."""

    pk = models.CompositePrimaryKey("storage_pass_id", "member_id")
    storage_pass = models.ForeignKey(StoragePass, on_delete=models.PROTECT, db_index=False, related_name="activations")
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    activated_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("activated_at")), name="pass_activation_ends_after_it_began"
            )
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="pass_activation_to_remind", condition=Q(reminded_at__isnull=True))
        ]
        triggers = [
            pgtrigger.Trigger(
                name="served_members_only", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_SERVED_ONLY
            )
        ]

    def __str__(self) -> str:
        return f"{self.storage_pass_id}/{self.member_id}"


@pghistory.track()
class PassQuotaChange(models.Model):
    """That somebody wants another quota, and what another person decided.

    An approved one that serves people in line names them: the places `served_after < place <= served_until`. Those up
    to `told_until` were told; the rest is what workers still have to do.
    """

    storage_pass = models.ForeignKey(StoragePass, on_delete=models.PROTECT, related_name="quota_changes")
    quota = models.PositiveBigIntegerField()
    quota_before = models.PositiveBigIntegerField()
    note = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="proposed")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pass_quota_changes_made")
    decider = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pass_quota_changes_decided", null=True)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    served_after = models.PositiveBigIntegerField(default=0)
    served_until = models.PositiveBigIntegerField(default=0)
    told_until = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["storage_pass"], condition=Q(state="proposed"), name="pass_quota_change_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decider__isnull=False) & ~Q(decider=F("maker"))),
                name="pass_quota_change_approved_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["storage_pass"], name="pass_quota_change_to_tell", condition=Q(told_until__lt=F("served_until"))
            )
        ]
        triggers = [MovesOnly(name="pass_quota_change_moves", field="state", moves=PASS_QUOTA_CHANGE.moves)]

    def __str__(self) -> str:
        return f"{self.storage_pass_id}: {self.quota_before} -> {self.quota}"
