import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.models.assessment import APPEND_ONLY, Determination
from claims.models.claim import Claim
from compensation import limits
from compensation.policy.transitions import LIVE_PAYOUT_STATES, PAYOUT, PAYOUT_BATCH
from compensation.programmes.models import PolicyVersion, Programme
from compensation.runtime.triggers import MovesOnly
from merchants.models import BankAccount, Merchant

_FINAL_OR_OUT = ("released", "unknown", "paid", "returned")


class PayoutOrigin(models.TextChoices):
    """Why there is a payout."""

    DETERMINATION = "determination", _("결정")
    DIFFERENCE = "difference", _("결정 금액의 차액")
    AFTER_RETURN = "after_return", _("반려 후 다시 지급")
    TOP_UP = "top_up", _("추가 지급")


class PayoutBatch(models.Model):
    """A bank run (지급 묶음): an exact list of payouts, approved by people who did not make it, sent to the bank once.

    What a batch has to keep to is copied onto it when its list is frozen: count, sum, digest of the list, and how many
    approvals its sum needs by the policy of that day. `part_of` counts the moves of a draft that are done, so that a
    killed worker's successor goes on; `pay_on` is the day on which the bank is to pay, in Seoul.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="payout_batches", db_index=False)
    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True)
    state = models.CharField(max_length=10, default="draft")
    profile = models.ForeignKey("claims.BankProfile", on_delete=models.PROTECT, related_name="batches", db_index=False)
    pay_on = models.DateField()
    note = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    # What the draft is to hold, and how far the worker is that fills it.
    wanted = models.PositiveIntegerField(default=0, db_default=0)
    filled_at = models.DateTimeField(null=True)

    policy_version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    payouts_count = models.PositiveIntegerField(null=True)
    total_won = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    approvals_needed = models.PositiveSmallIntegerField(null=True)
    frozen_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    released_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state="releasing"), name="one_batch_is_released_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled"))
                | Q(payouts_count__gt=0, total_won__gt=0, approvals_needed__gte=limits.APPROVALS_MIN),
                name="batch_beyond_draft_has_its_sums",
            ),
        ]
        indexes = [models.Index(fields=["programme", "-id"], name="payout_batch_newest")]
        triggers = [MovesOnly(name="payout_batch_moves", field="state", moves=PAYOUT_BATCH.moves)]

    def __str__(self) -> str:
        return self.reference


_NOT_THE_MAKER = """
    IF EXISTS (SELECT 1 FROM claims_payoutbatch b WHERE b.id = NEW.batch_id AND b.made_by_id = NEW.approver_id) THEN
        RAISE EXCEPTION 'whoever made a batch does not approve it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class BatchApproval(models.Model):
    """Somebody's yes to the list of a batch as its digest names it; another list needs another yes. Append-only."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="approvals", db_index=False)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["batch", "digest", "approver"], name="approved_once_per_person")]
        triggers = [
            pgtrigger.Protect(name="approvals_are_append_only", operation=APPEND_ONLY),
            pgtrigger.Trigger(
                name="approved_by_another", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_NOT_THE_MAKER
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.approver_id}"


class BatchEvent(models.Model):
    """Something that happened to a batch: who, when, why, and figures. Append-only; its log on the page."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX, blank=True)
    figures = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="batch_log_is_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.kind}"


