import pgtrigger
from django.conf import settings
from django.db import models

from claims.models.claim import Claim
from compensation import limits


class Consent(models.Model):
    """What a merchant agreed to when filing: which text, in which version and language, by its digest. Append-only.

    `by_telephone`: an agent read the text aloud and heard the answer; `given_by` is then the agent. The text itself is
    in the policy (compensation.policy.consents), whose digest proves that it is the one that was shown.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="consents", db_index=False)
    code = models.CharField(max_length=limits.CONSENT_CODE_LENGTH_MAX)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2)
    digest = models.CharField(max_length=64)
    by_telephone = models.BooleanField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["claim", "code"], name="consent_once_per_claim")]
        triggers = [pgtrigger.Protect(name="consents_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.code} {self.version}"
