import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.assessment import APPEND_ONLY, Determination
from compensation import limits
from compensation.programmes.models import PolicyVersion, Programme


class SecondLookDraw(models.Model):
    """A draw among the determinations `after_id` < id <= `up_to_id` of a programme: with the seed it can be repeated.

    Each determination is in exactly one draw. `first_place` is the place (from 1) of the first among all of the
    programme. Append-only.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="second_look_draws")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    seed = models.CharField(max_length=64)
    after_id = models.BigIntegerField()
    up_to_id = models.BigIntegerField()
    first_place = models.PositiveIntegerField()
    candidates = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["programme", "after_id"], name="draws_follow_each_other")]
        triggers = [pgtrigger.Protect(name="draws_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.programme_id}: {self.drawn} of {self.candidates}"


class LookOutcome(models.TextChoices):
    """What somebody else thinks of a determination."""

    AGREES = "agrees", _("같은 판단")
    DIFFERS = "differs", _("다른 판단")


# Whoever decided, prepared or voted on a case, or acts for its merchant, does not look: also where Python forgets.
_SOMEBODY_ELSE = """
    IF EXISTS (
        SELECT 1 FROM claims_determination d JOIN claims_claim c ON c.id = d.claim_id
        WHERE d.id = NEW.determination_id AND (
            EXISTS (SELECT 1 FROM claims_determination x WHERE x.claim_id = c.id AND x.actor_id = NEW.looked_by_id)
            OR EXISTS (
                SELECT 1 FROM claims_review v LEFT JOIN claims_proposal p ON p.review_id = v.id
                WHERE v.claim_id = c.id AND NEW.looked_by_id IN (v.officer_id, p.made_by_id)
            )
            OR EXISTS (
                SELECT 1 FROM claims_vote b JOIN claims_agendaitem i ON i.id = b.item_id
                JOIN claims_review v ON v.id = i.review_id
                WHERE v.claim_id = c.id AND b.member_id = NEW.looked_by_id
            )
            OR EXISTS (
                SELECT 1 FROM merchants_representative m
                WHERE m.merchant_id = c.merchant_id AND m.user_id = NEW.looked_by_id
            )
        )
    ) THEN
        RAISE EXCEPTION 'whoever had a part in a case does not look again' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track(pghistory.UpdateEvent())
class SecondLook(models.Model):
    """A determination that was drawn for a second look (재확인). Until it is done the payout waits."""

    draw = models.ForeignKey(SecondLookDraw, on_delete=models.PROTECT, related_name="looks", db_index=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="second_looks", db_index=False)
    determination = models.OneToOneField(Determination, on_delete=models.PROTECT, related_name="second_look")
    outcome = models.CharField(max_length=8, choices=LookOutcome.choices, blank=True)
    note = models.CharField(max_length=limits.REVIEW_NOTE_LENGTH_MAX, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    looked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", looked_by__isnull=True, looked_at__isnull=True)
                | (~Q(outcome="") & Q(looked_by__isnull=False, looked_at__isnull=False)),
                name="second_look_done_has_person_and_time",
            )
        ]
        indexes = [
            # Serves what keeps a payout back, and the list of what is to be done.
            models.Index(fields=["programme", "id"], name="second_look_holds", condition=~Q(outcome="agrees")),
            models.Index(fields=["draw"], name="second_look_of_draw"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="second_look_is_done_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__looked_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="second_look_by_somebody_else",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__looked_by__isnull=False),
                func=_SOMEBODY_ELSE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.determination_id}: {self.outcome or 'waits'}"
