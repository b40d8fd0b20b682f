import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compensation.runtime.encryption import EncryptedTextField


class CertificateState(models.TextChoices):
    """How far the small-merchant certificate (소상공인 확인서) of a merchant is."""

    NONE = "none", _("미제출")
    RECEIVED = "received", _("제출")
    VERIFIED = "verified", _("확인")
    REFUSED = "refused", _("불인정")


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Merchant(models.Model):
    """A business with a business registration number (10 digits, stored without dashes).

    Phone (E.164) and e-mail are encrypted; `phone_index` finds a merchant by phone without showing it.
    """

    business_number = models.CharField(max_length=10, unique=True)
    trade_name = models.CharField(max_length=100)
    representative_name = models.CharField(max_length=100)
    phone = EncryptedTextField()
    phone_index = models.CharField(max_length=32, db_index=True)
    email = EncryptedTextField(blank=True)
    industry_code = models.CharField(max_length=10, blank=True)
    region = models.CharField(max_length=40, blank=True)
    on_channel = models.BooleanField(default=False)
    certificate_state = models.CharField(max_length=10, choices=CertificateState.choices, default=CertificateState.NONE)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Serves the search of the claims list: names by prefix.
            models.Index(fields=["trade_name"], name="merchant_trade_name", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["representative_name"], name="merchant_representative", opclasses=["varchar_pattern_ops"]
            ),
            # Serves the booking of channel cash.
            models.Index(fields=["id"], name="merchant_on_channel", condition=Q(on_channel=True)),
        ]

    def __str__(self) -> str:
        return self.trade_name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Representative(models.Model):
    """A user who acts for a merchant."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="representatives")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="represents")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "user"], name="representative_once")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.merchant_id}"
