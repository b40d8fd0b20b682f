from django.conf import settings
from django.db import models

from compensation import limits
from compensation.runtime.encryption import EncryptedTextField


class IdempotencyKey(models.Model):
    """That a request of the API was carried out, and what was answered: whoever sends it again gets the same answer.

    Written in the transaction of the work itself, so that neither is there without the other. The answer may hold
    personal data, so it is encrypted; rows are destroyed once they are older than IDEMPOTENCY_KEPT_HOURS.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=limits.IDEMPOTENCY_KEY_LENGTH_MAX)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = EncryptedTextField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.status}"
