import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from compensation import limits
from compensation.policy.transitions import HANDOVER_FILE
from compensation.programmes.models import BenefitItem
from compensation.runtime.triggers import MovesOnly
from users.models.coupons import Partner, PartnerToken, new_reference
from users.models.grant_job import GrantJob
from users.models.user import User


class HandoverKind(models.TextChoices):
    """What the members of a delivery are: granted something, or not entitled to it any more."""

    GRANTS = "grants"
    RECALLED = "recalled"
    EXPIRED = "expired"


class HandoverFormat(models.TextChoices):
    CSV = "csv"
    PARQUET = "parquet"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class HandoverDelivery(models.Model):
    """What a partner is handed over at once of one job, as files. Deliveries of a partner are read by `number`.

    One with `again_of` holds the members of that delivery whom the partner refused. It is `ready_at` once every file is
    written.
    """

    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True, default=new_reference)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    number = models.PositiveIntegerField()
    job = models.ForeignKey(GrantJob, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=10, choices=HandoverKind.choices)
    format = models.CharField(max_length=10, choices=HandoverFormat.choices)
    again_of = models.ForeignKey("self", on_delete=models.PROTECT, related_name="sent_again", null=True)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "number"], name="handover_delivery_number_once")]

    def __str__(self) -> str:
        return self.reference


@pghistory.track(
    pghistory.UpdateEvent(),
    fields=["delivery", "number", "state", "fault", "destroyed_at"],
    model_name="HandoverFileDeliveryNumberStateFaultEvent",  # as it was called before the last field was added
)
class HandoverFile(models.Model):
    """One file of a delivery: the members `lower_id <= id < upper_id` of `chunks`. The truth of what is left to write.

    `expected` members are those of the chunks; each is a row of the file or was `left_out`, because the grant was
    recalled meanwhile. Of the rows the partner has `accepted` or `refused` some; the others are open. `item` is what
    has expired. A file that is written stays as it is. Its content may be destroyed (`destroyed_at`); counts and hash
    are kept.
    """

    delivery = models.ForeignKey(HandoverDelivery, on_delete=models.PROTECT, related_name="files", db_index=False)
    number = models.PositiveIntegerField()
    item = models.ForeignKey(BenefitItem, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lower_id = models.BigIntegerField()
    upper_id = models.BigIntegerField()
    chunks = ArrayField(models.BigIntegerField())
    expected = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=HANDOVER_FILE.initial)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=100, blank=True, help_text="in the storage; '' until it is written")
    written_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="handover_file_number_once"),
            models.CheckConstraint(
                condition=~Q(state="written") | Q(expected=F("rows") + F("left_out")), name="handover_file_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(rows__gte=F("accepted") + F("refused")), name="handover_receipts_within_the_file"
            ),
        ]
        indexes = [
            models.Index(
                fields=["delivery", "attempts", "number"], name="handover_file_pending", condition=Q(state="pending")
            )
        ]
        triggers = [
            MovesOnly(name="handover_file_moves", field="state", moves=HANDOVER_FILE.moves),
            pgtrigger.Protect(
                name="written_handover_file_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state = 'written' AND (OLD.destroyed_at IS NOT NULL"
                    " OR to_jsonb(OLD) - '{accepted,refused,destroyed_at}'::text[]"
                    " <> to_jsonb(NEW) - '{accepted,refused,destroyed_at}'::text[])"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number}"

    @property
    def open(self) -> int:
        """Rows of which the partner has not said anything yet."""
        return self.rows - self.accepted - self.refused


class HandoverReceipt(models.Model):
    """What a partner said of `rows` rows of a file, from `first_row` (0 is the first) on: all accepted but some.

    `digest` is of whom it refused: the same receipt again is the same, another of the same rows is none.
    """

    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True, default=new_reference)
    file = models.ForeignKey(HandoverFile, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    token = models.ForeignKey(PartnerToken, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_row = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "first_row"], name="handover_receipt_once"),
            models.CheckConstraint(condition=Q(rows=F("accepted") + F("refused")), name="handover_receipt_adds_up"),
        ]
        triggers = [pgtrigger.Protect(name="handover_receipts_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.reference

    @property
    def last_row(self) -> int:
        return self.first_row + self.rows - 1


class HandoverRefusal(models.Model):
    """A member of a file whom the partner did not accept, and why, in its own code; `sent_again` by which delivery."""

    pk = models.CompositePrimaryKey("file_id", "member_id")
    file = models.ForeignKey(HandoverFile, on_delete=models.PROTECT, related_name="refusals", db_index=False)
    member = models.ForeignKey("Member", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    receipt = models.ForeignKey(HandoverReceipt, on_delete=models.PROTECT, related_name="refusals", db_index=False)
    reason = models.CharField(max_length=limits.HANDOVER_REASON_LENGTH_MAX)
    sent_again = models.ForeignKey(
        HandoverDelivery, on_delete=models.PROTECT, related_name="taken_from", null=True, db_index=False
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["sent_again", "member"], name="handover_refusal_sent", condition=Q(sent_again__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.member_id} {self.reason}"