class Payout(models.Model):
    """Money to a merchant for one determination (지급). The amount is fixed when the row is made.

    `attempt` counts the payouts of a determination from 1; the reference follows from both, so that whoever makes the
    row again makes the same one. One of a top-up (`top_up`) names the determination that counted when it was made, and
    is no part of that one's sum. `follows` is the payout that this one continues: what was paid on the determination
    that was superseded, or what came back. `account` is the merchant's account on the day the row was made, and after
    that the one that a person settled on; it stays as it is once the payout is in a frozen batch.
    """

    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="payouts", db_index=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payouts")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="payouts")
    determination = models.ForeignKey(Determination, on_delete=models.PROTECT, related_name="payouts", db_index=False)
    attempt = models.PositiveSmallIntegerField(default=1)
    origin = models.CharField(max_length=15, choices=PayoutOrigin.choices, default=PayoutOrigin.DETERMINATION)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, related_name="followed_by", null=True, db_index=False)
    amount_won = models.PositiveIntegerField()
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payouts", null=True)
    state = models.CharField(max_length=10, default="due")
    # The decision to pay more that it pays, apart from what was determined; its sum is that decision's.
    top_up = models.ForeignKey(
        "claims.TopUpClaim", on_delete=models.PROTECT, related_name="payouts", null=True, db_index=False
    )
    made_at = models.DateTimeField()

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="payouts", null=True, db_index=False)
    result_file = models.ForeignKey(
        "claims.ResultFile", on_delete=models.PROTECT, related_name="payouts", null=True, db_index=False
    )
    result_line = models.PositiveIntegerField(null=True)
    settled_on = models.DateField(null=True)  # the day on which the bank paid or returned it
    return_code = models.CharField(max_length=20, blank=True, db_default="", default="")
    retry_ordered_at = models.DateTimeField(null=True)  # a person wants a returned one paid to the same account again
    given_up_at = models.DateTimeField(null=True)  # it came back, and nothing of it is owed any more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["determination"],
                condition=Q(state__in=LIVE_PAYOUT_STATES, top_up__isnull=True),
                name="one_live_payout_per_determination",
            ),
            models.UniqueConstraint(
                fields=["top_up"],  # most payouts are of none, and would only mislead the planner
                condition=Q(state__in=LIVE_PAYOUT_STATES, top_up__isnull=False),
                name="one_live_payout_per_top_up",
            ),
            models.UniqueConstraint(fields=["determination", "attempt"], name="payout_attempt_once"),
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="payout_is_something"),
            models.CheckConstraint(
                condition=~Q(origin="top_up") | Q(top_up__isnull=False), name="payout_of_a_top_up_names_it"
            ),
            models.CheckConstraint(
                condition=Q(given_up_at__isnull=True) | Q(state="returned"), name="payout_given_up_came_back"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("due", "cancelled"), batch__isnull=True)
                | (~Q(state__in=("due", "cancelled")) & Q(batch__isnull=False, account__isnull=False)),
                name="payout_on_its_way_has_batch_and_account",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("paid", "returned")) | Q(result_file__isnull=False, settled_on__isnull=False),
                name="payout_settled_by_a_result",
            ),
        ]
        indexes = [
            # Serves what is put into the next batch, in the order in which it became due.
            models.Index(fields=["programme", "id"], name="payout_due", condition=Q(state="due")),
            # Serves a batch's list in its order, its sums and its files.
            models.Index(fields=["batch", "id"], name="payout_of_batch", condition=Q(batch__isnull=False)),
            # Serves what is still open at the bank, and what came back.
            models.Index(
                fields=["programme", "state", "-id"],
                name="payout_open",
                condition=Q(state__in=("released", "unknown", "returned")),
            ),
            models.Index(fields=["programme", "-id"], name="payout_newest"),
            # Serves what became of a top-up.
            models.Index(fields=["top_up"], name="payout_of_top_up", condition=Q(top_up__isnull=False)),
            # Serves the search for a sum in the money trace.
            models.Index(fields=["programme", "amount_won", "-id"], name="payout_by_amount"),
        ]
        triggers = [
            MovesOnly(name="payout_moves", field="state", moves=PAYOUT.moves),
            pgtrigger.Protect(
                name="payout_stays_what_it_was",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "reference",
                    "programme",
                    "claim",
                    "merchant",
                    "determination",
                    "attempt",
                    "amount_won",
                    "follows",
                    "top_up",
                ),
            ),
            pgtrigger.Protect(
                name="payout_account_stays_once_out",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=_FINAL_OR_OUT, old__account__df=pgtrigger.F("new__account")),
            ),
            pgtrigger.Protect(name="payouts_are_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.reference


class PayoutTransition(models.Model):
    """A move of a payout from one state to another: who, when, why. Append-only."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="payout_history_is_append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class PayoutHold(models.Model):
    """A person keeps a payout back, with a reason, until a person lets it go. What the rules keep back has no row."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    held_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["payout"], condition=Q(lifted_at__isnull=True), name="held_once_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.payout_id}: {self.reason}"


class OverpaymentChoice(models.TextChoices):
    WAIVE = "waive", _("회수하지 않음")
    REPAID = "repaid", _("돌려받음")


class OverpaymentDecision(models.Model):
    """What people decided about a sum that was paid and that the determination of today no longer has. Append-only.

    Never by rule (issue of the council: an already paid sum is not taken back without a human decision), and by two.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="overpayment_decisions")
    amount_won = models.PositiveIntegerField()
    choice = models.CharField(max_length=6, choices=OverpaymentChoice.choices)
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="overpayment_is_something"),
            models.CheckConstraint(condition=~Q(proposed_by=F("decided_by")), name="overpayment_decided_by_two"),
        ]
        triggers = [pgtrigger.Protect(name="overpayment_decisions_stay", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.choice} {self.amount_won}"
