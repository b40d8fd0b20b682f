"""The review (심사) of a claim by people: who prepares it, what was checked, what is proposed to the council."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.models.assessment import APPEND_ONLY, Assessment
from claims.models.claim import Claim
from claims.models.objection import Objection
from compensation import limits
from compensation.policy.transitions import OPEN_REVIEW_STATES, REVIEW
from compensation.programmes.models import Programme
from compensation.runtime.encryption import EncryptedTextField
from compensation.runtime.triggers import MovesOnly

# An objection is looked at by somebody else than who prepared what it objects to: also where Python forgets to ask.
_SOMEBODY_ELSE = """
    IF EXISTS (
        SELECT 1 FROM claims_review earlier LEFT JOIN claims_proposal p ON p.review_id = earlier.id
        WHERE earlier.claim_id = NEW.claim_id AND earlier.id < NEW.id
            AND (earlier.officer_id = NEW.officer_id OR p.made_by_id = NEW.officer_id)
    ) THEN
        RAISE EXCEPTION 'an objection is for another officer' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track(pghistory.UpdateEvent(condition=pghistory.AnyChange("state", "officer", "tags", "held_because")))
class Review(models.Model):
    """One round of review: of a claim before the council, or of an objection (or request for confirmation) to it.

    One is open per claim. `assessment` is the one that the review is about; after corrections the newest.
    `due_at`: the first moment that is too late; None while the clock stands still (the merchant is asked).
    `missing` counts the documents that the council needs and that are not there, `marks` are codes of failed checks:
    both are copies, kept by the services that change what they are made from, so that the queue reads one table.
    `version` counts the changes by people: whoever saves names the one that was looked at.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="reviews")
    objection = models.OneToOneField(Objection, on_delete=models.PROTECT, related_name="review", null=True)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+", db_index=False)
    assessed_won = models.BigIntegerField()
    state = models.CharField(max_length=10, default=REVIEW.initial)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews", null=True, db_index=False
    )
    taken_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    missing = models.PositiveSmallIntegerField(default=0)
    marks = ArrayField(models.CharField(max_length=limits.CHECK_CODE_LENGTH_MAX), default=list)
    tags = ArrayField(models.CharField(max_length=limits.TAG_LENGTH_MAX), default=list)
    held_because = models.CharField(max_length=limits.REVIEW_NOTE_LENGTH_MAX, blank=True)
    escalated_at = models.DateTimeField(null=True, help_text="when it was told that the deadline passed")
    checks_due_at = models.DateTimeField(null=True, help_text="since when the machine's checks are to be run (again)")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state__in=OPEN_REVIEW_STATES), name="one_open_review_per_claim"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="review_closed_has_time",
            ),
        ]
        indexes = [
            # Serve the queue: only what is open is in them. By deadline, by age, by amount, one officer's own.
            models.Index(
                F("programme"),
                F("due_at").asc(nulls_last=True),
                F("id"),
                name="review_by_deadline",
                condition=Q(state__in=OPEN_REVIEW_STATES),
            ),
            models.Index(
                fields=["programme", "opened_at", "id"],
                name="review_by_age",
                condition=Q(state__in=OPEN_REVIEW_STATES),
            ),
            models.Index(
                fields=["programme", "-assessed_won", "-id"],
                name="review_by_amount",
                condition=Q(state__in=OPEN_REVIEW_STATES),
            ),
            # What few cases have: a mark, a tag, or both. Without it the queue would be read to its end to find them.
            GinIndex(fields=["marks", "tags"], name="review_by_words", condition=Q(state__in=OPEN_REVIEW_STATES)),
            models.Index(
                fields=["officer", "programme", "due_at"],
                name="review_by_officer",
                condition=Q(state__in=OPEN_REVIEW_STATES),
            ),
            # Serves the workers that run the machine's checks: only what is to be checked is in it.
            models.Index(fields=["checks_due_at"], name="review_checks_due", condition=Q(checks_due_at__isnull=False)),
        ]
        triggers = [
            MovesOnly(name="review_moves", field="state", moves=REVIEW.moves),
            pgtrigger.Trigger(
                name="objection_for_another_officer",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("officer_id"),
                condition=pgtrigger.Q(new__officer__isnull=False, new__objection__isnull=False),
                func=_SOMEBODY_ELSE,
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.claim_id}: {self.state}"


class Verdict(models.TextChoices):
    """What an officer proposes to the council."""

    GRANT = "grant", _("지원")
    REFUSE = "refuse", _("지원하지 않음")


class Proposal(models.Model):
    """What the officer proposes to the council: verdict, amount in won, reasons. Append-only; the newest counts."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="proposals")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    amount_won = models.PositiveIntegerField()
    reasons = ArrayField(models.CharField(max_length=limits.REASON_CODE_LENGTH_MAX))
    text = EncryptedTextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        get_latest_by = "id"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="grant", amount_won__gt=0) | Q(verdict="refuse", amount_won=0),
                name="proposal_grants_something_or_refuses",
            )
        ]
        triggers = [pgtrigger.Protect(name="proposals_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.verdict} {self.amount_won}"


class CheckOutcome(models.TextChoices):
    """What a check found. No data: nothing to look at, which is neither good nor bad."""

    PASSED = "passed", _("확인")
    FAILED = "failed", _("문제 있음")
    NO_DATA = "no_data", _("자료 없음")


class Check(models.Model):
    """A check of a claim as it was found: by machine (`checked_by` is None) or by hand. Append-only; the newest of a
    code counts. `code` is one of policy.case_checks; `found` holds references of what was found, for the page.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="checks", db_index=False)
    code = models.CharField(max_length=limits.CHECK_CODE_LENGTH_MAX)
    outcome = models.CharField(max_length=8, choices=CheckOutcome.choices)
    found = models.JSONField(default=list)
    note = models.CharField(max_length=limits.REVIEW_NOTE_LENGTH_MAX, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    checked_at = models.DateTimeField()

    class Meta:
        get_latest_by = "id"
        indexes = [models.Index(fields=["claim", "code", "-id"], name="check_newest")]
        triggers = [pgtrigger.Protect(name="checks_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.code}: {self.outcome}"


class FactCorrection(models.Model):
    """A fact of a claim that an officer corrected: what it was, what it is, and why. Append-only.

    `old` and `new` map names of claims.services.facts.CORRECTABLE to values as JSON.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="corrections")
    facts_version = models.PositiveSmallIntegerField(help_text="the version that the correction made")
    old = models.JSONField()
    new = models.JSONField()
    reason = models.CharField(max_length=limits.REVIEW_NOTE_LENGTH_MAX)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    corrected_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "facts_version"], name="correction_once_per_facts_version")
        ]
        triggers = [pgtrigger.Protect(name="corrections_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.claim_id} v{self.facts_version}"


class ClaimOrigin(models.Model):
    """From where a claim was sent, as blind indexes only: to find claims from one line or one device.

    Never changed, and destroyed after limits.CLAIM_ORIGIN_KEPT_DAYS.
    """

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="origin")
    address_index = models.CharField(max_length=32, blank=True, db_index=True)
    device_index = models.CharField(max_length=32, blank=True, db_index=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="claim_origins_stay_as_they_are", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return str(self.claim_id)
