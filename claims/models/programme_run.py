from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from compensation.programmes.models import BenefitPackage, Programme
from users.models import GrantJob, User


class Stage(models.TextChoices):
    """The stages of a run, in order."""

    IMPORT = "import"
    ASSESS = "assess"
    CHANNEL_CASH = "channel_cash"
    GRANT = "grant"
    DONE = "done"


class ProgrammeRunQuerySet(models.QuerySet["ProgrammeRun"]):
    def unfinished(self) -> "ProgrammeRunQuerySet":
        """Runs that are neither done nor stopped by a fault."""
        return self.filter(~Q(stage=Stage.DONE), fault="")


class ProgrammeRun(models.Model):
    """One run of the whole programme: files in, claims decided, channel cash booked, members granted.

    `files` is a list of {"path": …, "result": what became of its rows, or null}. `stage` says what is being done now;
    the workers move it on, and a run that nobody works on is found by a sweeper.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="runs")
    files = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    package = models.ForeignKey(BenefitPackage, on_delete=models.PROTECT, related_name="+")
    grant_job = models.ForeignKey(GrantJob, on_delete=models.PROTECT, related_name="+", null=True)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.IMPORT)
    fault = models.TextField(blank=True)
    started_at = models.DateTimeField()
    stage_began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = ProgrammeRunQuerySet.as_manager()

    class Meta:
        get_latest_by = "id"
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=~Q(stage="done") & Q(fault=""), name="one_run_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} #{self.pk}"
