import pghistory
from django.db import models


@pghistory.track()
class Incident(models.Model):
    """An outage: from when until when. `[began_at, ended_at)`."""

    code = models.SlugField(unique=True)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__gt=models.F("began_at")), name="incident_ends_after_it_began"
            )
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class IncidentService(models.Model):
    """A service that the incident affected, and when it was restored."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="services")
    code = models.SlugField(max_length=40)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    restored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "code"], name="incident_service_once")]

    def __str__(self) -> str:
        return self.code
