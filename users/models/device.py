import pghistory
from django.conf import settings
from django.db import models

from compensation import limits


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), exclude=["session_key"])
class Device(models.Model):
    """A browser in which a person signed in, by its session: so that they see where they are, and can end it.

    `name` is what can be told of it ("Android · Chrome"); blank where nothing can.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    session_key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=limits.DEVICE_NAME_LENGTH_MAX, blank=True)
    signed_in_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
