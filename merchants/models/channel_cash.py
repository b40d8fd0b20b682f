import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compensation import limits
from compensation.programmes.models import Programme
from merchants.models.merchant import Merchant

APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class ChannelCashList(models.Model):
    """A list of grants that was handed to the channel service: who gets how much. Append-only.

    Its content follows from its grants, so that it can be made again at any time; `sha256` is that of the content as
    UTF-8 text (CSV), whatever file it is downloaded as.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="channel_cash_lists")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    grants_count = models.PositiveIntegerField()
    total_won = models.BigIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="channel_cash_list_number_once"),
            models.CheckConstraint(condition=Q(grants_count__gt=0, total_won__gt=0), name="channel_cash_list_has_rows"),
        ]
        triggers = [pgtrigger.Protect(name="channel_cash_lists_stay", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.programme_id}/{self.number}"


class ChannelCashDownload(models.Model):
    """That somebody had a list, and why. Append-only."""

    list = models.ForeignKey(ChannelCashList, on_delete=models.PROTECT, related_name="downloads")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=limits.PAYOUT_REASON_LENGTH_MAX)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="channel_cash_downloads_stay", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.list_id}: {self.actor_id}"


class ChannelCashGrant(models.Model):
    """Free message credit for one merchant in one programme, once.

    `list` and `reference` (by which the channel service names it) are given when it is handed over. What was used and
    what expired is never more than what was granted.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="channel_cash_grants")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="channel_cash_grants")
    amount_won = models.PositiveIntegerField()
    granted_at = models.DateTimeField()
    list = models.ForeignKey(
        ChannelCashList, on_delete=models.PROTECT, related_name="grants", null=True, db_index=False
    )
    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, null=True, unique=True)  # noqa: DJ001  (unique)
    used_won = models.PositiveIntegerField(default=0, db_default=0)
    expired_won = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "programme"], name="channel_cash_once"),
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="channel_cash_is_something"),
            models.CheckConstraint(
                condition=Q(amount_won__gte=F("used_won") + F("expired_won")), name="channel_cash_used_within_grant"
            ),
            models.CheckConstraint(
                condition=Q(list__isnull=True, reference__isnull=True, used_won=0, expired_won=0)
                | Q(list__isnull=False, reference__isnull=False),
                name="channel_cash_used_once_handed_over",
            ),
        ]
        indexes = [
            # Serves the next list.
            models.Index(fields=["programme", "id"], name="channel_cash_to_hand_over", condition=Q(list__isnull=True)),
            # Serves making a list again.
            models.Index(fields=["list", "id"], name="channel_cash_of_list", condition=Q(list__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}/{self.merchant_id}"


class ChannelCashReport(models.Model):
    """A file by which the channel service reported use and expiry: read as a whole, or refused as a whole. Append-only.

    The same content is read once (`sha256`); a refused one may come again. `faults` are the first of them as {"line",
    "code", "ko", "en"}, `faults_count` all.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="channel_cash_reports")
    name = models.CharField(max_length=limits.FILE_NAME_LENGTH_MAX)
    sha256 = models.CharField(max_length=64)
    is_accepted = models.BooleanField()
    lines = models.PositiveIntegerField(default=0)
    used_won = models.BigIntegerField(default=0)
    expired_won = models.BigIntegerField(default=0)
    faults_count = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "sha256"], condition=Q(is_accepted=True), name="channel_cash_report_read_once"
            )
        ]
        triggers = [pgtrigger.Protect(name="channel_cash_reports_stay", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return self.name


class UseKind(models.TextChoices):
    USED = "used", pgettext_lazy("channel cash", "사용")
    EXPIRED = "expired", _("소멸")


class ChannelCashUse(models.Model):
    """What a merchant used on a day (in Seoul) of the channel's credit, or that the rest expired. Append-only.

    From a line of a report, or from the API: then there is no report, and `actor` is the partner. A merchant's use of a
    day is reported once, as its sum.
    """

    grant = models.ForeignKey(ChannelCashGrant, on_delete=models.PROTECT, related_name="uses", db_index=False)
    kind = models.CharField(max_length=7, choices=UseKind.choices)
    amount_won = models.PositiveIntegerField()
    on = models.DateField()
    report = models.ForeignKey(
        ChannelCashReport, on_delete=models.PROTECT, related_name="uses", null=True, db_index=False
    )
    line = models.PositiveIntegerField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grant", "kind", "on"], name="channel_cash_reported_once_a_day"),
            models.UniqueConstraint(fields=["grant"], condition=Q(kind="expired"), name="channel_cash_expires_once"),
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="channel_cash_use_is_something"),
        ]
        triggers = [pgtrigger.Protect(name="channel_cash_uses_stay", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.grant_id}: {self.kind} {self.amount_won}"
