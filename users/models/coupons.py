import secrets

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from compensation import limits
from compensation.policy.references import reference_from
from compensation.programmes.models import BenefitItem, Programme
from users.models.member import Member
from users.models.user import User


class PartnerScope(models.TextChoices):
    """What a partner's program may do."""

    VALIDATE = "validate"
    REDEEM = "redeem"
    CANCEL = "cancel"
    RECEIVE = "receive"
    CASH_USE = "cash_use"


def new_reference() -> str:
    """By which a redemption or a token is named: unguessable, and readable over the phone."""
    return reference_from(secrets.randbits(limits.REFERENCE_RANDOM_BITS))


class Coupon(models.Model):
    """The number that stands in codes for a benefit item of the kind `coupon`. Given on first use, and never again."""

    item = models.OneToOneField(BenefitItem, on_delete=models.PROTECT, related_name="coupon")
    number = models.PositiveSmallIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number__lt=1 << limits.COUPON_NUMBER_BITS), name="coupon_number_fits_into_a_code"
            )
        ]
        triggers = [pgtrigger.Protect(name="coupons_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.number)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Partner(models.Model):
    """A shop that takes coupons of a programme, or a service that honours other grants.

    Its programs act as `user`, with whom nobody can sign in, and may ask `requests_per_second` times (None: as often as
    any partner).
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="partners")
    code = models.SlugField(max_length=40)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="partner")
    requests_per_second = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="partner_code_once")]

    def __str__(self) -> str:
        return self.code


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["digest", "last_used_at"])
class PartnerToken(models.Model):
    """By which a partner's program gets in, for `scopes` (PartnerScope). Only its digest is kept (256 random bits)."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="tokens")
    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True, default=new_reference)
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=limits.API_TOKEN_LABEL_LENGTH_MAX)
    scopes = ArrayField(models.CharField(max_length=10, choices=PartnerScope.choices))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label


class Redemption(models.Model):
    """That a partner took a member's coupon. The row is its own record: it is written once, and cancelled once.

    Beside one that is not cancelled stands the ItemUse `redeemed` of the member and item, whose key lets only one in.
    """

    reference = models.CharField(max_length=limits.REFERENCE_LENGTH, unique=True, default=new_reference)
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    item = models.ForeignKey(BenefitItem, on_delete=models.PROTECT, related_name="redemptions", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="redemptions", db_index=False)
    token = models.ForeignKey(PartnerToken, on_delete=models.PROTECT, related_name="redemptions", db_index=False)
    order = models.CharField(max_length=limits.ORDER_LENGTH_MAX, blank=True, help_text="the partner's own number")
    value_won = models.PositiveIntegerField()
    redeemed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "item"], condition=Q(cancelled_at__isnull=True), name="redemption_once"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(cancelled_at__gte=models.F("redeemed_at")),
                name="redemption_cancelled_afterwards",
            ),
        ]
        indexes = [models.Index(fields=["partner", "redeemed_at"], name="redemption_by_partner")]
        triggers = [
            pgtrigger.Protect(name="redemptions_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="redemption_is_only_cancelled",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.cancelled_at IS NOT NULL OR to_jsonb(OLD) - 'cancelled_at' <> to_jsonb(NEW) - 'cancelled_at'"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class WrongCode(models.Model):
    """A code that was made up, sent by a partner: what the limit of guesses counts. Kept for a day.

    `shopper_index` finds the partner's shopper without naming them; '' where the partner did not say who it was.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="wrong_codes", db_index=False)
    shopper_index = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["partner", "at"], name="wrong_code_by_partner")]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.at:%Y-%m-%d %H:%M}"
