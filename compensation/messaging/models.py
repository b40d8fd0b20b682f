import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.policy.transitions import MESSAGE
from compensation.programmes.models import Programme
from compensation.runtime.encryption import EncryptedTextField
from compensation.runtime.triggers import MovesOnly


class Channel(models.TextChoices):
    """The ways to a person. To `kakao` and `sms` a recipient is a mobile number (E.164), to `email` an address."""

    KAKAO = "kakao", _("카카오 알림톡")
    SMS = "sms", _("문자 메시지")
    EMAIL = "email", _("이메일")


@pghistory.track(
    pghistory.UpdateEvent("sent_again", condition=pghistory.Q(old__state="failed", new__state="waiting")),
    exclude=["recipient", "recipient_index", "title", "body", "public_body", "check_code", "dedupe_key"],
)
class Message(models.Model):
    """The outbox: one message to one person, written in the transaction of what it tells of, and sent afterwards.

    `public_body` is `body` as strangers may see it; of a message that `has_secret` only that stays once it is out, and
    of any other once it is old (services.retention: `body` is blank then).
    `attempts` and `tried_at` tell of the attempt that runs or ran last; `due_at` is when somebody has to look at the
    message next: to send it (waiting), or to find out what became of an attempt that nobody ended (sending).
    After `send_before` it is of no use any more. `provider_id` is the number under which the provider knows it.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="messages", null=True)
    template = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    language = models.CharField(max_length=2)
    recipient = EncryptedTextField()
    recipient_index = models.CharField(max_length=32, db_index=True)
    title = models.CharField(max_length=limits.MESSAGE_TITLE_LENGTH_MAX)
    body = EncryptedTextField()
    public_body = EncryptedTextField()
    has_secret = models.BooleanField()
    check_code = models.CharField(max_length=limits.MESSAGE_CHECK_CODE_LENGTH, unique=True)
    subject = models.CharField(max_length=60, blank=True, db_index=True, help_text="such as: claim K7M4-…")
    dedupe_key = models.CharField(max_length=limits.MESSAGE_DEDUPE_KEY_LENGTH_MAX, unique=True)

    state = models.CharField(max_length=10, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    send_before = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=100, blank=True)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_has_time",
            ),
        ]
        indexes = [
            # Serves those who send: only what is not out yet is in it.
            models.Index(fields=["due_at"], name="message_due", condition=Q(state__in=("waiting", "sending"))),
            # Serves the list of what failed, newest first.
            models.Index(fields=["programme", "id"], name="message_failed", condition=Q(state="failed")),
            # Serves the retention: what was destroyed already is not in it.
            models.Index(fields=["created_at"], name="message_with_body", condition=~Q(body="")),
        ]
        triggers = [MovesOnly(name="message_moves", field="state", moves=MESSAGE.moves)]

    def __str__(self) -> str:
        return f"{self.template} {self.check_code}"
