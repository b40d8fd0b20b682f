"""The council (협의체): its seats, its sessions, the votes, and the decisions that come out of them."""

import secrets

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.models.assessment import APPEND_ONLY, Determination
from claims.models.review import Proposal, Review
from compensation import limits
from compensation.policy.transitions import AGENDA_ITEM
from compensation.programmes.models import PolicyVersion, Programme
from compensation.runtime.encryption import EncryptedTextField
from compensation.runtime.triggers import MovesOnly


def session_reference() -> str:
    """What stands in a session's addresses: unguessable."""
    return secrets.token_urlsafe(16)


class Council(models.Model):
    """The council of a programme. Who sits on it is in its seats; how it decides, in the policy."""

    programme = models.OneToOneField(Programme, on_delete=models.PROTECT, related_name="council")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"council of {self.programme_id}"


class Seat(models.Model):
    """A seat of a party (a code of the policy's parties), with one vote. `number` counts the seats of the party."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="seats")
    party = models.CharField(max_length=limits.PARTY_CODE_LENGTH_MAX)
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["council", "party", "number"], name="seat_once")]

    def __str__(self) -> str:
        return f"{self.party} {self.number}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SeatHolder(models.Model):
    """Who speaks for a seat, from which day until before which (None: until further notice).

    A substitute speaks where the member has not; whoever of a seat votes first has used its one vote.
    """

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="holders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="council_seats")
    is_substitute = models.BooleanField(default=False)
    term_from = models.DateField()
    term_until = models.DateField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["seat", "user", "term_from"], name="seat_holder_once"),
            models.CheckConstraint(
                condition=Q(term_until__isnull=True) | Q(term_until__gt=F("term_from")), name="term_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.seat_id}"


class SessionKind(models.TextChoices):
    """A meeting, or a vote in writing between two of them."""

    MEETING = "meeting", _("회의")
    WRITTEN = "written", _("서면 의결")


class CouncilSession(models.Model):
    """A session: its agenda can be read at once, and voted on from `opens_at` until before `due_at`.

    It is over when each of its items is (`closed_at`); nobody closes it.
    """

    reference = models.CharField(max_length=32, unique=True, default=session_reference)
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=SessionKind.choices)
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    called_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="session_number_once"),
            models.CheckConstraint(condition=Q(due_at__gt=F("opens_at")), name="session_ends_after_it_opens"),
        ]

    def __str__(self) -> str:
        return f"{self.council_id} #{self.number}"


class AgendaItem(models.Model):
    """A case on the agenda of a session, with the proposal that is voted on. `group` holds cases that are alike.

    A case is on one agenda at a time. The cap and what was granted before are kept as the vote found them (won).
    """

    session = models.ForeignKey(CouncilSession, on_delete=models.PROTECT, related_name="items")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="agenda_items")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+", db_index=False)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    assessed_won = models.BigIntegerField()
    granted_before_won = models.PositiveIntegerField(default=0)
    group = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=AGENDA_ITEM.initial)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "review"], name="agenda_item_once_per_session"),
            models.UniqueConstraint(fields=["review"], condition=Q(state="open"), name="one_open_agenda_item"),
        ]
        indexes = [models.Index(fields=["session"], name="agenda_item_open", condition=Q(state="open"))]
        triggers = [
            MovesOnly(name="agenda_item_moves", field="state", moves=AGENDA_ITEM.moves),
            pgtrigger.Protect(
                name="agenda_item_is_not_edited",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("session", "review", "proposal", "policy_version", "assessed_won"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.position}"


# Whoever prepared a case, acts for its merchant, or is recused does not vote: also where Python forgets to ask.
_VOTERS_ONLY = """
    IF EXISTS (SELECT 1 FROM claims_recusal r WHERE r.item_id = NEW.item_id AND r.member_id = NEW.member_id) THEN
        RAISE EXCEPTION 'a recused member does not vote' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM claims_agendaitem i JOIN claims_review v ON v.id = i.review_id
        JOIN claims_review earlier ON earlier.claim_id = v.claim_id
        LEFT JOIN claims_proposal p ON p.review_id = earlier.id
        WHERE i.id = NEW.item_id AND (earlier.officer_id = NEW.member_id OR p.made_by_id = NEW.member_id)
    ) THEN
        RAISE EXCEPTION 'whoever prepared a case does not vote on it' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM claims_agendaitem i JOIN claims_review v ON v.id = i.review_id
        JOIN claims_claim c ON c.id = v.claim_id
        JOIN merchants_representative m ON m.merchant_id = c.merchant_id
        WHERE i.id = NEW.item_id AND m.user_id = NEW.member_id
    ) THEN
        RAISE EXCEPTION 'whoever acts for the merchant does not vote' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM claims_agendaitem i WHERE i.id = NEW.item_id AND i.state = 'open') THEN
        RAISE EXCEPTION 'the vote is closed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM claims_seatholder h WHERE h.seat_id = NEW.seat_id AND h.user_id = NEW.member_id) THEN
        RAISE EXCEPTION 'the seat is not the member''s' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
_NOT_AFTER_THE_VOTE = """
    IF EXISTS (SELECT 1 FROM claims_vote v WHERE v.item_id = NEW.item_id AND v.member_id = NEW.member_id) THEN
        RAISE EXCEPTION 'a member who has voted is not recused any more' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Vote(models.Model):
    """One seat's vote on a case: final. `choice` is a policy.council.Choice; `amount_won` is 0 unless it supports."""

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="votes", db_index=False)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=14)
    amount_won = models.PositiveIntegerField(default=0)
    reasons = ArrayField(models.CharField(max_length=limits.REASON_CODE_LENGTH_MAX), default=list)
    text = EncryptedTextField(blank=True)
    cast_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="one_vote_per_seat"),
            models.UniqueConstraint(fields=["item", "member"], name="one_vote_per_member"),
        ]
        triggers = [
            pgtrigger.Protect(name="votes_are_append_only", operation=APPEND_ONLY),
            pgtrigger.Trigger(
                name="votes_of_voters_only", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_VOTERS_ONLY
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.seat_id}"


class Recusal(models.Model):
    """A member who does not vote on a case (제척). `basis` is a code: own interest, or what the system proposed."""

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="recusals", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=20)
    text = EncryptedTextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["item", "member"], name="recusal_once")]
        triggers = [
            pgtrigger.Protect(name="recusals_are_append_only", operation=APPEND_ONLY),
            pgtrigger.Trigger(
                name="recusal_before_the_vote",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_NOT_AFTER_THE_VOTE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.member_id}"


class CouncilDecision(models.Model):
    """What came out of a vote, or the undoing of such a decision. Append-only, a chain of hashes per council.

    `content` is all that was decided, as data (claims.services.council.decisions says which keys); `digest` is
    SHA-256 (hex) of the previous digest and the content in canonical JSON, so that a later change of any row shows.
    `determination`: what it made of the claim; None where it made none (sent back, no quorum, undone).
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    number = models.PositiveIntegerField()
    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="decision", null=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, related_name="undone_by", null=True)
    determination = models.OneToOneField(
        Determination, on_delete=models.PROTECT, related_name="council_decision", null=True
    )
    outcome = models.CharField(max_length=10)
    content = models.JSONField(encoder=DjangoJSONEncoder)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="decision_number_once"),
            models.CheckConstraint(
                condition=Q(item__isnull=False, undoes__isnull=True) | Q(item__isnull=True, undoes__isnull=False),
                name="decision_of_a_vote_or_undoing",
            ),
        ]
        triggers = [pgtrigger.Protect(name="council_decisions_are_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.council_id} #{self.number}: {self.outcome}"
