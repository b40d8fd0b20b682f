import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from compensation.runtime.encryption import EncryptedTextField


class ContactKind(models.TextChoices):
    """Where a one-time code can be sent."""

    PHONE = "phone", _("휴대전화")
    EMAIL = "email", _("이메일")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Contact(models.Model):
    """A mobile phone (E.164) or e-mail address which a person has proven to hold, and by which they sign in.

    Encrypted; `value_index` finds it without showing it. One contact leads to one person.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=5, choices=ContactKind.choices)
    value = EncryptedTextField()
    value_index = models.CharField(max_length=32)
    verified_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value_index"], name="contact_leads_to_one_person")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"
