import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from compensation.programmes.models.programme import Programme


class Role(models.TextChoices):
    """What a person may be in a programme."""

    MERCHANT = "merchant", _("소상공인")
    OFFICER = "officer", _("심사 담당")
    COUNCIL = "council", _("협의체 위원")
    OPS = "ops", _("운영")
    AGENT = "agent", _("고객센터 상담원")
    AUDITOR = "auditor", _("감사")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ProgrammeRole(models.Model):
    """Who works on which programme, as what. Without a row there is no access."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="roles")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="programme_roles")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "user", "role"], name="programme_role_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
