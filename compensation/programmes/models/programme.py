from functools import cached_property

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from compensation.policy.document import Policy, parse_policy
from compensation.policy.transitions import PROGRAMME
from compensation.programmes.models.customer_centre import CustomerCentre
from compensation.programmes.models.incident import Incident
from compensation.runtime.triggers import MovesOnly

POLICIES_KEPT = 100
_policies: dict[tuple[int, str], Policy] = {}  # by version and digest of its document; policies are frozen values


@pghistory.track()
class Programme(models.Model):
    """The whole scheme for one outage. `customer_centre` holds the fields of a CustomerCentre."""

    code = models.SlugField(unique=True)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="programmes")
    currency = models.CharField(max_length=3, default="KRW")
    time_zone = models.CharField(max_length=40, default="Asia/Seoul")
    status = models.CharField(max_length=10, default="draft")
    customer_centre = models.JSONField(default=dict)  # empty in programmes loaded before files named one
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [MovesOnly(name="programme_moves", field="status", moves=PROGRAMME.moves)]

    def __str__(self) -> str:
        return self.code

    @property
    def centre(self) -> CustomerCentre | None:
        """Whom people can call; None where the file did not say so when it was loaded last."""
        return CustomerCentre.from_json(self.customer_centre) if self.customer_centre else None


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class PolicyVersion(models.Model):
    """One version of a programme's rules. Frozen as soon as a claim was assessed by it; a change is a new version."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="policy_versions")
    number = models.PositiveIntegerField()
    document = models.JSONField(encoder=DjangoJSONEncoder)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="policy_version_number_once")]
        triggers = [
            pgtrigger.Protect(
                name="frozen_policy_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__frozen_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}/{self.number}"

    @cached_property
    def policy(self) -> Policy:
        """The document as values of the pure policy core. Parsed once in each process: nearly every page reads it."""
        key = (self.pk, self.digest)
        policy = _policies.get(key)
        if policy is None:
            if len(_policies) >= POLICIES_KEPT:
                _policies.clear()
            policy = _policies[key] = parse_policy(self.document)
        return policy


@pghistory.track()
class IntakeWindow(models.Model):
    """When claims may be filed, and by which channels: the half-open interval `[opens_at, closes_at)`."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="intake_windows")
    code = models.SlugField(max_length=40)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    channels = ArrayField(models.CharField(max_length=20))

    class Meta:
        ordering = ["opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="intake_window_code_once"),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="intake_window_closes_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return self.code
